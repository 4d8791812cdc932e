//! Step 11.3: a client that asks while the copies are replaced gets an answer, and a member is heard at all copies.

#![cfg(unix)]
#![allow(clippy::unwrap_used)] // in helpers, too: a test says what went wrong by failing at that line

#[allow(dead_code, reason = "haproxy's part of it")]
#[path = "../../src/balancer.rs"]
mod balancer;
mod chat;
mod idempotent;
mod idle;
#[allow(dead_code, reason = "the program loads the balancer with it")]
#[path = "../../src/load.rs"]
mod load;
#[path = "../../src/port.rs"]
mod port;
mod properties;
mod relay;
mod restart;
#[allow(dead_code, reason = "the step's own tests use more of it")]
#[path = "../../../07_03_chat/tests/chat/talker.rs"]
mod talker;

use harness::Program;
use std::sync::LazyLock;

/// The copies are beside the program, and Cargo may not have built them yet.
static PROGRAM: LazyLock<Program> = LazyLock::new(|| {
    let needed =
        ["11_03_many_machines", "07_03_chat", "09_05_parallel_server", "09_07_graceful_server", "11_03_shared_chat"];
    Program::several_in_workspace(&needed).unwrap().remove(0)
});
