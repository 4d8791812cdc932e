//! The reactor of step 5.5, and what tasks wait for with it: sockets and times. Step 5.6 uses it as it is, on several threads.

mod net;
mod reactor;
mod time;

pub use net::Registered;
pub use reactor::Reactor;
