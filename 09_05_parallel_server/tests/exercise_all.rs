//! Exercise 2 of section 9.5: a task for each future. Write `all`, then run
//! `cargo test -p parallel_server --test exercise_all -- --ignored`.

use async_std::future::timeout;
use futures::channel::oneshot;
use futures::future::{BoxFuture, FutureExt};
use std::time::Duration;

/// Runs all futures at the same time, each in a task of its own. `None` means that the task has panicked.
async fn all(futures: Vec<BoxFuture<'static, u32>>) -> Vec<Option<u32>> {
    let mut values = Vec::new();
    for future in futures {
        values.push(Some(future.await)); // one after the other
    }
    values
}

#[async_std::test]
#[ignore = "exercise 9.5/2: it passes once `all` spawns a task for each future"]
async fn one_future_waits_for_the_next_and_another_one_panics() {
    let (tx, rx) = oneshot::channel();
    let waits = async move { rx.await.unwrap_or_default() }.boxed();
    let sends = async move { tx.send(1).map_or(0, |()| 2) }.boxed();
    let panics = async { panic!("on purpose") }.boxed();
    let values = timeout(Duration::from_secs(2), all(vec![waits, sends, panics])).await;
    assert_eq!(values.ok(), Some(vec![Some(1), Some(2), None]), "the first future waits for the second");
}
