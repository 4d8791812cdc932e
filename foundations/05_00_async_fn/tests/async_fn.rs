//! Step 5.0: calling runs nothing, each call has a state of its own, and the enum does what the compiler's future does.

#![allow(clippy::unwrap_used)] // in helpers, too: a test says what went wrong by failing at that line

use harness::Program;

/// The lines after this one, up to the next one that ends in a colon.
fn after(head: &str) -> Vec<String> {
    let ended = Program::at(env!("CARGO_BIN_EXE_05_00_async_fn")).run(&[]).unwrap();
    assert_eq!((ended.code, ended.log.as_str()), (Some(0), ""));
    let lines = ended.output.lines().map(|line| line.trim().to_owned()).skip_while(|line| line != head).skip(1);
    lines.take_while(|line| !line.ends_with(':')).collect()
}

#[test]
fn a_call_runs_nothing_and_each_call_has_a_state_of_its_own() {
    let expected =
        ["A: Tic", "Pending", "A: Tac", "Pending", "B: Tic", "Pending", "Ready(\"Boom!\")", "B: Tac", "Pending"];
    assert_eq!(after("Two calls, and nothing has run."), expected);
}

#[test]
fn the_enum_does_what_the_async_fn_does() {
    let by_the_compiler = after("Written by the compiler:");
    assert_eq!(by_the_compiler, ["C: Tic", "Pending", "C: Tac", "Pending", "Ready(\"Boom!\")"]);
    assert_eq!(after("Written by hand:"), by_the_compiler);
}

#[test]
fn a_buffer_that_is_needed_after_an_await_is_in_the_future() {
    let sizes = after("The size of a future, in bytes:");
    let size = |name: &str| -> usize {
        let line = sizes.iter().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).unwrap();
        line.trim().parse().unwrap()
    };
    assert!(size("keeps_a_buffer") > 1024 && size("drops_a_buffer") < 100);
    assert!(size("TicTac") <= size("tic_tac"));
}

#[test]
fn two_futures_are_awaited_in_turn_or_at_the_same_time() {
    assert_eq!(after("One after the other:"), ["A: 1", "A: 2", "A: 3", "B: 1", "B: 2"]);
    assert_eq!(after("Both, until both are ready:"), ["A: 1", "B: 1", "A: 2", "B: 2", "A: 3"]);
}

#[test]
fn the_slower_of_two_futures_is_dropped() {
    let expected = ["A: 1", "B: 1", "A: 2", "B: 2", "A: 3", "B was first, and A is dropped"];
    assert_eq!(after("Both, until one is ready:"), expected);
}

#[test]
fn a_value_from_another_thread_ends_the_wait() {
    assert_eq!(after("Waiting for another thread:"), ["Ok(\"a value\")"]);
}
