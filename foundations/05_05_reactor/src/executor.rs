//! An executor that polls whoever was woken. While nobody was, it rests in the reactor.

use crate::reactor::Reactor;
use mio::Waker as Bell;
use slab::Slab;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::io;
use std::mem;
use std::panic::{self, AssertUnwindSafe};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, ThreadId};

// ANCHOR: ready
/// The numbers of the tasks that were woken, in the order of their turns. Wakers put them
/// there, each on its own thread.
struct Ready {
    queue: Mutex<VecDeque<usize>>,
    /// The thread on which the tasks run, and what wakes it while it rests in the reactor.
    thread: ThreadId,
    bell: Bell,
}

impl Ready {
    fn queue(&self) -> MutexGuard<'_, VecDeque<usize>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, number: usize) {
        self.queue().push_back(number);
        if thread::current().id() != self.thread {
            let _ = self.bell.wake(); // it fails only when there is no reactor any more
        }
    }
}
// ANCHOR_END: ready

/// What a waker holds: the number of its task, and the queue into which to put it.
struct Alarm {
    number: usize,
    is_queued: AtomicBool,
    ready: Arc<Ready>,
}

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        if !self.is_queued.swap(true, SeqCst) {
            self.ready.push(self.number);
        }
    }
}

/// A future, until it is over or has its turn.
struct Task {
    future: RefCell<Option<Pin<Box<dyn Future<Output = ()>>>>>,
    is_over: Cell<bool>,
    alarm: Arc<Alarm>,
    /// Wakes the one who awaits this task.
    waiter: Cell<Option<Waker>>,
}

impl Task {
    /// Lets the future go on until it says "not yet", or is done, or panics.
    fn step(&self) {
        self.alarm.is_queued.store(false, SeqCst); // a wake-up from now on asks for another turn
        let Some(mut future) = self.future.take() else { return };
        let waker = Waker::from(Arc::clone(&self.alarm));
        let mut context = Context::from_waker(&waker);
        let polled = panic::catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(&mut context)));
        if matches!(polled, Ok(Poll::Pending)) && !self.is_over.get() {
            self.future.replace(Some(future));
        } else {
            self.end();
        }
    }

    /// Gives the task up: its future is dropped, and with it whatever it held.
    fn cancel(&self) {
        if !self.is_over.get() {
            self.end();
            drop(self.future.take());
            Arc::clone(&self.alarm).wake(); // so that the executor forgets it
        }
    }

    fn end(&self) {
        self.is_over.set(true);
        if let Some(waiter) = self.waiter.take() {
            waiter.wake();
        }
    }
}

/// A task that was started. Whoever awaits it gets its value; whoever drops it, cancels the
/// task.
pub struct JoinHandle<T> {
    task: Rc<Task>,
    value: Rc<Cell<Option<T>>>,
    is_detached: bool,
}

impl<T> Future for JoinHandle<T> {
    /// There is no value if the task was cancelled or has panicked.
    type Output = Option<T>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        if self.task.is_over.get() {
            return Poll::Ready(self.value.take());
        }
        self.task.waiter.set(Some(context.waker().clone()));
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

impl<T> JoinHandle<T> {
    /// Lets the task go on without anyone who waits for it.
    pub fn detach(mut self) {
        self.is_detached = true;
    }
}

/// The tasks that are not over yet. A clone of it is the same executor.
#[derive(Clone)]
pub struct Executor {
    tasks: Rc<RefCell<Slab<Rc<Task>>>>,
    ready: Arc<Ready>,
    reactor: Reactor,
}

impl Executor {
    /// An executor for this thread.
    pub fn new(reactor: &Reactor) -> io::Result<Self> {
        let ready = Ready { queue: Mutex::default(), thread: thread::current().id(), bell: reactor.bell()? };
        Ok(Self { tasks: Rc::default(), ready: Arc::new(ready), reactor: reactor.clone() })
    }

    /// How many tasks are not over yet.
    pub fn tasks(&self) -> usize {
        self.tasks.borrow().len()
    }

    /// Adds a new task, and wakes it for the first time.
    pub fn spawn<T: 'static>(&self, future: impl Future<Output = T> + 'static) -> JoinHandle<T> {
        let value = Rc::new(Cell::new(None));
        let place = Rc::clone(&value);
        let future = Box::pin(async move { place.set(Some(future.await)) });
        let mut tasks = self.tasks.borrow_mut();
        let entry = tasks.vacant_entry();
        let alarm = Alarm { number: entry.key(), is_queued: AtomicBool::new(false), ready: Arc::clone(&self.ready) };
        let (future, is_over) = (RefCell::new(Some(future as _)), Cell::new(false));
        let task = Rc::new(Task { future, is_over, alarm: Arc::new(alarm), waiter: Cell::new(None) });
        Arc::clone(&task.alarm).wake();
        entry.insert(Rc::clone(&task));
        JoinHandle { task, value, is_detached: false }
    }

    /// Gives this task a turn.
    fn turn(&self, number: usize) {
        let Some(task) = self.task(number) else { return };
        task.step();
        if task.is_over.get() {
            self.tasks.borrow_mut().try_remove(number);
        }
    }

    /// The task of this number. While it runs, nothing is borrowed: the task may spawn another
    /// one.
    fn task(&self, number: usize) -> Option<Rc<Task>> {
        self.tasks.borrow().get(number).cloned()
    }

    // ANCHOR: block_on
    /// Runs this future to its end, and gives the other tasks their turns meanwhile. It fails
    /// if the reactor does.
    pub fn block_on<T>(&self, future: impl Future<Output = T> + 'static) -> io::Result<Option<T>>
    where
        T: 'static,
    {
        let mut task = pin!(self.spawn(future));
        loop {
            let round = mem::take(&mut *self.ready.queue());
            round.into_iter().for_each(|number| self.turn(number));
            if let Poll::Ready(value) = task.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                return Ok(value);
            }
            let may_rest = self.ready.queue().is_empty();
            self.reactor.wait(may_rest)?;
        }
    }
    // ANCHOR_END: block_on
}
