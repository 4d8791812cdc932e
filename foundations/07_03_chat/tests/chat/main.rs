//! Step 7.3: what one client says all others hear, and none waits for a client that does not read.

#![allow(clippy::unwrap_used)] // in helpers, too: a test says what went wrong by failing at that line

mod browser;
mod conversations;
mod crowd;
mod frames;
mod handshakes;
mod patience;
mod properties;
mod server;
mod stopping;
mod talker;

use harness::Program;

/// The chat, as it is built now.
fn chat() -> Program {
    Program::at(env!("CARGO_BIN_EXE_07_03_chat"))
}
