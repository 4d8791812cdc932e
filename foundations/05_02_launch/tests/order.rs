//! Step 5.2: who awaits a child goes on after it, and who spawns it goes on before it.

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
fn whoever_awaits_a_future_goes_on_after_its_end() {
    assert_eq!(parts()[0], ["Begin", "Tic", "Tac", "End", "Finished(\"Boom!\")"]);
}

#[test]
fn whoever_spawns_a_task_goes_on_before_it_begins() {
    assert_eq!(parts()[1], ["Begin", "End", "Tic", "Tac", "Finished(\"nobody knows how it ends\")"]);
}

#[test]
fn a_task_that_was_spawned_can_be_awaited_later() {
    assert_eq!(parts()[2], ["Begin", "Meanwhile", "Tic", "Tac", "End", "Finished(\"Boom!\")"]);
}
