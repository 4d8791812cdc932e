//! The locks of chapter 6.

#![allow(clippy::unwrap_used)] // in helpers, too: a test says what went wrong by failing at that line

use book_checks::patch;
use std::process::Command;

/// A thread that waits for a lock lets no task run, not even the one that holds the lock.
#[test]
fn a_lock_for_threads_that_is_held_across_an_await_blocks_every_task() {
    let program = patch::program("06_02_locks+thread_mutex").unwrap();
    let output = Command::new("timeout").arg("1").arg(program.command().get_program()).output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(124), "it does not end by itself");
    assert!(printed.ends_with("A counter, to which three tasks add one each:\n"), "{printed}");
}
