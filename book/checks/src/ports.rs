//! The last step on other runtimes.

pub use runtimes_compare::{ASYNC_STD, SMOL, TOKIO};

/// The ports, as `compare` names them.
pub const PORTS: [&str; 3] = ["async-std", "tokio", "smol"];
