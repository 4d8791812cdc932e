//! Exercise 2 of section 8.1: a computation that stays on the loop, and lets others have turns. Change `count`, then run
//! `cargo test -p blocking_pool --test exercise_turns -- --ignored`.

use std::cell::Cell;
use std::rc::Rc;
use tokio::task::{self, LocalSet};

/// How many numbers to look at in one piece.
const PIECE: u32 = 1_000;

fn is_prime(number: u32) -> bool {
    number > 1 && (2..=number.isqrt()).all(|divisor| !number.is_multiple_of(divisor))
}

/// How many primes there are below this number.
async fn count(limit: u32) -> usize {
    let mut count = 0;
    for first in (0..limit).step_by(PIECE as usize) {
        count += (first..limit.min(first + PIECE)).filter(|number| is_prime(*number)).count();
    }
    count
}

/// Another task has the same thread.
#[tokio::test]
#[ignore = "exercise 8.1/2: it passes once `count` yields after each piece"]
async fn another_task_has_a_turn_after_each_piece() {
    let (turns, has_finished) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(false)));
    let other = {
        let (turns, has_finished) = (Rc::clone(&turns), Rc::clone(&has_finished));
        async move {
            while !has_finished.get() {
                turns.set(turns.get() + 1);
                task::yield_now().await;
            }
        }
    };
    let tasks = LocalSet::new();
    let both = tasks.run_until(async {
        let other = task::spawn_local(other);
        let count = task::spawn_local(count(100_000)).await;
        has_finished.set(true);
        (count, other.await)
    });
    let (count, other) = both.await;
    assert!(count.is_ok_and(|count| count == 9_592) && other.is_ok());
    assert!(turns.get() >= 100, "the other task had {} turns", turns.get());
}
