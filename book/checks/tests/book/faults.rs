//! What the tests share that see a property find the fault of a changed program.

#![allow(clippy::expect_used, clippy::unwrap_used)] // a test says what went wrong by failing at that line

use book_checks::{Failure, Result, patch};
use harness::Program;
use std::time::Duration;

/// What a property says of a program with a fault: `09_05_parallel_server+fault`. It must say these words.
pub fn found(program: &str, property: fn(&Program) -> Result, expected: &str) {
    let changed = patch::program(program).unwrap().patience(Duration::from_secs(1));
    let failure = property(&changed).expect_err(program);
    assert!(failure.to_string().contains(expected), "{failure}");
}

/// What a check of a program with a fault says. On a busy machine, the fault may not show at once.
pub fn failure_within(attempts: usize, check: impl Fn() -> Result) -> Failure {
    (0..attempts).find_map(|_| check().err()).expect("the fault is found")
}
