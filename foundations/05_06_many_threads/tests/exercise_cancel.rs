//! Exercise 5.6/2: cancel a task, and wait until its destructors have run.

use executor::{Executor, JoinHandle};
use reactor::Reactor;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::thread;
use std::time::Duration;

#[path = "../src/executor.rs"]
mod executor;
#[path = "../src/scheduler.rs"]
mod scheduler;
#[path = "../src/sync.rs"]
mod sync;

/// Cancels this task, and waits until it has finished.
async fn cancel<T>(task: JoinHandle<T>) {
    drop(task);
}

/// Its destructor takes its time.
struct Slow(Arc<AtomicBool>);

impl Drop for Slow {
    fn drop(&mut self) {
        thread::sleep(Duration::from_millis(50));
        self.0.store(true, SeqCst);
    }
}

#[test]
#[ignore = "exercise 5.6/2: cancel, and wait for it"]
fn a_task_that_was_cancelled_has_run_its_destructors() {
    let reactor = Arc::new(Reactor::new().unwrap());
    let executor = Executor::new(Arc::clone(&reactor));
    let is_dropped = Arc::new(AtomicBool::new(false));
    let slow = Slow(Arc::clone(&is_dropped));
    executor.block_on(2, async {
        let clock = Arc::clone(&reactor);
        let task = executor.spawn(async move {
            let _slow = slow;
            clock.sleep(Duration::MAX).await;
        });
        reactor.sleep(Duration::from_millis(1)).await;
        cancel(task).await;
        assert!(is_dropped.load(SeqCst), "its destructor has not run");
        executor.spawn(async {}).detach();
    });
    assert_eq!(executor.tasks(), 0);
}
