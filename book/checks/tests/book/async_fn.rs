//! Step 5.0: its picture, and what changes to it do.

#![allow(clippy::unwrap_used)] // in helpers, too: a test says what went wrong by failing at that line

use book_checks::{patch, read, snapshot, states};
use std::process::Command;

/// The lines that a program prints first.
fn first_lines(fault: &str, count: usize) -> Vec<String> {
    let ended = patch::program(&format!("05_00_async_fn+{fault}")).unwrap().run(&[]).unwrap();
    ended.output.lines().take(count).map(|line| line.trim().to_owned()).collect()
}

#[test]
fn a_function_that_is_not_async_runs_when_it_is_called() {
    assert_eq!(first_lines("runs_when_called", 3), ["A: Tic", "B: Tic", "Two calls, and nothing has run."]);
}

#[test]
fn an_enum_that_ignores_pending_does_not_pause() {
    let lines = first_lines("ignores_pending", 30);
    let by_hand = lines.iter().skip_while(|line| *line != "Written by hand:").skip(1).take(4);
    assert_eq!(by_hand.collect::<Vec<_>>(), ["C: Tic", "C: Tac", "Pending", "Ready(\"Boom!\")"]);
}

#[test]
fn a_future_that_forgets_its_waker_is_never_polled_again() {
    let program = patch::program("05_00_async_fn+asks_for_no_other_poll").unwrap();
    let mut command = Command::new("timeout");
    let output = command.arg("1").arg(program.command().get_program()).output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(124), "it does not end by itself");
    assert!(printed.ends_with("One after the other:\n    A: 1\n"), "{printed}");
}

/// A way is a new state that a branch of `poll` assigns; a branch that only waits returns before.
#[test]
fn the_picture_of_a_future_shows_its_states() {
    const FILE: &str = "foundations/05_00_async_fn/src/by_hand.rs";
    let text = read(FILE).unwrap();
    let states: Vec<states::State> = states::of_enum(&text)
        .into_iter()
        .map(|(name, meaning)| (name.replace(": &'static str", "").replace(": Pass", ""), meaning))
        .collect();
    let place =
        |line: &str| states.iter().position(|(name, _)| line.split([' ', ';']).next() == name.split(' ').next());
    let (mut from, mut ways) = (None, Vec::new());
    for line in text.lines().map(str::trim) {
        if let Some(branch) = line.strip_prefix("TicTac::") {
            from = place(branch);
        } else if let (Some(assigned), Some(from)) = (line.strip_prefix("*self = TicTac::"), from) {
            ways.push((from, place(assigned).unwrap()));
        }
    }
    assert_eq!(ways, [(0, 1), (1, 2), (2, 3)]);
    let when = ["it is polled", "the first pass is ready", "the second pass is ready"];
    let ways: Vec<(states::Way, &str)> = ways.into_iter().zip(when).collect();
    let picture = states::draw("05_00", "The states of tic_tac, and what it keeps in each", &states, &ways);
    snapshot::check("generated/states_05_00.svg", &picture).unwrap();
}
