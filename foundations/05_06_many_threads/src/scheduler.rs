//! Which task is polled next, and on which thread. One thread at a time is the leader: it waits in the reactor for all.

use crate::sync::{Condvar, Mutex, Reactor, lock};
use std::collections::{HashMap, VecDeque};
use std::mem;
use std::ops::DerefMut;
use std::sync::{Arc, PoisonError};

// ANCHOR: scheduler
/// The tasks to poll next, by their numbers, and the threads that poll them.
pub struct Scheduler {
    reactor: Arc<Reactor>,
    shared: Mutex<Shared>,
    /// Idle threads wait here until they are called.
    calls: Condvar,
}

#[derive(Default)]
struct Shared {
    /// The scheduled tasks, each of them once, in the order of their turns.
    queue: VecDeque<usize>,
    /// Where each task is. A task that is not here waits.
    states: HashMap<usize, State>,
    leader: Leader,
    /// How many tasks have a turn before a thread asks the reactor again.
    round: usize,
    /// How many threads are idle, and how many that were idle have been called, and have not woken up yet.
    idle: usize,
    called: usize,
    is_closed: bool,
}
// ANCHOR_END: scheduler

// ANCHOR: state
/// Where a task is while it does not wait.
enum State {
    /// In the queue.
    Scheduled,
    /// A thread polls it.
    Running,
    /// A thread polls it, and it was woken since. It needs another turn, to see what has changed.
    Notified,
}

impl Shared {
    /// A task was woken. Returns whether it is in the queue now, and was not before.
    fn notify(&mut self, task: usize) -> bool {
        match self.states.get_mut(&task) {
            None => {
                self.states.insert(task, State::Scheduled);
                self.queue.push_back(task);
                return true;
            }
            Some(state @ State::Running) => *state = State::Notified,
            Some(State::Scheduled | State::Notified) => {}
        }
        false
    }

    /// Takes the next task out of the queue.
    fn take(&mut self) -> Option<usize> {
        let task = self.queue.pop_front()?;
        self.states.insert(task, State::Running);
        self.round = self.round.saturating_sub(1);
        Some(task)
    }

    /// A task was polled. It waits, or goes to the end of the queue.
    fn polled(&mut self, task: usize) {
        if let Some(State::Notified) = self.states.remove(&task) {
            self.notify(task);
        }
    }
}
// ANCHOR_END: state

// ANCHOR: leader
/// Whether a thread is in the reactor.
#[derive(Default, PartialEq)]
enum Leader {
    #[default]
    None,
    /// It rests there.
    Resting,
    /// It wakes tasks, and is going to poll one of them itself.
    Awake,
}

/// What a thread does next.
pub enum Job {
    /// Poll this task.
    Poll(usize),
    /// Be the leader: ask the reactor, and rest there if no task is scheduled.
    Lead { may_rest: bool },
    /// End.
    End,
}
// ANCHOR_END: leader

impl Scheduler {
    /// A scheduler without tasks.
    pub fn new(reactor: Arc<Reactor>) -> Self {
        Self { reactor, shared: Mutex::default(), calls: Condvar::new() }
    }

    // ANCHOR: wake
    /// A task was woken.
    pub fn wake(&self, task: usize) {
        let mut shared = lock(&self.shared);
        if shared.notify(task) {
            self.call(shared);
        }
    }

    /// There is something to do: calls an idle thread, or else the leader if it rests. Threads that poll a task call `next` after it.
    fn call(&self, mut shared: impl DerefMut<Target = Shared>) {
        if shared.leader == Leader::Awake {
            return;
        }
        if shared.idle > 0 {
            shared.idle -= 1;
            shared.called += 1;
            self.calls.notify_one();
        } else if shared.leader == Leader::Resting {
            shared.leader = Leader::Awake;
            drop(shared);
            self.reactor.unpark();
        }
    }
    // ANCHOR_END: wake

    // ANCHOR: next
    /// What this thread does next. If there is nothing, it waits until it is called.
    pub fn next(&self) -> Job {
        let mut shared = lock(&self.shared);
        loop {
            if shared.is_closed {
                return Job::End;
            }
            let may_rest = shared.queue.is_empty();
            if shared.leader == Leader::None && (may_rest || shared.round == 0) {
                shared.leader = if may_rest { Leader::Resting } else { Leader::Awake };
                return Job::Lead { may_rest };
            }
            if let Some(task) = shared.take() {
                if shared.leader == Leader::None || !shared.queue.is_empty() {
                    self.call(shared); // this task may take a long time, or block the thread
                }
                return Job::Poll(task);
            }
            shared.idle += 1;
            while shared.called == 0 && !shared.is_closed {
                shared = self.calls.wait(shared).unwrap_or_else(PoisonError::into_inner);
            }
            shared.called = shared.called.saturating_sub(1);
        }
    }

    /// This task was polled, by the thread that asks for the next one now.
    pub fn polled(&self, task: usize) {
        lock(&self.shared).polled(task);
    }
    // ANCHOR_END: next

    // ANCHOR: resign
    /// The leader no longer rests. No thread has to be called for the tasks that it wakes now.
    pub fn awake(&self) {
        lock(&self.shared).leader = Leader::Awake;
    }

    /// The leader leaves the reactor. All tasks that are scheduled now have a turn before a thread asks the reactor again.
    pub fn resign(&self) {
        let mut shared = lock(&self.shared);
        shared.leader = Leader::None;
        shared.round = shared.queue.len();
    }
    // ANCHOR_END: resign

    /// Lets threads work.
    pub fn open(&self) {
        let mut shared = lock(&self.shared);
        *shared =
            Shared { queue: mem::take(&mut shared.queue), states: mem::take(&mut shared.states), ..Shared::default() };
    }

    /// Ends all threads.
    pub fn close(&self) {
        lock(&self.shared).is_closed = true;
        self.calls.notify_all();
        self.reactor.unpark();
    }

    /// Whether the threads should end.
    pub fn is_closed(&self) -> bool {
        lock(&self.shared).is_closed
    }
}
