//! Whose turn it is, when several threads give turns. Nothing here knows what a task is, so that a test can try every order of events.

use crate::sync::{Condvar, Mutex, MutexGuard, PoisonError, lock};
use std::collections::VecDeque;
use std::time::Duration;

/// How soon it is noticed that a turn takes long while nobody looks after the reactor.
const GLANCE: Duration = Duration::from_millis(1);

// ANCHOR: turn
/// The turns of one task. It is in the queue once at most, and never has two turns at the same
/// time.
pub struct Turn {
    state: Mutex<State>,
}

enum State {
    Waiting,
    Queued,
    Running,
    /// Somebody has woken it since its turn began: what it saw may have changed, so it wants
    /// another one.
    RunningAndWoken,
}

impl Turn {
    /// A task that waits.
    pub fn new() -> Self {
        Self { state: Mutex::new(State::Waiting) }
    }

    /// Somebody wakes the task. Returns whether it has to be put into the queue.
    pub fn wake(&self) -> bool {
        let mut state = lock(&self.state);
        let (next, is_new) = match *state {
            State::Waiting => (State::Queued, true),
            State::Queued => (State::Queued, false),
            State::Running | State::RunningAndWoken => (State::RunningAndWoken, false),
        };
        *state = next;
        is_new
    }

    /// Its turn begins.
    pub fn begin(&self) {
        *lock(&self.state) = State::Running;
    }

    /// Its turn is over. Returns whether it has to be put into the queue again.
    pub fn end(&self) -> bool {
        let mut state = lock(&self.state);
        let is_woken = matches!(*state, State::RunningAndWoken);
        *state = if is_woken { State::Queued } else { State::Waiting };
        is_woken
    }
}
// ANCHOR_END: turn

/// The tasks that were woken, in the order of their turns, and what the threads do that look
/// after them.
pub struct Ready<T> {
    state: Mutex<Threads<T>>,
    work: Condvar,
}

struct Threads<T> {
    queue: VecDeque<T>,
    /// How many of the tasks have a turn before somebody looks after the reactor.
    turns: usize,
    watch: Watch,
    /// How many threads rest because there is nothing for them to do, and how many of those
    /// that did have been called.
    resting: usize,
    called: usize,
    /// Whether one of those that rest looks now and then whether all is well, and whether it
    /// has to go on doing so.
    has_deputy: bool,
    is_busy: bool,
    has_ended: bool,
}

/// Whether a thread looks after the reactor.
#[derive(PartialEq)]
enum Watch {
    Nobody,
    Awake,
    Asleep,
}

/// What a thread does next.
pub enum Duty<T> {
    /// Give this task a turn.
    Run(T),
    /// Look after the reactor, and rest there if nobody has anything else to do.
    Watch { may_rest: bool },
    /// End.
    End,
}

impl<T> Ready<T> {
    /// Nobody is ready yet.
    pub fn new() -> Self {
        let threads = Threads {
            queue: VecDeque::new(),
            turns: 0,
            watch: Watch::Nobody,
            resting: 0,
            called: 0,
            has_deputy: false,
            is_busy: false,
            has_ended: false,
        };
        Self { state: Mutex::new(threads), work: Condvar::new() }
    }

    /// Puts a task at the end of the queue. Returns whether the thread in the reactor is to be
    /// called back.
    pub fn push(&self, task: T) -> bool {
        let mut state = lock(&self.state);
        state.queue.push_back(task);
        if state.watch == Watch::Awake || self.call(&mut state) || state.watch == Watch::Nobody {
            return false;
        }
        state.watch = Watch::Awake;
        true
    }

    /// Calls a thread that rests. Returns whether there is one.
    fn call(&self, state: &mut Threads<T>) -> bool {
        if state.resting == 0 {
            return false;
        }
        state.resting -= 1;
        state.called += 1;
        state.has_deputy = false; // it may be the one who comes
        self.work.notify_one();
        true
    }

    // ANCHOR: next
    /// What this thread does next. It rests until there is something.
    pub fn next(&self) -> Duty<T> {
        let mut state = lock(&self.state);
        loop {
            if state.has_ended {
                return Duty::End;
            }
            let may_rest = state.queue.is_empty();
            if state.watch == Watch::Nobody && (may_rest || state.turns == 0) {
                state.watch = if may_rest { Watch::Asleep } else { Watch::Awake };
                return Duty::Watch { may_rest };
            }
            if let Some(task) = state.queue.pop_front() {
                state.turns = state.turns.saturating_sub(1);
                self.leave_a_deputy(&mut state);
                return Duty::Run(task);
            }
            state = self.rest(state);
        }
    }
    // ANCHOR_END: next

    // ANCHOR: deputy
    /// A turn begins, and may take long. Somebody has to look whether it does, unless there is
    /// a thread in the reactor, or one on its way.
    fn leave_a_deputy(&self, state: &mut Threads<T>) {
        state.is_busy = true;
        if state.watch == Watch::Nobody && !state.has_deputy && state.called == 0 {
            self.call(state);
        }
    }

    /// Rests until somebody calls. While there is anything going on, one of those who rest is
    /// the deputy: it looks now and then whether it has to come without being called.
    fn rest<'a>(&self, mut state: MutexGuard<'a, Threads<T>>) -> MutexGuard<'a, Threads<T>> {
        state.resting += 1;
        while state.called == 0 && !state.has_ended {
            if state.has_deputy || !state.is_busy {
                state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            (state.has_deputy, state.is_busy) = (true, false);
            let waited = self.work.wait_timeout(state, GLANCE);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
            state.has_deputy = false;
            if state.watch == Watch::Nobody && state.called == 0 {
                state.resting -= 1;
                return state;
            }
        }
        state.called = state.called.saturating_sub(1);
        state
    }
    // ANCHOR_END: deputy

    /// The thread in the reactor is awake. Whom it wakes need not be told: it will see to them
    /// itself.
    pub fn get_up(&self) {
        lock(&self.state).watch = Watch::Awake;
    }

    // ANCHOR: end_watch
    /// It leaves the reactor, to give turns to all whom it has woken. It calls nobody: they
    /// have often had them before another thread would be there.
    pub fn end_watch(&self) {
        let mut state = lock(&self.state);
        state.watch = Watch::Nobody;
        state.turns = state.queue.len();
    }
    // ANCHOR_END: end_watch

    /// Lets all threads end.
    pub fn end(&self) {
        lock(&self.state).has_ended = true;
        self.work.notify_all();
    }
}
