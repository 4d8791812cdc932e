//! How one speaks to a server, as far as a load needs it.
//!
//! RESP, the protocol of Redis, would be this much:
//!
//! ```
//! struct Ping;
//!
//! impl measure::Protocol for Ping {
//!     fn request(&self) -> Vec<u8> {
//!         b"*1\r\n$4\r\nPING\r\n".to_vec()
//!     }
//!
//!     fn answer(&mut self, received: &[u8]) -> std::io::Result<Option<usize>> {
//!         measure::protocol::exactly(b"+PONG\r\n", received)
//!     }
//! }
//! ```

mod echo;
mod http;
mod speaking;

pub use echo::Echo;
pub use http::Http;
pub use speaking::{Protocol, exactly};
