//! Faults in changed programs: those that the tests of a step must find, and what the tests share that see a property find one.

#![allow(clippy::expect_used, clippy::unwrap_used)] // a test says what went wrong by failing at that line

use book_checks::{Failure, Result, assert_none, patch};
use harness::Program;
use std::process::Command;
use std::time::Duration;

/// Each fault, and the tests of the step that find it.
const FOUND_BY: [(&str, &[&str]); 11] = [
    ("05_00_async_fn+join_in_turn", &["both::tests::both_advance_until_both_are_ready"]),
    (
        "05_00_async_fn+never_drops_the_slower",
        &["both::tests::the_first_that_is_ready_ends_the_wait_and_the_other_is_dropped"],
    ),
    ("05_00_async_fn+block_on_without_rest", &["block_on::tests::the_thread_rests_while_the_future_waits"]),
    (
        "05_00_async_fn+buffer_without_a_block",
        &["size::tests::a_future_has_room_for_what_it_keeps_and_for_nothing_else"],
    ),
    // Section 5.3: a destructor that panics must harm nothing but its own task, and what a panic says must not get lost.
    (
        "05_03_wait+careless_drop",
        &[
            "tests::a_destructor_that_panics_harms_no_other_task",
            "tests::the_message_of_a_panic_is_the_reason_formatted_or_not",
        ],
    ),
    (
        "06_01_shared_kitchen+two_batches",
        &["tests::nothing_is_used_by_more_than_there_are", "tests::the_tasks_do_what_arithmetic_says"],
    ),
    (
        "06_02_locks+lost_turn",
        &[
            "semaphore::tests::a_task_that_was_handed_a_permit_and_leaves_passes_it_on",
            "channel::tests::a_receiver_that_is_dropped_takes_no_message_with_it",
            "channel::tests::a_sender_that_is_dropped_takes_its_message_with_it_and_blocks_no_other",
        ],
    ),
    ("06_02_locks+stays_in_line", &["semaphore::tests::a_task_that_leaves_the_line_is_not_handed_a_permit"]),
    ("06_02_locks+last_in_line_first", &["semaphore::tests::the_task_that_asked_first_is_first_and_none_overtakes"]),
    ("06_02_locks+two_at_a_time", &["mutex::tests::a_mutex_lets_one_in_at_a_time_and_keeps_what_it_left"]),
    ("06_02_locks+any_wake_up", &["semaphore::tests::a_future_that_is_polled_for_no_reason_keeps_its_place"]),
];

#[test]
#[ignore = "checks a check, `cargo test --test book --test harness -- --ignored found` does it"]
fn each_fault_is_found_by_the_tests_of_its_step() {
    let programs = patch::tests(&FOUND_BY.map(|(fault, _)| fault)).unwrap();
    let each = FOUND_BY.iter().zip(&programs).flat_map(|((fault, tests), program)| {
        tests.iter().map(move |test| (fault, *test, Command::new(program).args(["--exact", test]).output().unwrap()))
    });
    assert_none(each.filter_map(|(fault, test, output)| {
        // A second panic while the first one unwinds ends the whole program.
        let printed = String::from_utf8_lossy(&output.stdout);
        let is_found = printed.contains("running 1 test\n") && !output.status.success();
        (!is_found).then(|| format!("{fault}: {test} does not find it: {printed}"))
    }));
}

/// What a property says of a program with a fault: `09_05_parallel_server+fault`. It must say these words.
pub fn found(program: &str, property: fn(&Program) -> Result, expected: &str) {
    let changed = patch::program(program).unwrap().patience(Duration::from_secs(1));
    let failure = failure_within(3, || property(&changed));
    assert!(failure.to_string().contains(expected), "{failure}");
}

/// A test of the step's own, in this target, must fail in the program with a fault.
pub fn found_by_test(attempts: usize, program: &str, target: &[&str], test: &str) {
    let package = &patch::binary(program)[6..];
    let arguments = [&["test", "--offline", "--quiet"], target, &[test, "-p", package]].concat();
    let printed = failure_within(attempts, || patch::cargo(&arguments).map(drop)).to_string();
    assert!(printed.contains(test), "{printed}");
}

/// What a check of a program with a fault says. On a busy machine, the fault may not show at once.
pub fn failure_within(attempts: usize, check: impl Fn() -> Result) -> Failure {
    (0..attempts).find_map(|_| check().err()).expect("the fault is found")
}
