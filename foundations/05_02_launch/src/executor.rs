//! An executor whose tasks can start other tasks.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// What a task results in: a value, or the reason why there is none.
pub type Outcome = Result<&'static str, &'static str>;

/// A future, and how far it has come.
struct Task {
    future: RefCell<Pin<Box<dyn Future<Output = Outcome>>>>,
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
    fn is_finished(&self) -> bool {
        matches!(self.state.get(), State::Finished(_) | State::Failed(_))
    }
}

// ANCHOR: join_handle
/// A handle to a task. Await it to get what the task results in.
pub struct JoinHandle {
    task: Rc<Task>,
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
}
// ANCHOR_END: join_handle

/// The tasks that have not ended, in the order of their turns. A clone of it is the same
/// executor.
#[derive(Clone, Default)]
pub struct Executor {
    queue: Rc<RefCell<VecDeque<Rc<Task>>>>,
}

impl Executor {
    /// Puts a new task at the end of the queue.
    pub fn spawn(&self, future: impl Future<Output = Outcome> + 'static) -> JoinHandle {
        let future = RefCell::new(Box::pin(future) as _);
        let task = Rc::new(Task { future, state: Cell::new(State::New) });
        self.queue.borrow_mut().push_back(Rc::clone(&task));
        JoinHandle { task }
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
