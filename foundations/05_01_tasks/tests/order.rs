//! Step 5.1: the words of two tasks alternate.

#![allow(clippy::unwrap_used)] // in helpers, too: a test says what went wrong by failing at that line

use harness::Program;

/// What it prints, without the spaces at the beginnings of lines.
fn printed() -> Vec<String> {
    let ended = Program::at(env!("CARGO_BIN_EXE_05_01_tasks")).run(&[]).unwrap();
    assert_eq!((ended.code, ended.log.as_str()), (Some(0), ""));
    ended.output.lines().map(|line| line.trim().to_owned()).collect()
}

#[test]
fn a_future_goes_on_whenever_it_is_polled() {
    assert_eq!(printed()[1..6], ["Tic", "Pending", "Tac", "Pending", "Ready(Ok(\"Boom!\"))"]);
}

#[test]
fn two_tasks_take_turns_until_one_is_over_and_then_until_none_is_left() {
    let expected = [
        "tic-tac: New, spam: New",
        "Tic",
        "Spam",
        "Tac",
        "Eggs",
        "tic-tac: Finished(\"Boom!\"), spam: Running",
        "Bacon",
        "tic-tac: Finished(\"Boom!\"), spam: Failed(\"no more spam\")",
    ];
    assert_eq!(printed()[7..], expected);
}
