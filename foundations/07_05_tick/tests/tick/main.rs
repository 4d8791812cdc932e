//! Step 7.5: a tick is neither late because of a flood nor repeated, and no player gets more than it sent before it is known.

#![allow(clippy::unwrap_used)] // in helpers, too: a test says what went wrong by failing at that line

mod client;
mod missed;
mod properties;
mod server;

use harness::Program;

/// The server, as it is built now.
fn tick() -> Program {
    Program::at(env!("CARGO_BIN_EXE_07_05_tick"))
}
