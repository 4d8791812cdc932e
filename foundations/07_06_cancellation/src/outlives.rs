//! Step 7.6: a parent is cancelled. What becomes of the task that it has started?
//!
//! Run: `cargo run --bin 07_06_outlives -- spawn`
//! Try: the same with `join-set`, and with `tracker`.
//! You should see: a task that was only spawned goes on, one in a `JoinSet` is dropped, and one that has a token ends in order.

use common::{command_line, say};
use std::time::Duration;
use tokio::select;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

const PATIENCE: Duration = Duration::from_millis(100);

/// What the parent has started. It takes longer than the parent may take.
async fn child() {
    let _work = Work;
    sleep(4 * PATIENCE).await;
    say!("the child is done");
}

/// Says when it is dropped.
struct Work;

impl Drop for Work {
    fn drop(&mut self) {
        say!("the child is dropped");
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    match command_line::word(include_str!("outlives.rs"), ["spawn", "join-set", "tracker"]).as_str() {
        "join-set" => in_a_join_set().await,
        "tracker" => in_a_tracker().await,
        _ => spawned().await,
    }
    say!("the end");
}

// ANCHOR: spawned
/// The task belongs to the runtime. Nothing stops it, and only the last line waits for it.
async fn spawned() {
    let parent = async {
        let _ = tokio::spawn(child()).await;
    };
    let _ = timeout(PATIENCE, parent).await;
    say!("the parent is dropped");
    sleep(8 * PATIENCE).await;
}
// ANCHOR_END: spawned

// ANCHOR: in_a_join_set
/// The task belongs to the set, and the set to the parent.
async fn in_a_join_set() {
    let parent = async {
        let mut children = JoinSet::new();
        children.spawn(child());
        children.join_all().await;
    };
    let _ = timeout(PATIENCE, parent).await;
    say!("the parent is dropped");
    sleep(8 * PATIENCE).await;
}
// ANCHOR_END: in_a_join_set

// ANCHOR: in_a_tracker
/// The task is asked to end, and ends when it is ready. The tracker waits for it.
async fn in_a_tracker() {
    let (children, stop) = (TaskTracker::new(), CancellationToken::new());
    let parent = async {
        let stop = stop.clone();
        children.spawn(async move {
            select! {
                () = child() => {}
                () = stop.cancelled() => say!("the child cleans up"),
            }
        });
        sleep(4 * PATIENCE).await;
    };
    let _ = timeout(PATIENCE, parent).await;
    say!("the parent is dropped");
    stop.cancel();
    children.close();
    children.wait().await;
}
// ANCHOR_END: in_a_tracker
