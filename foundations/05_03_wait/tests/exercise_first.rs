//! Exercise 3 of section 5.3: wait for the first of several tasks, and cancel the others.
//!
//! Check: `cargo test -p wait --test exercise_first -- --ignored`

#[allow(dead_code)] // this needs only a part of it
#[path = "../src/executor.rs"]
mod executor;

use executor::{Executor, JoinHandle, Outcome};
use std::cell::Cell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

/// The outcome of the task that finishes first. The others are cancelled.
async fn first(tasks: Vec<JoinHandle>) -> Outcome {
    match tasks.into_iter().next() {
        Some(task) => task.await, // the task that was spawned first
        None => Err("no task"),
    }
}

/// Pauses as often as this.
async fn passes(times: u32) {
    for _ in 0..times {
        let mut has_passed = false;
        poll_fn(|_| if std::mem::replace(&mut has_passed, true) { Poll::Ready(()) } else { Poll::Pending }).await;
    }
}

#[test]
#[ignore = "exercise 5.3/3: it passes once you have changed `first`"]
fn the_first_to_finish_ends_the_wait_and_the_others_never_finish() {
    let executor = Executor::default();
    let finished = Rc::new(Cell::new(0));
    let tasks = [("slow", 5), ("quick", 2), ("slowest", 9)].map(|(name, times)| {
        let finished = Rc::clone(&finished);
        executor.spawn(async move {
            passes(times).await;
            finished.set(finished.get() + 1);
            Ok(name)
        })
    });
    let outcome = Rc::new(Cell::new(None));
    let result = Rc::clone(&outcome);
    let waits = async move {
        result.set(Some(first(tasks.into()).await));
        Ok("done")
    };
    executor.spawn(waits).detach();
    executor.run_until_empty();
    assert_eq!(outcome.take(), Some(Ok("quick")));
    assert_eq!(finished.get(), 1, "the others are cancelled");
}
