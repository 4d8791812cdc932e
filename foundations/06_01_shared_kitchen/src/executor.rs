//! A small executor: a list of tasks, and a queue of the tasks that were woken.

use crate::clock::Clock;
use futures::FutureExt;
use slab::Slab;
use std::cell::RefCell;
use std::fmt;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::task::{Context, Poll, Wake, Waker};

/// The number of the future that [`Executor::run`] was given. Tasks are numbered from zero.
const MAIN: usize = usize::MAX;

/// Runs tasks on one thread, each until it has to wait, in the order in which they were woken.
pub struct Executor {
    tasks: RefCell<Slab<Option<Task>>>,
    woken: Receiver<usize>,
    wake: Sender<usize>,
}

struct Task {
    future: Pin<Box<dyn Future<Output = ()>>>,
    waker: Waker,
}

/// What a waker holds: calling it puts the number of a task into the queue.
struct TaskWaker {
    number: usize,
    wake: Sender<usize>,
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        let _ = self.wake.send(self.number); // fails only when the executor is gone, and with it the task
    }
}

impl Default for Executor {
    fn default() -> Self {
        let (wake, woken) = mpsc::channel();
        Self { tasks: RefCell::default(), woken, wake }
    }
}

impl fmt::Debug for Executor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Executor").field("tasks", &self.tasks.borrow().len()).finish_non_exhaustive()
    }
}

impl Executor {
    /// Starts a task. Its value can be awaited.
    pub fn spawn<T: 'static>(&self, future: impl Future<Output = T> + 'static) -> JoinHandle<T> {
        let outcome = Rc::new(RefCell::new(Outcome::Running(None)));
        let handle = JoinHandle(Rc::clone(&outcome));
        let future = Box::pin(future.map(move |value| {
            if let Outcome::Running(Some(waker)) = outcome.replace(Outcome::Finished(Some(value))) {
                waker.wake();
            }
        }));
        let mut tasks = self.tasks.borrow_mut();
        let entry = tasks.vacant_entry();
        let waker = self.waker(entry.key());
        waker.wake_by_ref();
        entry.insert(Some(Task { future, waker }));
        handle
    }

    fn waker(&self, number: usize) -> Waker {
        Arc::new(TaskWaker { number, wake: self.wake.clone() }).into()
    }

    // ANCHOR: run
    /// Runs this future, and all tasks beside it, until it has a value. Returns `None` at a standstill: if nothing was woken, and
    /// no timer is set, nothing can ever happen again.
    pub fn run<T>(&self, clock: &Clock, future: impl Future<Output = T>) -> Option<T> {
        let mut future = pin!(future);
        let waker = self.waker(MAIN);
        let mut context = Context::from_waker(&waker);
        waker.wake_by_ref();
        loop {
            match self.woken.try_recv() {
                Ok(MAIN) => {
                    if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
                        return Some(value);
                    }
                }
                Ok(number) => self.poll(number),
                Err(_) if clock.advance() => {} // all tasks wait, and time has passed
                Err(_) => return None,
            }
        }
    }

    fn poll(&self, number: usize) {
        let task = self.tasks.borrow_mut().get_mut(number).and_then(Option::take);
        let Some(mut task) = task else { return }; // it has finished, and was woken once more
        let mut context = Context::from_waker(&task.waker);
        let is_pending = task.future.as_mut().poll(&mut context).is_pending();
        let mut tasks = self.tasks.borrow_mut();
        if is_pending {
            tasks[number] = Some(task);
        } else {
            tasks.remove(number);
        }
    }
    // ANCHOR_END: run
}

/// The value of a task, or the waker of the task that awaits it.
#[derive(Debug)]
enum Outcome<T> {
    Running(Option<Waker>),
    Finished(Option<T>),
}

/// The value of a task, when there is one.
#[derive(Debug)]
pub struct JoinHandle<T>(Rc<RefCell<Outcome<T>>>);

