//! An executor for one thread. It polls the tasks that were woken, and rests while there are none.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::mem;
use std::panic::{self, AssertUnwindSafe};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

// ANCHOR: park
/// Where the thread of an executor rests while no task is scheduled.
pub trait Park {
    /// The waker that wakes the thread. If it is called before the thread rests, the thread does not rest.
    fn unparker(self: Arc<Self>) -> Waker;

    /// Rests until that waker is called, but may return earlier.
    /// If a task is scheduled already, `may_rest` is false.
    fn park(&self, may_rest: bool);
}

/// The thread itself rests. The standard library can do that.
pub struct ThreadParker;

impl Park for ThreadParker {
    fn unparker(self: Arc<Self>) -> Waker {
        Waker::from(Arc::new(Unpark(thread::current())))
    }

    fn park(&self, may_rest: bool) {
        if may_rest {
            thread::park(); // returns at once if `unpark` was called since it last returned
        }
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}
// ANCHOR_END: park

// ANCHOR: queue
/// The numbers of the tasks to poll next. It is a set: a task that is woken twice is polled once.
struct RunQueue {
    scheduled: Mutex<BTreeSet<u64>>,
    unparker: Waker,
}

/// What a waker holds: only the number of its task, because the waker may go to other threads,
/// and the task may not.
struct TaskWaker {
    number: u64,
    queue: Arc<RunQueue>,
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        let is_new = lock(&self.queue.scheduled).insert(self.number);
        if is_new {
            self.queue.unparker.wake_by_ref();
        }
    }
}
// ANCHOR_END: queue

/// Locks it. A panic while it was locked is no reason to stop: no change here can be half done.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

// ANCHOR: task
/// A future, and how far it has come.
struct Task {
    /// None while it is being polled, and when the task has finished.
    future: Cell<Option<Pin<Box<dyn Future<Output = ()>>>>>,
    state: Cell<State>,
    waker: Waker,
    /// Wakes the task that awaits this one.
    join_waker: Cell<Option<Waker>>,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Active,
    /// Its handle was dropped: its next turn is its last.
    Cancelled,
    Finished,
}

impl Task {
    /// Gives the task a turn: its future is polled, or dropped if the task was cancelled.
    /// It finishes when the future is ready, panics, or is dropped.
    fn run(&self) {
        let Some(mut future) = self.future.take() else { return };
        let mut context = Context::from_waker(&self.waker);
        let is_active = self.state.get() == State::Active;
        if is_active && let Some(Poll::Pending) = caught(|| future.as_mut().poll(&mut context)) {
            return self.future.set(Some(future));
        }
        caught(|| drop(future)); // destructors may panic, too
        self.state.set(State::Finished);
        if let Some(waker) = self.join_waker.take() {
            caught(|| waker.wake()); // it may be that of another executor
        }
    }

    fn cancel(&self) {
        if self.state.get() != State::Finished {
            self.state.set(State::Cancelled);
            self.waker.wake_by_ref();
        }
    }
}

/// Runs code of a task. If it panics, this ends the task and nothing else.
/// What it threw is forgotten: to drop it could panic again.
pub fn caught<T>(code: impl FnOnce() -> T) -> Option<T> {
    panic::catch_unwind(AssertUnwindSafe(code)).map_err(mem::forget).ok()
}
// ANCHOR_END: task

// ANCHOR: join_handle
/// A task that was started. Await it to get its value. Drop it to cancel the task.
#[must_use = "dropping the handle cancels the task: await it, or detach it"]
pub struct JoinHandle<T> {
    task: Rc<Task>,
    value: Rc<Cell<Option<T>>>,
    is_detached: bool,
}

impl<T> JoinHandle<T> {
    /// Lets the task run although nothing waits for it.
    pub fn detach(mut self) {
        self.is_detached = true;
    }
}

impl<T> Future for JoinHandle<T> {
    /// There is no value if the task has panicked.
    type Output = Option<T>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        if self.task.state.get() == State::Finished {
            return Poll::Ready(self.value.take());
        }
        self.task.join_waker.set(Some(context.waker().clone()));
        Poll::Pending
    }
}

impl<T> Drop for JoinHandle<T> {
    fn drop(&mut self) {
        if !self.is_detached {
            self.task.cancel();
        }
    }
}
// ANCHOR_END: join_handle

