//! What the scenes of this step are made of: taking turns, and telling what happens.

use std::fmt::Display;
use std::future::poll_fn;
use std::io::{self, Write};
use std::pin::pin;
use wakers::JoinHandle;
pub use wakers::yield_now as pass;

// ANCHOR: told
/// Awaits this future, and tells if it has to wait.
pub async fn told<T>(name: &str, future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let mut has_told = false;
    poll_fn(|context| {
        let polled = future.as_mut().poll(context);
        if polled.is_pending() && !has_told {
            say(format_args!("    {name} waits in line"));
            has_told = true;
        }
        polled
    })
    .await
}
// ANCHOR_END: told

// ANCHOR: cancel
/// Cancels a task. In its next turn, its future is dropped, and with it all that it holds.
pub async fn cancel(name: &str, task: JoinHandle<()>) {
    say(format_args!("    {name} gives up"));
    drop(task);
    pass().await;
}
// ANCHOR_END: cancel

/// Prints a line. Unlike `println!`, it does not panic when nobody reads it.
pub fn say(words: impl Display) {
    let _ = writeln!(io::stdout(), "{words}");
}
