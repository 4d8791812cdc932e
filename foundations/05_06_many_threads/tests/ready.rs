//! No wake-up gets lost between threads: loom tries every order in which they can meet (with up to three interruptions).

#![allow(clippy::unwrap_used)] // in helpers, too: a test says what went wrong by failing at that line

use loom::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use loom::sync::{Condvar, Mutex};
use loom::{model::Builder, thread};
use ready::{Duty, Ready, Turn};
use std::sync::Arc;

#[path = "../src/ready.rs"]
mod ready;

/// What `ready` uses here.
mod sync {
    pub use loom::sync::{Condvar, Mutex, MutexGuard};
    pub use std::sync::PoisonError;

    pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
        mutex.lock().unwrap()
    }
}

/// An executor with one task. The task ends the executor when it has seen everything that was
/// to happen.
struct Model {
    ready: Ready<()>,
    turn: Turn,
    /// The thread in the reactor rests until this is set.
    bell: (Mutex<bool>, Condvar),
    happened: AtomicUsize,
    expected: usize,
    fault: Fault,
}

/// What may be wrong with this executor, for loom to find.
#[derive(Clone, Copy, PartialEq)]
enum Fault {
    None,
    DoesNotRing,
    LooksBeforeItsTurn,
}

impl Model {
    fn new(expected: usize, fault: Fault) -> Arc<Self> {
        let bell = (Mutex::new(false), Condvar::new());
        Arc::new(Self { ready: Ready::new(), turn: Turn::new(), bell, happened: AtomicUsize::new(0), expected, fault })
    }

    fn ring(&self) {
        *self.bell.0.lock().unwrap() = true;
        self.bell.1.notify_one();
    }

    fn push(&self) {
        if self.ready.push(()) && self.fault != Fault::DoesNotRing {
            self.ring();
        }
    }

    /// Something happens, and whoever waits for it is woken.
    fn happen(&self) {
        self.happened.fetch_add(1, SeqCst);
        if self.turn.wake() {
            self.push();
        }
    }

    /// What each thread of the executor does.
    fn work(&self) {
        loop {
            match self.ready.next() {
                Duty::Run(()) => {
                    if self.fault != Fault::LooksBeforeItsTurn {
                        self.turn.begin();
                    }
                    let happened = self.happened.load(SeqCst);
                    if self.fault == Fault::LooksBeforeItsTurn {
                        self.turn.begin();
                    }
                    if happened == self.expected {
                        self.ready.end();
                        self.ring();
                    }
                    if self.turn.end() {
                        self.push();
                    }
                }
                Duty::Watch { may_rest } => {
                    let mut rung = self.bell.0.lock().unwrap();
                    while may_rest && !*rung {
                        rung = self.bell.1.wait(rung).unwrap();
                    }
                    *rung = false;
                    drop(rung);
                    self.ready.get_up();
                    self.ready.end_watch();
                }
                Duty::End => return,
            }
        }
    }
}

// ANCHOR: model
/// Lets things happen while so many threads work, in every order. Loom reports threads that
/// wait for each other for ever.
fn in_every_order(threads: usize, events: usize, fault: Fault) {
    let mut builder = Builder::new();
    builder.preemption_bound = Some(3);
    builder.check(move || {
        let model = Model::new(events, fault);
        let worker = |_| {
            let model = Arc::clone(&model);
            thread::spawn(move || model.work())
        };
        let workers: Vec<_> = (0..threads).map(worker).collect();
        (0..events).for_each(|_| model.happen());
        workers.into_iter().for_each(|worker| worker.join().unwrap());
    });
}
// ANCHOR_END: model

#[test]
fn a_thread_that_rests_in_the_reactor_is_called_back_for_each_wake_up() {
    in_every_order(1, 2, Fault::None);
}

#[test]
fn with_two_threads_no_wake_up_gets_lost_either() {
    in_every_order(2, 1, Fault::None);
}

#[test]
#[should_panic(expected = "deadlock")]
fn loom_finds_that_nobody_rings() {
    in_every_order(1, 1, Fault::DoesNotRing);
}

#[test]
#[should_panic(expected = "deadlock")]
fn loom_finds_a_task_that_looks_before_its_turn_begins() {
    in_every_order(1, 2, Fault::LooksBeforeItsTurn);
}