/// The number of the future that `block_on` was given. Tasks count from one, and no number is used twice.
const MAIN: u64 = 0;

// ANCHOR: executor
/// The tasks that have not finished, and those that are scheduled.
pub struct Executor {
    tasks: RefCell<BTreeMap<u64, Rc<Task>>>,
    last_number: Cell<u64>,
    queue: Arc<RunQueue>,
    parker: Arc<dyn Park>,
    is_running: Cell<bool>,
}

impl Executor {
    /// An executor without tasks, for this thread. It rests in this parker.
    pub fn new(parker: Arc<dyn Park>) -> Self {
        let queue = RunQueue { scheduled: Mutex::default(), unparker: Arc::clone(&parker).unparker() };
        Self {
            tasks: RefCell::default(),
            last_number: Cell::new(MAIN),
            queue: Arc::new(queue),
            parker,
            is_running: Cell::new(false),
        }
    }

    /// How many tasks have not finished.
    pub fn tasks(&self) -> usize {
        self.tasks.borrow().len()
    }

    /// Adds a new task, and wakes it for the first time.
    pub fn spawn<T: 'static>(&self, future: impl Future<Output = T> + 'static) -> JoinHandle<T> {
        let value = Rc::new(Cell::new(None));
        let place = Rc::clone(&value);
        let future = async move { place.set(Some(future.await)) };
        let number = self.last_number.get() + 1;
        self.last_number.set(number);
        let task = Rc::new(Task {
            future: Cell::new(Some(Box::pin(future))),
            state: Cell::new(State::Active),
            waker: self.waker(number),
            join_waker: Cell::new(None),
        });
        self.tasks.borrow_mut().insert(number, Rc::clone(&task));
        task.waker.wake_by_ref();
        JoinHandle { task, value, is_detached: false }
    }

    fn waker(&self, number: u64) -> Waker {
        Waker::from(Arc::new(TaskWaker { number, queue: Arc::clone(&self.queue) }))
    }
    // ANCHOR_END: executor

    // ANCHOR: round
    /// Gives each scheduled task one turn. Returns whether the future of `block_on` is scheduled.
    fn round(&self) -> bool {
        // A task that is woken from now on waits for the next round.
        let round = mem::take(&mut *lock(&self.queue.scheduled));
        for number in &round {
            let task = self.tasks.borrow().get(number).cloned();
            let Some(task) = task else { continue }; // it was woken, and has finished
            task.run();
            if task.state.get() == State::Finished {
                self.tasks.borrow_mut().remove(number);
            }
        }
        round.contains(&MAIN)
    }

    fn rest(&self) {
        let may_rest = lock(&self.queue.scheduled).is_empty();
        self.parker.park(may_rest);
    }
    // ANCHOR_END: round

    // ANCHOR: block_on
    /// Runs this future to its end, and the tasks beside it. Then it drops the unfinished tasks.
    ///
    /// # Panics
    ///
    /// If the future does, or if a task calls it on the executor on which it runs.
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        let _running = self.start();
        let mut future = pin!(future);
        let waker = self.waker(MAIN);
        waker.wake_by_ref();
        loop {
            if self.round()
                && let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(&waker))
            {
                return value;
            }
            self.rest();
        }
    }
    // ANCHOR_END: block_on

    /// Gives turns until all tasks have finished.
    ///
    /// # Panics
    ///
    /// If a task calls it on the executor on which it runs.
    pub fn run_until_empty(&self) {
        let _running = self.start();
        while self.tasks() > 0 {
            self.round();
            if self.tasks() > 0 {
                self.rest();
            }
        }
    }

    // ANCHOR: running
    fn start(&self) -> Running<'_> {
        assert!(!self.is_running.replace(true), "a task has called `block_on` on its own executor");
        Running(self)
    }
    // ANCHOR_END: running
}

impl Default for Executor {
    fn default() -> Self {
        Self::new(Arc::new(ThreadParker))
    }
}

// ANCHOR: guard
/// As long as it is there, the executor runs. Its destructor is called however that ends, even by a panic.
struct Running<'executor>(&'executor Executor);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let executor = self.0;
        while executor.tasks() > 0 {
            executor.tasks.borrow().values().for_each(|task| task.cancel());
            executor.round(); // a destructor may have started another task
        }
        lock(&executor.queue.scheduled).clear();
        executor.is_running.set(false);
    }
}
// ANCHOR_END: guard
