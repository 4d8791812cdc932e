//! Step 7.4: a service that is slow, gone or badly made costs its own part of the answer, and nothing leaks.

#![allow(clippy::unwrap_used)] // in helpers, too: a test says what went wrong by failing at that line

mod bad_services;
mod crowd;
mod others;
mod properties;
mod server;
mod services;

use harness::Program;

/// The gateway, as it is built now.
fn gateway() -> Program {
    Program::at(env!("CARGO_BIN_EXE_07_04_gateway"))
}
