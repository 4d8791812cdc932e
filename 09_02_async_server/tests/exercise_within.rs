//! Exercise 2 of section 9.2: a time limit for any future. Write `within`, then run
//! `cargo test -p async_server --test exercise_within -- --ignored`.

use async_std::task;
use std::cell::Cell;
use std::future::ready;
use std::time::Duration;

/// The value of the future, if it is ready within this time. If it is not, the future is dropped.
async fn within<T>(_time: Duration, future: impl Future<Output = T>) -> Option<T> {
    Some(future.await) // however long it takes
}

/// Says that it was dropped.
struct Guard<'cell>(&'cell Cell<bool>);

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        self.0.set(true);
    }
}

#[async_std::test]
#[ignore = "exercise 9.2/2: it passes once you have written `within`"]
async fn what_takes_too_long_is_dropped() {
    assert_eq!(within(Duration::from_secs(5), ready(1)).await, Some(1));
    let is_dropped = Cell::new(false);
    let slow = async {
        let _guard = Guard(&is_dropped);
        task::sleep(Duration::from_secs(2)).await;
    };
    assert_eq!(within(Duration::from_millis(10), slow).await, None, "it waited for the slow future");
    assert!(is_dropped.get(), "the slow future is still there");
}
