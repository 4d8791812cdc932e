//! What the scenes of this step are made of: taking turns, and printing what happens.

pub use common::command_line::say;
use std::future::poll_fn;
use std::pin::pin;
use wakers::JoinHandle;
pub use wakers::yield_now as pass;

// ANCHOR: announced
/// Awaits this future, and says so if it has to wait.
pub async fn announced<T>(name: &str, future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let mut has_said = false;
    poll_fn(|context| {
        let polled = future.as_mut().poll(context);
        if polled.is_pending() && !has_said {
            say(format_args!("    {name} waits in line"));
            has_said = true;
        }
        polled
    })
    .await
}
// ANCHOR_END: announced

// ANCHOR: cancel
/// Cancels a task. In its next turn, its future is dropped, and with it all that it holds.
pub async fn cancel(name: &str, task: JoinHandle<()>) {
    say(format_args!("    {name} is cancelled"));
    drop(task);
    pass().await;
}
// ANCHOR_END: cancel
