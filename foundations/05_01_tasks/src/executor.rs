//! An executor: a queue of tasks that take turns.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// What a task results in: a value, or the reason why there is none.
pub type Outcome = Result<&'static str, &'static str>;

// ANCHOR: task
/// A future, and how far it has come.
pub struct Task {
    future: RefCell<Pin<Box<dyn Future<Output = Outcome>>>>,
    /// How far it has come.
    pub state: Cell<State>,
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
    /// Polls the future, which runs until it has to wait, or is ready.
    fn step(&self) {
        let polled = self.future.borrow_mut().as_mut().poll(&mut Context::from_waker(Waker::noop()));
        self.state.set(match polled {
            Poll::Pending => State::Running,
            Poll::Ready(Ok(value)) => State::Finished(value),
            Poll::Ready(Err(reason)) => State::Failed(reason),
        });
    }

    /// Whether there is nothing left to do.
    pub fn is_finished(&self) -> bool {
        matches!(self.state.get(), State::Finished(_) | State::Failed(_))
    }
}
// ANCHOR_END: task

// ANCHOR: executor
/// The tasks that have not ended, in the order of their turns.
#[derive(Default)]
pub struct Executor {
    queue: VecDeque<Rc<Task>>,
}

impl Executor {
    /// Puts a new task at the end of the queue.
    pub fn schedule(&mut self, future: impl Future<Output = Outcome> + 'static) -> Rc<Task> {
        let future = RefCell::new(Box::pin(future) as _);
        let task = Rc::new(Task { future, state: Cell::new(State::New) });
        self.queue.push_back(Rc::clone(&task));
        task
    }

    /// Gives one task its turn. It returns whether there was one.
    fn turn(&mut self) -> bool {
        let Some(task) = self.queue.pop_front() else { return false };
        task.step();
        if !task.is_finished() {
            self.queue.push_back(task);
        }
        true
    }

    /// Gives turns until all tasks have ended.
    pub fn run_until_empty(&mut self) {
        while self.turn() {}
    }

    /// Gives turns until this task has ended. The others may have come to any point.
    pub fn run_until_finished(&mut self, task: &Task) {
        while !task.is_finished() && self.turn() {}
    }
}
// ANCHOR_END: executor
