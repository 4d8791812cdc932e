//! Step 5.2: a parent that awaits a child continues after it, and a parent that spawns it continues before it.

#![allow(clippy::unwrap_used)] // in helpers, too: a test says what went wrong by failing at that line

use harness::Program;

/// The words of each part of the demonstration: the parent's and the child's, in their order.
fn parts() -> Vec<Vec<String>> {
    let ended = Program::at(env!("CARGO_BIN_EXE_05_02_launch")).run(&[]).unwrap();
    assert_eq!((ended.code, ended.log.as_str()), (Some(0), ""));
    let lines = |part: &str| part.lines().skip(1).map(|line| line.trim().to_owned()).collect();
    ended.output.trim_end().split("\n\n").map(lines).collect()
}

#[test]
fn a_parent_that_awaits_continues_after_the_child() {
    assert_eq!(parts()[0], ["Begin", "Tic", "Tac", "End", "Finished(\"Boom!\")"]);
}

#[test]
fn a_parent_that_spawns_continues_before_the_child_begins() {
    assert_eq!(parts()[1], ["Begin", "End", "Tic", "Tac", "Finished(\"not waited for\")"]);
}

#[test]
fn a_task_that_was_spawned_can_be_awaited_later() {
    assert_eq!(parts()[2], ["Begin", "Work", "Tic", "Tac", "End", "Finished(\"Boom!\")"]);
}