impl<T> Future for JoinHandle<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let _earlier = match &mut *self.0.borrow_mut() {
            Outcome::Finished(value) => match value.take() {
                Some(value) => return Poll::Ready(value),
                None => panic!("polled after it was ready"),
            },
            Outcome::Running(waker) => waker.replace(context.waker().clone()),
        };
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Pace;
    use std::future::pending;
    use std::time::{Duration, Instant};

    #[test]
    fn tasks_begin_in_the_order_in_which_they_were_spawned() {
        let executor = Executor::default();
        let order = Rc::new(RefCell::new(Vec::new()));
        let handles: Vec<_> = (0..5)
            .map(|number| {
                let order = Rc::clone(&order);
                executor.spawn(async move {
                    order.borrow_mut().push(number);
                    number
                })
            })
            .collect();
        let clock = Clock::new(Pace::Virtual);
        assert_eq!(executor.run(&clock, futures::future::join_all(handles)), Some(vec![0, 1, 2, 3, 4]));
        assert_eq!(order.take(), [0, 1, 2, 3, 4]);
        assert_eq!(executor.tasks.borrow().len(), 0);
    }

    #[test]
    fn a_task_that_is_awaited_late_has_kept_its_value() {
        let (executor, clock) = (Executor::default(), Clock::new(Pace::Virtual));
        let handle = executor.spawn(async { "done" });
        let late = async {
            clock.sleep(Duration::from_secs(1)).await;
            handle.await
        };
        assert_eq!(executor.run(&clock, late), Some("done"));
    }

    #[test]
    fn it_reports_a_deadlock() {
        let executor = Executor::default();
        let handle = executor.spawn(pending::<()>());
        assert_eq!(executor.run(&Clock::new(Pace::Virtual), handle), None);
    }

    #[test]
    fn to_wake_a_task_too_often_does_no_harm() {
        let (executor, clock) = (Executor::default(), Clock::new(Pace::Virtual));
        let mut polls = 0;
        let twice = std::future::poll_fn(move |context| {
            polls += 1;
            context.waker().wake_by_ref();
            context.waker().wake_by_ref();
            if polls < 3 { Poll::Pending } else { Poll::Ready(polls) }
        });
        let handle = executor.spawn(twice);
        assert_eq!(executor.run(&clock, handle), Some(3));
    }

    /// The order in which sleepers wake up, each with the time at which it does.
    fn woken(clock: Clock, sleeps: &[u64]) -> Vec<(usize, Duration)> {
        let (clock, order) = (Rc::new(clock), Rc::new(RefCell::new(Vec::new())));
        let executor = Executor::default();
        for (number, &milliseconds) in sleeps.iter().enumerate() {
            let (clock, order) = (Rc::clone(&clock), Rc::clone(&order));
            executor.spawn(async move {
                clock.sleep(Duration::from_millis(milliseconds)).await;
                order.borrow_mut().push((number, clock.now()));
            });
        }
        assert_eq!(executor.run(&clock, pending::<()>()), None);
        order.take()
    }

    #[test]
    fn sleepers_wake_in_the_order_of_their_times_and_the_older_first() {
        let expected = [(1, 0), (3, 1), (0, 5), (2, 5), (4, 5)].map(|(number, at)| (number, Duration::from_millis(at)));
        assert_eq!(woken(Clock::new(Pace::Virtual), &[5, 0, 5, 1, 5]), expected);
        assert_eq!(woken(Clock::new(Pace::Real), &[5, 0, 5, 1, 5]), expected);
    }

    #[test]
    fn a_virtual_century_takes_no_time_and_a_real_moment_does() {
        let started = Instant::now();
        woken(Clock::new(Pace::Virtual), &[100 * 365 * 24 * 60 * 60 * 1000]);
        woken(Clock::new(Pace::Real), &[20]);
        assert!(started.elapsed() >= Duration::from_millis(20));
    }
}
