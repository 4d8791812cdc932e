//! Exercise 2 of section 5.2: a `spawn` that finds the executor by itself.
//!
//! Check: `cargo test -p launch --test exercise_ambient -- --ignored`

#[allow(dead_code)] // the state of a task is not shown here
#[path = "../src/executor.rs"]
mod executor;

use executor::{Executor, JoinHandle, Outcome};
use std::cell::RefCell;
use std::panic;
use std::rc::Rc;

/// Runs this future, and the tasks that it spawns, to their ends.
fn run(future: impl Future<Output = Outcome> + 'static) {
    let executor = Executor::default();
    executor.spawn(future);
    executor.run_until_empty(); // while this runs, `spawn` must find the executor
}

/// Spawns a task on the executor that is running.
fn spawn(_future: impl Future<Output = Outcome> + 'static) -> JoinHandle {
    panic!("no executor is running")
}

#[test]
#[ignore = "exercise 5.2/2: it passes once you have changed `spawn`"]
fn a_task_spawns_another_without_naming_an_executor() {
    let order = Rc::new(RefCell::new(Vec::new()));
    let (parent, child) = (Rc::clone(&order), Rc::clone(&order));
    run(async move {
        let task = spawn(async move {
            child.borrow_mut().push("child");
            Ok("spawned")
        });
        parent.borrow_mut().push("parent");
        let outcome = task.await;
        assert_eq!(outcome, Ok("spawned"));
        outcome
    });
    assert_eq!(order.take(), ["parent", "child"]);
    assert!(panic::catch_unwind(|| spawn(async { Ok("") })).is_err(), "the executor no longer runs");
}
