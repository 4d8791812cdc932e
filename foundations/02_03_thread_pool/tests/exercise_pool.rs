//! What the exercises of section 2.3 ask you to build. A test here fails until it is built.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Barrier};
use std::time::Duration;

/// Threads that run jobs: as many as were asked for, and no more.
struct Pool {}

impl Pool {
    /// Starts so many threads.
    fn new(_threads: usize) -> Self {
        Self {}
    }

    /// Lets one of the threads run this job, as soon as one is free.
    fn run(&self, _job: impl FnOnce() + Send + 'static) {}
}

impl Drop for Pool {
    /// Waits until all jobs are done.
    fn drop(&mut self) {}
}

#[test]
#[ignore = "exercise 2.3/2: a thread pool of your own"]
fn a_pool_of_your_own_runs_jobs_side_by_side_and_ends_them() {
    let (pool, meeting, done) = (Pool::new(3), Arc::new(Barrier::new(3)), Arc::new(AtomicUsize::new(0)));
    let watchdog = std::thread::spawn(move || {
        for _ in 0..9 {
            let (meeting, done) = (Arc::clone(&meeting), Arc::clone(&done));
            pool.run(move || {
                meeting.wait(); // it returns only if three jobs run at the same time
                done.fetch_add(1, SeqCst);
            });
        }
        drop(pool);
        done.load(SeqCst)
    });
    for _ in 0..50 {
        if watchdog.is_finished() {
            break;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    assert!(watchdog.is_finished(), "the jobs wait for each other: fewer than three run at the same time");
    assert_eq!(watchdog.join().unwrap_or_default(), 9, "jobs were done when the pool was dropped");
}
