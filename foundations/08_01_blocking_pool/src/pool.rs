//! Where the counting is done: on the loop's own thread, on tokio's threads for what blocks, or on those of rayon.

use crate::arguments::{Arguments, Place};
use crate::primes;
use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};
use std::io;
use std::sync::Arc;
use tokio::sync::{Semaphore, oneshot};
use tokio::task;
use tokio_util::sync::CancellationToken;

/// A bounded number of computations: those under way, and those in the queue.
pub struct Pool {
    /// A permit for each thread, and for each place in the queue.
    permits: Arc<Semaphore>,
    workers: Workers,
}

/// Where the primes are counted.
enum Workers {
    /// The loop's own thread.
    Loop,
    /// The threads that the runtime has for what blocks.
    Blocking,
    Rayon(ThreadPool),
}

/// Why there is no count.
#[derive(Debug)]
pub enum Refusal {
    /// All threads are busy, and the queue is full.
    Full,
    /// The computation has panicked.
    Failed,
}

impl Pool {
    /// A pool of so many threads, with a queue for so many more computations.
    pub fn new(arguments: &Arguments) -> io::Result<Self> {
        let permits = Arc::new(Semaphore::new(usize::from(arguments.threads) + usize::from(arguments.queue)));
        let workers = match arguments.on {
            Place::Loop => Workers::Loop,
            Place::Pool => Workers::Blocking,
            Place::Rayon => Workers::Rayon(rayon(arguments.threads.into()).map_err(io::Error::other)?),
        };
        Ok(Self { permits, workers })
    }

    // ANCHOR: count_primes
    /// How many primes there are up to this number. Dropping this future stops the computation.
    pub async fn count_primes(&self, limit: u32) -> Result<usize, Refusal> {
        let permit = Arc::clone(&self.permits).try_acquire_owned().map_err(|_| Refusal::Full)?;
        let stop = CancellationToken::new();
        let _stops_when_dropped = stop.clone().drop_guard();
        match &self.workers {
            Workers::Loop => primes::count(limit, &stop).ok_or(Refusal::Failed),
            Workers::Blocking => {
                let computation = task::spawn_blocking(move || {
                    let _permit = permit; // the permit is kept until the thread has finished
                    primes::count(limit, &stop)
                });
                computation.await.ok().flatten().ok_or(Refusal::Failed)
            }
            Workers::Rayon(threads) => {
                let (tx, rx) = oneshot::channel();
                threads.spawn(move || {
                    let _permit = permit;
                    let _ = tx.send(primes::count_in_parallel(limit, &stop)); // it fails if no task waits
                });
                rx.await.ok().flatten().ok_or(Refusal::Failed)
            }
        }
    }
    // ANCHOR_END: count_primes
}

fn rayon(threads: usize) -> Result<ThreadPool, ThreadPoolBuildError> {
    ThreadPoolBuilder::new()
        .num_threads(threads)
        .thread_name(|number| format!("rayon-{number}"))
        .panic_handler(|_| echo::log("a computation panicked")) // or else it would end the program
        .build()
}
