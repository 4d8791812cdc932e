//! For tests only: starts a server as a process of its own, and talks to it well and badly.
//!
//! ```no_run
//! use harness::Server;
//!
//! fn a_page_is_served() -> harness::Result {
//!     let server = Server::from_workspace("09_05_parallel_server")?; // on a free port; stopped when dropped
//!     let response = server.client()?.get("/")?;
//!     assert_eq!(response.status, 200);
//!     Ok(())
//! }
//! ```
//!
//! Nothing here measures time to judge a server: what counts is which client is answered first. The one time-out,
//! [`SAFETY`], is there so that a test of a server that does not answer ends at all.

mod address;
mod at_a_time;
mod client;
mod failure;
pub mod mock;
mod page;
mod program;
mod protocol;
mod response;
mod server;
pub mod suite;
mod system;
mod talk;
mod text;
mod tools;

pub use address::own_address;
pub use at_a_time::at_a_time;
pub use client::{Client, End};
pub use failure::{Failure, Result};
pub use program::{Ended, Program, cargo};
pub use protocol::{Protocol, request};
pub use response::Response;
pub use server::Server;
pub use tools::{NO_IO_URING, has_descriptors, has_io_uring, has_tool, not_checked, with_time_enough};

use std::time::Duration;

/// How long to wait for something that is bound to happen before calling the wait a failure.
pub const SAFETY: Duration = Duration::from_secs(20);
