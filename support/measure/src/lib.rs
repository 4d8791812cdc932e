//! Measures servers side by side, whatever protocol they speak.
//!
//! A program that measures is a [`Comparison`]: its servers, and a list of [`Scenario`]s, each in a [`Protocol`]. It starts each server as
//! a process, loads it from another process, measures it, and prints a table; it writes a page with charts, and the raw data.
//! `runtimes-compare`, `support/models-compare` and `support/echo-compare` are three, `src/bin/compare_echo.rs` here a smaller one.
//!
//! The modules, from the bottom to the top; each imports from lower ones only:
//!
//! ```text
//! figure  protocol              what is measured of a server; how a client speaks to it
//! scenario  comparison          what is measured; what a program consists of
//! └ linux                       the program: what follows needs Linux
//!   children  process  files    processes that end with this one; what the kernel reports of them; files that are written
//!   server                      a server as a process
//!   source  own                 what it is made of; how it comes to be there
//!   load                        what plays the clients: job and client; control; the loads; timed, which runs them
//!   options  plan               the command line; how often, how long, where
//!   limits                      limits of the system that would be in the way
//!   loading  results            the load as another process; what was measured
//!   count                       system calls and instructions
//!   trial  progress             one scenario on one server, once; what is shown meanwhile
//!   run                         all of them, in rounds
//!   table  report  page         for the terminal; the raw data; for a browser
//!   program                     from the command line to the exit code
//! ```

pub mod comparison;
pub mod figure;
pub mod protocol;
pub mod scenario;

#[cfg(not(target_os = "linux"))]
mod elsewhere;
#[cfg(target_os = "linux")]
mod linux;

pub use comparison::{Comparison, Hands, Own};
pub use figure::{Measure, Unit};
pub use protocol::{Echo, Http, Protocol};
pub use scenario::{Beside, Cores, Scenario, Work};
