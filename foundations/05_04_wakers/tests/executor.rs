//! The executor of step 5.4, as a library.

#[path = "../src/executor.rs"]
mod executor;

use executor::Executor;
use std::cell::Cell;
use std::future::{pending, poll_fn};
use std::rc::Rc;
use std::task::Poll;

/// The value of a future on an executor of its own. All tasks end.
fn value_of<T: 'static>(future: impl Future<Output = T> + 'static, executor: &Executor) -> Option<T> {
    let value = Rc::new(Cell::new(None));
    let place = Rc::clone(&value);
    executor.spawn(async move { place.set(Some(future.await)) }).detach();
    executor.run_until_empty();
    value.take()
}

#[test]
fn a_task_that_is_over_wakes_whoever_awaits_it() {
    let executor = Executor::default();
    let inner = executor.clone();
    let value = value_of(async move { inner.spawn(async { 7 }).await }, &executor);
    assert_eq!(value, Some(Some(7)));
}

#[test]
fn a_task_that_panics_has_no_value_and_ends_nobody_else() {
    let executor = Executor::default();
    let inner = executor.clone();
    let value = value_of(
        async move {
            let [clumsy, sound] =
                [true, false].map(|clumsy| inner.spawn(async move { assert!(!clumsy, "on purpose") }));
            (clumsy.await, sound.await)
        },
        &executor,
    );
    assert_eq!(value, Some((None, Some(()))));
}

#[test]
fn a_task_whose_handle_is_dropped_is_forgotten_though_it_waits_for_ever() {
    let executor = Executor::default();
    let held = Rc::new(());
    let kept = Rc::clone(&held);
    let task = executor.spawn(async move {
        let _kept = kept;
        pending::<()>().await;
    });
    drop(task);
    assert_eq!(Rc::strong_count(&held), 1, "its future is gone at once");
    executor.run_until_empty(); // or else this waits for ever
}

#[test]
fn who_is_woken_a_thousand_times_has_one_turn() {
    let (executor, turns) = (Executor::default(), Rc::new(Cell::new(0)));
    let counter = Rc::clone(&turns);
    let future = poll_fn(move |context| {
        counter.set(counter.get() + 1);
        (0..1000).for_each(|_| context.waker().wake_by_ref());
        if counter.get() == 3 { Poll::Ready(()) } else { Poll::Pending }
    });
    assert_eq!(value_of(future, &executor), Some(()));
    assert_eq!(turns.get(), 3);
}
