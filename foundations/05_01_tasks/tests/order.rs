//! Step 5.1: the words of two tasks alternate, on our executor and on others.

#![allow(clippy::unwrap_used)] // in helpers, too: a test says what went wrong by failing at that line

use harness::{Program, cargo};

/// What two tasks say in turn.
const WORDS: [&str; 5] = ["Tic", "Spam", "Tac", "Eggs", "Bacon"];

#[test]
fn two_tasks_take_turns_until_one_has_finished_and_then_until_none_is_left() {
    let ended = Program::at(env!("CARGO_BIN_EXE_05_01_tasks")).run(&[]).unwrap();
    assert_eq!((ended.code, ended.log.as_str()), (Some(0), ""));
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
    assert_eq!(ended.output.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn the_same_functions_run_on_other_executors() {
    for example in ["on_smol", "on_tokio"] {
        let output =
            cargo().args(["run", "--offline", "--quiet", "-p", "tasks", "--example", example]).output().unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        let lines: Vec<&str> = printed.lines().collect();
        let words: Vec<&str> = lines.iter().copied().filter(|line| WORDS.contains(line)).collect();
        assert_eq!(words, WORDS, "{example}");
        assert!(lines.contains(&"Ok(\"Boom!\")") && lines.contains(&"Err(\"no more spam\")"), "{example}: {printed}");
    }
}
