//! The executor of step 5.4, on several threads.

use crate::scheduler::{Job, Scheduler};
use crate::sync::{Mutex, Reactor, lock};
use std::collections::BTreeMap;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use wakers::{Park, ThreadParker, caught};

/// What a waker holds.
struct TaskWaker {
    number: usize,
    scheduler: Arc<Scheduler>,
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        self.scheduler.wake(self.number);
    }
}

// ANCHOR: task
/// A future, and how far it has come. Each turn may be on another thread.
struct Task {
    /// None while it is being polled, and when the task has finished.
    future: Mutex<Option<Pin<Box<dyn Future<Output = ()> + Send>>>>,
    progress: Mutex<Progress>,
    waker: Waker,
}

struct Progress {
    state: State,
    /// Wakes the task that awaits this one.
    join_waker: Option<Waker>,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Active,
    /// Its handle was dropped: its next turn is its last.
    Cancelled,
    Finished,
}
// ANCHOR_END: task

impl Task {
    fn state(&self) -> State {
        lock(&self.progress).state
    }

    /// Gives the task a turn: its future is polled, or dropped if the task was cancelled.
    /// It finishes when the future is ready, panics, or is dropped.
    fn run(&self) {
        let Some(mut future) = lock(&self.future).take() else { return };
        let mut context = Context::from_waker(&self.waker);
        let is_active = self.state() == State::Active;
        if is_active && let Some(Poll::Pending) = caught(|| future.as_mut().poll(&mut context)) {
            *lock(&self.future) = Some(future);
            return;
        }
        caught(|| drop(future)); // destructors may panic, too
        let mut progress = lock(&self.progress);
        progress.state = State::Finished;
        let join_waker = progress.join_waker.take();
        drop(progress); // a waker may run any code: call it without a lock
        if let Some(waker) = join_waker {
            caught(|| waker.wake());
        }
    }

    fn cancel(&self) {
        let mut progress = lock(&self.progress);
        if progress.state != State::Finished {
            progress.state = State::Cancelled;
            drop(progress);
            self.waker.wake_by_ref();
        }
    }
}

/// A task that was started. Await it to get its value. Drop it to cancel the task.
#[must_use = "dropping the handle cancels the task: await it, or detach it"]
pub struct JoinHandle<T> {
    task: Arc<Task>,
    value: Arc<Mutex<Option<T>>>,
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
        let mut progress = lock(&self.task.progress);
        if progress.state == State::Finished {
            return Poll::Ready(lock(&self.value).take());
        }
        let earlier = progress.join_waker.replace(context.waker().clone());
        drop(progress); // first, because dropping a waker may run any code
        drop(earlier);
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

// ANCHOR: executor
/// The tasks that have not finished, and the scheduler, which knows the tasks to poll next.
pub struct Executor {
    tasks: Mutex<BTreeMap<usize, Arc<Task>>>,
    last_number: AtomicUsize,
    reactor: Arc<Reactor>,
    scheduler: Arc<Scheduler>,
    is_running: AtomicBool,
}

impl Executor {
    /// An executor without tasks. Its threads rest in this reactor.
    pub fn new(reactor: Arc<Reactor>) -> Self {
        Self {
            tasks: Mutex::default(),
            last_number: AtomicUsize::new(0),
            scheduler: Arc::new(Scheduler::new(Arc::clone(&reactor))),
            reactor,
            is_running: AtomicBool::new(false),
        }
    }

    /// How many tasks have not finished.
    pub fn tasks(&self) -> usize {
        lock(&self.tasks).len()
    }
    // ANCHOR_END: executor

    // ANCHOR: spawn
    /// Adds a new task, and wakes it for the first time.
    pub fn spawn<T>(&self, future: impl Future<Output = T> + Send + 'static) -> JoinHandle<T>
    where
        T: Send + 'static,
    {
        let value = Arc::new(Mutex::new(None));
        let place = Arc::clone(&value);
        let future = async move {
            let value = future.await;
            *lock(&place) = Some(value);
        };
        let number = self.last_number.fetch_add(1, Relaxed);
        let task = Arc::new(Task {
            future: Mutex::new(Some(Box::pin(future))),
            progress: Mutex::new(Progress { state: State::Active, join_waker: None }),
            waker: Waker::from(Arc::new(TaskWaker { number, scheduler: Arc::clone(&self.scheduler) })),
        });
        lock(&self.tasks).insert(number, Arc::clone(&task));
        task.waker.wake_by_ref();
        JoinHandle { task, value, is_detached: false }
    }
    // ANCHOR_END: spawn

    // ANCHOR: block_on
    /// Runs this future to its end on this thread, and the tasks on so many others. Then it drops the tasks that have not
    /// finished.
    ///
    /// # Panics
    ///
    /// If the future does, or one of the threads in the reactor, or if it is called while it runs.
    pub fn block_on<F: Future>(&self, threads: usize, future: F) -> F::Output {
        assert!(!self.is_running.swap(true, Relaxed), "`block_on` was called while it was running");
        let _running = Running(self);
        self.scheduler.open();
        thread::scope(|scope| {
            let _ending = Ending(self, thread::current());
            for _ in 0..threads {
                let main = thread::current();
                scope.spawn(move || {
                    let _ending = Ending(self, main);
                    self.work();
                });
            }
            let mut future = pin!(future);
            let waker = Arc::new(ThreadParker).unparker();
            loop {
                if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
                    return value;
                }
                assert!(!self.scheduler.is_closed(), "a thread of the executor has failed");
                ThreadParker.park(true);
            }
        })
    }
    // ANCHOR_END: block_on

    // ANCHOR: work
    /// What each of the threads does.
    pub fn work(&self) {
        loop {
            match self.scheduler.next() {
                Job::Poll(number) => {
                    self.run(number);
                    self.scheduler.polled(number);
                }
                Job::Lead { may_rest } => {
                    let wakers = self.reactor.wait(may_rest);
                    self.scheduler.awake();
                    for waker in wakers {
                        caught(|| waker.wake()); // it may be that of another executor
                    }
                    self.scheduler.resign();
                }
                Job::End => return,
            }
        }
    }

    /// Ends the threads.
    pub fn close(&self) {
        self.scheduler.close();
    }

    fn run(&self, number: usize) {
        let task = lock(&self.tasks).get(&number).cloned();
        let Some(task) = task else { return }; // it was woken, and has finished
        task.run();
        if task.state() == State::Finished {
            lock(&self.tasks).remove(&number);
        }
    }
    // ANCHOR_END: work
}

/// Ends the threads when the first of them ends, even by a panic.
struct Ending<'executor>(&'executor Executor, Thread);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        self.0.close();
        self.1.unpark();
    }
}

/// Drops what is left when `block_on` ends, even by a panic.
struct Running<'executor>(&'executor Executor);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let executor = self.0;
        while executor.tasks() > 0 {
            let tasks = lock(&executor.tasks).clone(); // their destructors may start others
            tasks.values().for_each(|task| task.cancel());
            tasks.keys().for_each(|number| executor.run(*number));
        }
        executor.is_running.store(false, Relaxed);
    }
}
