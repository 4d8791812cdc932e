//! An executor whose tasks fail alone and can be cancelled.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::panic::{self, AssertUnwindSafe};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// What a task results in: a value, or the reason why there is none.
pub type Outcome = Result<&'static str, &'static str>;

/// A future (none while it is polled, and after its end), and how far it has come.
struct Task {
    future: RefCell<Option<Pin<Box<dyn Future<Output = Outcome>>>>>,
    state: Cell<State>,
}

/// How far a task has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It has not had a turn yet.
    New,
    /// It had to wait, and will be polled again.
    Running,
    /// It has ended with this value.
    Finished(&'static str),
    /// It has ended without a value, for this reason.
    Failed(&'static str),
}

impl Task {
    // ANCHOR: step
    /// Polls the future, which runs until it has to wait, is ready, or panics.
    fn step(&self) {
        let Some(mut future) = self.future.take() else { return };
        let mut context = Context::from_waker(Waker::noop());
        let polled = caught(|| future.as_mut().poll(&mut context));
        if !self.is_finished() {
            // or else it has cancelled itself
            self.state.set(match polled {
                Ok(Poll::Pending) => State::Running,
                Ok(Poll::Ready(Ok(value))) => State::Finished(value),
                Ok(Poll::Ready(Err(reason))) | Err(reason) => State::Failed(reason),
            });
        }
        if self.is_finished() {
            let _ = caught(|| drop(future)); // destructors may panic, too
        } else {
            self.future.replace(Some(future));
        }
    }
    // ANCHOR_END: step

    // ANCHOR: cancel
    /// Cancels the task: its future is dropped, and with it whatever it held.
    fn cancel(&self) {
        if !self.is_finished() {
            self.state.set(State::Failed("cancelled"));
            let _ = caught(|| drop(self.future.take()));
        }
    }
    // ANCHOR_END: cancel

    /// Whether there is nothing left to do.
    fn is_finished(&self) -> bool {
        matches!(self.state.get(), State::Finished(_) | State::Failed(_))
    }
}

// ANCHOR: caught
/// Runs code of a task. If it panics, the error says why.
/// What was thrown is never dropped, because that could panic again.
fn caught<T>(code: impl FnOnce() -> T) -> Result<T, &'static str> {
    panic::catch_unwind(AssertUnwindSafe(code)).map_err(|thrown| {
        let thrown: &'static (dyn Any + Send) = Box::leak(thrown);
        let formatted = thrown.downcast_ref::<String>().map(String::as_str);
        formatted.or(thrown.downcast_ref().copied()).unwrap_or("it panicked")
    })
}
// ANCHOR_END: caught

/// A handle to a task. Await it to get what the task results in. Drop it to cancel the task.
pub struct JoinHandle {
    task: Rc<Task>,
    is_detached: bool,
}

impl Drop for JoinHandle {
    fn drop(&mut self) {
        if !self.is_detached {
            self.task.cancel();
        }
    }
}

impl Future for JoinHandle {
    type Output = Outcome;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Outcome> {
        match self.task.state.get() {
            State::New | State::Running => Poll::Pending,
            State::Finished(value) => Poll::Ready(Ok(value)),
            State::Failed(reason) => Poll::Ready(Err(reason)),
        }
    }
}

impl JoinHandle {
    /// How far the task has come.
    pub fn state(&self) -> State {
        self.task.state.get()
    }

    /// Lets the task run although nothing waits for it.
    pub fn detach(mut self) {
        self.is_detached = true;
    }
}

/// The tasks that have not ended, in the order of their turns. A clone of it is the same
/// executor.
#[derive(Clone, Default)]
pub struct Executor {
    queue: Rc<RefCell<VecDeque<Rc<Task>>>>,
}

impl Executor {
    /// Puts a new task at the end of the queue.
    pub fn spawn(&self, future: impl Future<Output = Outcome> + 'static) -> JoinHandle {
        let future = RefCell::new(Some(Box::pin(future) as _));
        let task = Rc::new(Task { future, state: Cell::new(State::New) });
        self.queue.borrow_mut().push_back(Rc::clone(&task));
        JoinHandle { task, is_detached: false }
    }

    /// Gives one task its turn. It returns whether there was one.
    fn turn(&self) -> bool {
        let Some(task) = self.next() else { return false };
        task.step();
        if !task.is_finished() {
            self.queue.borrow_mut().push_back(task);
        }
        true
    }

    /// The task whose turn it is. While it runs, the queue is free: the task may spawn another
    /// one.
    fn next(&self) -> Option<Rc<Task>> {
        self.queue.borrow_mut().pop_front()
    }

    /// Gives turns until all tasks have ended.
    pub fn run_until_empty(&self) {
        while self.turn() {}
    }
}
