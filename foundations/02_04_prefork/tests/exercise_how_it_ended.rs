//! What the exercises of section 2.4 ask you to build. A test here fails until it is built.

#![cfg(target_os = "linux")] // only there can a test find the workers

use harness::{Program, Result};

#[test]
#[ignore = "exercise 2.4/2: say how a worker has ended"]
fn the_log_says_which_signal_ended_a_worker() -> Result {
    let server = Program::echo(env!("CARGO_BIN_EXE_02_04_prefork")).start()?;
    let worker = server.processes().into_iter().find(|process| *process != server.process());
    server.kill(worker.unwrap_or_default())?;
    server.wait_for_log("signal 9")
}
