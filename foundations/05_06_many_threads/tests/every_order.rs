//! No wake-up gets lost between threads: loom tries the orders in which they can meet, with up to so many interruptions. The
//! executor and its scheduler are those of the step; only the locks are loom's, and the reactor is a simple one.

#![allow(clippy::unwrap_used)] // in helpers, too: a test says what went wrong by failing at that line

use executor::Executor;
use loom::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use loom::sync::{Condvar, Mutex};
use loom::{model::Builder, thread};
use std::future::poll_fn;
use std::mem;
use std::sync::Arc;
use std::task::{Poll, Waker};

#[allow(dead_code)] // `block_on` starts the threads that loom starts here
#[path = "../src/executor.rs"]
mod executor;
#[allow(dead_code)]
#[path = "../src/scheduler.rs"]
mod scheduler;

/// What executor and scheduler use here.
mod sync {
    pub use super::Reactor;
    pub use loom::sync::{Condvar, Mutex};

    pub fn lock<T>(mutex: &Mutex<T>) -> loom::sync::MutexGuard<'_, T> {
        mutex.lock().unwrap()
    }
}

// ANCHOR: reactor
/// Instead of sockets, it has wakers that are to be called as soon as a thread asks.
#[derive(Default)]
pub struct Reactor {
    reports: Mutex<Reports>,
    rest: Condvar,
    is_deaf: bool,
}

#[derive(Default)]
struct Reports {
    wakers: Vec<Waker>,
    is_unparked: bool,
}

impl Reactor {
    fn report(&self, waker: Waker) {
        self.reports.lock().unwrap().wakers.push(waker);
        self.rest.notify_one();
    }

    fn unpark(&self) {
        if !self.is_deaf {
            self.reports.lock().unwrap().is_unparked = true;
            self.rest.notify_one();
        }
    }

    fn wait(&self, may_rest: bool) -> Vec<Waker> {
        let mut reports = self.reports.lock().unwrap();
        while may_rest && reports.wakers.is_empty() && !reports.is_unparked {
            reports = self.rest.wait(reports).unwrap();
        }
        reports.is_unparked = false;
        mem::take(&mut reports.wakers)
    }
}
// ANCHOR_END: reactor

/// How the thread on which something happens notifies the task.
#[derive(Clone, Copy)]
enum By {
    Waker,
    Reactor,
}

// ANCHOR: model
/// A task waits until so many things have happened, each on this thread, while so many threads work. Loom reports it if all of them
/// wait forever.
fn in_many_orders(threads: usize, interruptions: usize, happens: &'static [By], is_deaf: bool) {
    let mut builder = Builder::new();
    builder.preemption_bound = Some(interruptions);
    builder.check(move || {
        let reactor = Arc::new(Reactor { is_deaf, ..Reactor::default() });
        let executor = Arc::new(Executor::new(Arc::clone(&reactor)));
        let happened = Arc::new(AtomicUsize::new(0));
        let task_waker = Arc::new(Mutex::new(None));
        executor
            .spawn(task(Arc::clone(&executor), Arc::clone(&happened), Arc::clone(&task_waker), happens.len()))
            .detach();
        let worker = |_| {
            let executor = Arc::clone(&executor);
            thread::spawn(move || executor.work())
        };
        let workers: Vec<_> = (0..threads).map(worker).collect();
        for by in happens {
            happened.fetch_add(1, Relaxed);
            let waker: Option<Waker> = task_waker.lock().unwrap().clone();
            match (by, waker) {
                (By::Waker, Some(waker)) => waker.wake(),
                (By::Reactor, Some(waker)) => reactor.report(waker),
                (_, None) => {} // the task will look first
            }
        }
        workers.into_iter().for_each(|worker| worker.join().unwrap());
    });
}

/// It leaves its waker once, and then only looks. So that it sees what has happened is up to the executor.
async fn task(executor: Arc<Executor>, happened: Arc<AtomicUsize>, waker: Arc<Mutex<Option<Waker>>>, expected: usize) {
    poll_fn(|context| {
        let mut waker = waker.lock().unwrap();
        waker.get_or_insert_with(|| context.waker().clone());
        drop(waker);
        if happened.load(Relaxed) == expected { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    executor.close();
}
// ANCHOR_END: model

#[test]
fn a_thread_that_rests_in_the_reactor_is_called_back_for_each_wake_up() {
    in_many_orders(1, 4, &[By::Waker, By::Waker], false);
}

#[test]
fn with_two_threads_no_wake_up_gets_lost_either() {
    in_many_orders(2, 2, &[By::Waker], false);
    in_many_orders(2, 2, &[By::Reactor], false);
}

#[test]
#[should_panic(expected = "deadlock")]
fn loom_finds_a_reactor_that_does_not_hear_the_call() {
    in_many_orders(1, 2, &[By::Waker], true);
}
