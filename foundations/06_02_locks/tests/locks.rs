//! Step 6.2: what waits in line, which task is first, and what happens when a task is cancelled.

#![allow(clippy::unwrap_used)] // in helpers, too: a test says what went wrong by failing at that line

use harness::Program;

/// What happens in the scene with this title.
fn scene(title: &str) -> Vec<String> {
    let ended = Program::at(env!("CARGO_BIN_EXE_06_02_locks")).run(&[]).unwrap();
    assert_eq!((ended.code, ended.log.as_str()), (Some(0), ""));
    let lines = ended.output.lines().skip_while(|line| *line != title).skip(1);
    lines.map_while(|line| Some(line.strip_prefix("    ")?.to_owned())).collect()
}

#[test]
fn a_task_that_is_cancelled_in_line_or_at_its_turn_leaves_the_mutex_to_the_next() {
    let expected = [
        "A has the turn",
        "B waits in line",
        "C waits in line",
        "D waits in line",
        "B is cancelled",
        "A gives the turn back",
        "C is cancelled",
        "D has the turn, and fills cup 1",
    ];
    assert_eq!(scene("A mutex: one at a time."), expected);
}

#[test]
fn a_task_that_is_cancelled_gives_its_permit_to_the_first_in_line() {
    let expected = [
        "A has a cook",
        "B has a cook",
        "C waits in line",
        "D waits in line",
        "B is cancelled",
        "C has a cook",
        "A is cancelled",
        "D has a cook",
    ];
    assert_eq!(scene("A semaphore: two at a time."), expected);
}

#[test]
fn a_receiver_that_is_cancelled_leaves_the_message_to_the_next() {
    let expected = ["A waits in line", "B waits in line", "a soda is ordered", "A is cancelled", "B receives: soda"];
    assert_eq!(scene("A channel with two receivers:"), expected);
}

#[test]
fn a_sender_that_is_cancelled_takes_its_message_with_it() {
    let expected = [
        "A has sent: soda",
        "B waits in line",
        "C waits in line",
        "B is cancelled",
        "the kitchen receives: soda",
        "the kitchen waits in line",
        "C has sent: fries",
        "the kitchen receives: fries",
    ];
    assert_eq!(scene("A channel with room for one message, and three senders:"), expected);
}

#[test]
fn a_counter_forgets_what_was_added_while_it_waited_between_reading_and_writing() {
    let expected =
        ["read and written without a wait: 3", "with a wait in between: 1", "with a wait in between, in a mutex: 3"];
    assert_eq!(scene("A counter, to which three tasks add one each:"), expected);
}
