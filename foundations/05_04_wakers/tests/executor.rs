//! The executor of step 5.4, as a library.

use std::cell::{Cell, RefCell};
use std::future::{pending, poll_fn};
use std::panic::{self, AssertUnwindSafe};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use wakers::{Event, Executor, yield_now};

/// Counts how many of it were dropped.
struct Counted(Rc<Cell<usize>>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.set(self.0.get() + 1);
    }
}

/// A destructor that panics.
struct PanicsOnDrop;

impl Drop for PanicsOnDrop {
    fn drop(&mut self) {
        panic!("on purpose");
    }
}

#[test]
fn a_task_that_has_finished_wakes_the_task_that_awaits_it() {
    let executor = Executor::default();
    let value = executor.block_on(async { executor.spawn(async { 7 }).await });
    assert_eq!(value, Some(7));
}

#[test]
fn a_task_that_panics_has_no_value_and_ends_no_other_task() {
    let executor = Executor::default();
    let value = executor.block_on(async {
        let panics = executor.spawn(async { panic!("on purpose") });
        let sound = executor.spawn(async {});
        (panics.await, sound.await)
    });
    assert_eq!(value, (None::<()>, Some(())));
}

#[test]
fn a_task_whose_handle_is_dropped_is_dropped_at_its_next_turn() {
    let (executor, dropped) = (Executor::default(), Rc::default());
    let counted = Counted(Rc::clone(&dropped));
    executor.block_on(async {
        let task = executor.spawn(async move {
            let _counted = counted;
            pending::<()>().await;
        });
        yield_now().await;
        drop(task);
        assert_eq!(dropped.get(), 0);
        yield_now().await;
        assert_eq!((dropped.get(), executor.tasks()), (1, 0));
    });
}

#[test]
fn a_task_that_is_woken_a_thousand_times_has_one_turn() {
    let turns = Cell::new(0);
    let future = poll_fn(|context| {
        turns.set(turns.get() + 1);
        (0..1000).for_each(|_| context.waker().wake_by_ref());
        if turns.get() == 3 { Poll::Ready(()) } else { Poll::Pending }
    });
    Executor::default().block_on(future);
    assert_eq!(turns.get(), 3);
}

/// A task that yields waits for its next turn, although it waits for nothing else: the other tasks come first.
#[test]
fn a_task_that_yields_lets_each_other_task_have_a_turn() {
    let (executor, turns) = (Executor::default(), Rc::new(RefCell::new(String::new())));
    let task = |name| {
        let turns = Rc::clone(&turns);
        executor.spawn(async move {
            for _ in 0..3 {
                turns.borrow_mut().push(name);
                yield_now().await;
            }
        })
    };
    ['a', 'b', 'c'].map(task).into_iter().for_each(|task| task.detach());
    executor.run_until_empty();
    assert_eq!(*turns.borrow(), "abcabcabc");
}

#[test]
fn the_thread_rests_until_another_thread_wakes_a_task() {
    for _ in 0..100 {
        let (executor, event) = (Executor::default(), Event::default());
        let other = event.clone();
        thread::scope(|scope| {
            scope.spawn(move || other.happen());
            let waits = async {
                event.await;
                "done"
            };
            assert_eq!(executor.block_on(waits), "done");
        });
    }
}

#[test]
fn a_panic_in_block_on_comes_out_of_it() {
    let executor = Executor::default();
    let panicked = panic::catch_unwind(AssertUnwindSafe(|| executor.block_on(async { panic!("on purpose") })));
    assert!(panicked.is_err_and(|panic| panic.downcast_ref() == Some(&"on purpose")));
    assert_eq!(executor.block_on(async { 7 }), 7, "it can be used again");
}

#[test]
fn block_on_can_be_called_again_but_not_within_itself() {
    let executor = Rc::new(Executor::default());
    let inner = Rc::clone(&executor);
    let nested = executor.spawn(async move { inner.block_on(async { 1 }) });
    assert_eq!(executor.block_on(nested), None, "the task that called it has panicked");
    let again = executor.spawn(async { 2 });
    assert_eq!(executor.block_on(again), Some(2));
}

