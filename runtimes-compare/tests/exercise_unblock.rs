//! Exercise 2 of section 10.0: a thread for what blocks. Write `unblock`, then run
//! `cargo test -p runtimes-compare --test exercise_unblock -- --ignored`.

use smol::LocalExecutor;
use std::sync::mpsc;
use std::time::Duration;

/// Does the work on another thread, and waits for its value without blocking this one.
async fn unblock<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    work() // on this thread
}

/// The executor has one thread. The first task blocks until the second one has sent something.
#[test]
#[ignore = "exercise 10.0/2: it passes once `unblock` has a thread for the work"]
fn the_executor_goes_on_while_the_work_blocks() {
    let (tx, rx) = mpsc::channel();
    let executor = LocalExecutor::new();
    let received = executor.spawn(unblock(move || rx.recv_timeout(Duration::from_secs(2))));
    executor.spawn(async move { tx.send("news") }).detach();
    let received = smol::block_on(executor.run(received));
    assert_eq!(received.ok(), Some("news"), "the work has blocked the executor");
}
