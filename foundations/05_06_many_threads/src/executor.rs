//! An executor whose tasks run on several threads.

use crate::reactor::Reactor;
use crate::ready::{Duty, Ready, Turn};
use crate::sync::{Mutex, lock};
use std::io;
use std::panic::{self, AssertUnwindSafe};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;

// ANCHOR: task
/// A future, until it is over. It may have each of its turns on another thread.
struct Task {
    future: Mutex<Option<Pin<Box<dyn Future<Output = ()> + Send>>>>,
    turn: Turn,
    is_cancelled: AtomicBool,
    end: Mutex<End>,
    shared: Arc<Shared>,
}

/// Whether a task is over, and who is to be woken then.
#[derive(Default)]
struct End {
    is_over: bool,
    waiter: Option<Waker>,
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        if self.turn.wake() {
            self.queue();
        }
    }
}

impl Task {
    /// Lets the future go on until it says "not yet", or is done, or panics, or is not wanted
    /// any more.
    fn step(self: Arc<Self>) {
        self.turn.begin();
        let waker = Waker::from(Arc::clone(&self));
        let mut context = Context::from_waker(&waker);
        let mut future = lock(&self.future);
        let polled = future.as_mut().map(|future| {
            if self.is_cancelled.load(SeqCst) {
                return Ok(Poll::Ready(()));
            }
            panic::catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(&mut context)))
        });
        if let Some(Ok(Poll::Ready(())) | Err(_)) = polled {
            *future = None;
            self.end();
        }
        drop(future);
        if self.turn.end() {
            self.queue();
        }
    }

    /// Puts it at the end of the queue.
    fn queue(self: &Arc<Self>) {
        if self.shared.ready.push(Arc::clone(self)) {
            self.shared.reactor.ring();
        }
    }

    fn end(&self) {
        self.shared.tasks.fetch_sub(1, SeqCst);
        let mut end = lock(&self.end);
        end.is_over = true;
        if let Some(waiter) = end.waiter.take() {
            waiter.wake();
        }
    }
}
// ANCHOR_END: task

/// A task that was started. Whoever awaits it gets its value; whoever drops it, cancels the
/// task.
pub struct JoinHandle<T> {
    task: Arc<Task>,
    value: Arc<Mutex<Option<T>>>,
    is_detached: bool,
}

impl<T> Future for JoinHandle<T> {
    /// There is no value if the task was cancelled or has panicked.
    type Output = Option<T>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        let mut end = lock(&self.task.end);
        if end.is_over {
            return Poll::Ready(lock(&self.value).take());
        }
        end.waiter = Some(context.waker().clone());
        Poll::Pending
    }
}

impl<T> Drop for JoinHandle<T> {
    fn drop(&mut self) {
        if !self.is_detached {
            self.task.is_cancelled.store(true, SeqCst);
            Arc::clone(&self.task).wake(); // its next turn is its last
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
    shared: Arc<Shared>,
}

struct Shared {
    ready: Ready<Arc<Task>>,
    reactor: Reactor,
    tasks: AtomicUsize,
}

impl Executor {
    /// An executor without tasks.
    pub fn new(reactor: &Reactor) -> Self {
        let (ready, reactor, tasks) = (Ready::new(), reactor.clone(), AtomicUsize::new(0));
        Self { shared: Arc::new(Shared { ready, reactor, tasks }) }
    }

    /// How many tasks are not over yet.
    pub fn tasks(&self) -> usize {
        self.shared.tasks.load(SeqCst)
    }

    // ANCHOR: spawn
    /// Adds a new task, and wakes it for the first time.
    pub fn spawn<T>(&self, future: impl Future<Output = T> + Send + 'static) -> JoinHandle<T>
    where
        T: Send + 'static,
    {
        let value = Arc::new(Mutex::new(None));
        let place = Arc::clone(&value);
        let future = Box::pin(async move {
            let value = future.await;
            *lock(&place) = Some(value);
        });
        let task = Arc::new(Task {
            future: Mutex::new(Some(future)),
            turn: Turn::new(),
            is_cancelled: AtomicBool::new(false),
            end: Mutex::default(),
            shared: Arc::clone(&self.shared),
        });
        self.shared.tasks.fetch_add(1, SeqCst);
        Arc::clone(&task).wake();
        JoinHandle { task, value, is_detached: false }
    }
    // ANCHOR_END: spawn

    /// Runs this future to its end on so many threads, which give the other tasks their turns
    /// meanwhile. It fails if the reactor does.
    pub fn block_on<T: Send + 'static>(
        &self,
        threads: usize,
        future: impl Future<Output = T> + Send + 'static,
    ) -> io::Result<Option<T>> {
        let executor = self.clone();
        let task = self.spawn(async move {
            let value = future.await;
            executor.end();
            value
        });
        thread::scope(|scope| {
            let others: Vec<_> = (1..threads).map(|_| scope.spawn(|| self.work())).collect();
            let worked = self.work();
            others.into_iter().fold(worked, |worked, other| worked.and(other.join().unwrap_or(Ok(()))))
        })?;
        let value = lock(&task.value).take();
        Ok(value)
    }

    // ANCHOR: work
    /// What each of the threads does.
    fn work(&self) -> io::Result<()> {
        let Shared { ready, reactor, .. } = &*self.shared;
        loop {
            match ready.next() {
                Duty::Run(task) => task.step(),
                Duty::Watch { may_rest } => {
                    let watched = reactor.wait(may_rest, || ready.get_up());
                    ready.end_watch();
                    watched.inspect_err(|_| self.end())?; // no thread can do without
                }
                Duty::End => return Ok(()),
            }
        }
    }
    // ANCHOR_END: work

    fn end(&self) {
        self.shared.ready.end();
        self.shared.reactor.ring();
    }
}

#[cfg(test)]
mod tests;