/// However the tasks wait, and though one task owns the executor.
#[test]
fn block_on_drops_the_tasks_that_have_not_finished() {
    let (executor, dropped) = (Rc::new(Executor::default()), Rc::default());
    let counted = || Counted(Rc::clone(&dropped));
    let event = Event::default();
    for future in [
        Box::pin(pending()) as Pin<Box<dyn Future<Output = ()>>>,
        Box::pin(event.clone()),
        Box::pin(async { while !yields_once_more().await {} }),
    ] {
        let (counted, executor_too) = (counted(), Rc::clone(&executor));
        let task = async move {
            let _held = (counted, executor_too);
            future.await;
        };
        executor.spawn(task).detach();
    }
    let (spawner, last) = (Rc::clone(&executor), counted());
    executor.spawn(async move { drop(spawner.spawn(async move { drop(last) })) }).detach();
    assert_eq!(executor.block_on(async { executor.tasks() }), 4, "a task that waits forever is a task, too");
    assert_eq!((executor.tasks(), dropped.get(), Rc::strong_count(&executor)), (0, 4, 1));
    event.happen(); // nothing waits for it now
    executor.block_on(async {});
}

async fn yields_once_more() -> bool {
    yield_now().await;
    false
}

#[test]
fn a_destructor_that_panics_ends_its_task_and_nothing_else() {
    let executor = Executor::default();
    let value = executor.block_on(async {
        let held = executor.spawn(async {
            let _panics = PanicsOnDrop;
            pending::<()>().await;
        });
        yield_now().await;
        drop(held);
        executor.spawn(async { panic::panic_any(PanicsOnDrop) }).detach();
        executor.spawn(async { PanicsOnDrop }).detach();
        yield_now().await;
        (executor.spawn(async { 7 }).await, executor.tasks())
    });
    assert_eq!(value, (Some(7), 0));
    executor.spawn(async { PanicsOnDrop }).detach();
    executor.run_until_empty();
}

/// A future that holds the handle of a task, whose future holds the handle of a task, and so on.
fn chain(executor: Rc<Executor>, length: usize) -> Pin<Box<dyn Future<Output = ()>>> {
    Box::pin(async move {
        if length == 0 {
            pending::<()>().await;
        }
        executor.spawn(chain(Rc::clone(&executor), length - 1)).await;
    })
}

/// If each of them were dropped within the one before, the stack would overflow.
#[test]
fn a_long_chain_of_tasks_can_be_cancelled() {
    let length = if cfg!(miri) { 100 } else { 10_000 };
    let executor = Rc::new(Executor::default());
    executor.block_on(async {
        let first = executor.spawn(chain(Rc::clone(&executor), length));
        while executor.tasks() <= length {
            yield_now().await;
        }
        drop(first);
        while executor.tasks() > 0 {
            yield_now().await;
        }
        executor.spawn(chain(Rc::clone(&executor), length)).detach(); // and one for the end
        while executor.tasks() <= length {
            yield_now().await;
        }
    });
    assert_eq!(executor.tasks(), 0);
}

/// A waker may do anything, for example look at the event for which it was left.
struct Looks {
    event: Event,
    woken: AtomicUsize,
}

impl Wake for Looks {
    fn wake(self: Arc<Self>) {
        self.woken.fetch_add(1, SeqCst);
        let mut event = self.event.clone();
        let _ = Pin::new(&mut event).poll(&mut Context::from_waker(Waker::noop()));
    }
}

#[test]
fn no_waker_is_called_under_a_lock() {
    let event = Event::default();
    let looks = Arc::new(Looks { event: event.clone(), woken: AtomicUsize::new(0) });
    let mut waits = event.clone();
    let waker = Waker::from(Arc::clone(&looks));
    assert!(Pin::new(&mut waits).poll(&mut Context::from_waker(&waker)).is_pending());
    event.happen(); // or this waits for its own lock
    assert_eq!(looks.woken.load(SeqCst), 1);
}
