//! The locks of chapter 6: faults that their own tests must find.

#![allow(clippy::unwrap_used)] // in helpers, too: a test says what went wrong by failing at that line

use book_checks::patch;
use std::process::Command;

/// Each fault, and the tests of the step that find it.
const FOUND_BY: [(&str, &[&str]); 5] = [
    (
        "lost_turn",
        &[
            "semaphore::tests::a_task_that_was_handed_a_permit_and_leaves_passes_it_on",
            "channel::tests::a_receiver_that_is_dropped_takes_no_message_with_it",
            "channel::tests::a_sender_that_is_dropped_takes_its_message_with_it_and_blocks_no_other",
        ],
    ),
    ("stays_in_line", &["semaphore::tests::a_task_that_leaves_the_line_is_not_handed_a_permit"]),
    ("last_in_line_first", &["semaphore::tests::the_task_that_asked_first_is_first_and_none_overtakes"]),
    ("two_at_a_time", &["mutex::tests::a_mutex_lets_one_in_at_a_time_and_keeps_what_it_left"]),
    ("any_wake_up", &["semaphore::tests::a_future_that_is_polled_for_no_reason_keeps_its_place"]),
];

#[test]
fn each_fault_of_the_locks_is_found_by_their_tests() {
    for (fault, tests) in FOUND_BY {
        let package = format!("locks-{fault}");
        let found = patch::cargo(&["test", "--offline", "--bins", "-p", &package]).unwrap_err().to_string();
        for test in tests {
            assert!(found.contains(&format!("test {test} ... FAILED")), "{fault}: {test} does not find it:\n{found}");
        }
    }
}

/// A thread that waits for a lock lets no task run, not even the one that holds the lock.
#[test]
fn a_lock_for_threads_that_is_held_across_an_await_blocks_every_task() {
    let program = patch::program("06_02_locks+thread_mutex").unwrap();
    let output = Command::new("timeout").arg("1").arg(program.command().get_program()).output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(124), "it does not end by itself");
    assert!(printed.ends_with("A counter, to which three tasks add one each:\n"), "{printed}");
}
