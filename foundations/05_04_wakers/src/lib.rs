//! The executor of step 5.4, as a library: steps 5.5 and 6.2 use it as it is.

mod event;
mod executor;
mod yield_now;

pub use event::Event;
pub use executor::{Executor, JoinHandle, Park, ThreadParker, caught, lock};
pub use yield_now::yield_now;
