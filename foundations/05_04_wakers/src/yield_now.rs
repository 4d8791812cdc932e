//! Yields: the other tasks have a turn first.

use std::future::poll_fn;
use std::task::Poll;

// ANCHOR: yield_now
/// Lets the other tasks go first. It wants another poll itself, so it wakes its own task.
pub async fn yield_now() {
    let mut has_yielded = false;
    poll_fn(|context| {
        if has_yielded {
            return Poll::Ready(());
        }
        has_yielded = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
// ANCHOR_END: yield_now
