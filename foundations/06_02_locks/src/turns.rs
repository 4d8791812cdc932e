//! What the scenes of this step are made of: taking turns, and printing what happens.

use crate::executor::JoinHandle;
use std::fmt::Display;
use std::future::poll_fn;
use std::io::{self, Write};
use std::pin::pin;
use std::task::Poll;

/// Pauses once, so that other tasks can run.
pub async fn pass() {
    let mut has_passed = false;
    poll_fn(|context| {
        if has_passed {
            return Poll::Ready(());
        }
        has_passed = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

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
/// Cancels a task: drops its future, and whatever is in it.
pub fn cancel(name: &str, task: JoinHandle<()>) {
    say(format_args!("    {name} gives up"));
    drop(task);
}
// ANCHOR_END: cancel

/// Prints a line. Unlike `println!`, it does not panic when the output is closed.
pub fn say(words: impl Display) {
    let _ = writeln!(io::stdout(), "{words}");
}
