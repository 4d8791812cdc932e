//! A future that holds a reference into itself, polled without being pinned. The compiler refuses it.
//!
//! Run: `cargo build -p async_fn --features not_pinned --bin 05_00_not_pinned`.

use std::future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

// ANCHOR: borrows
async fn borrows() -> i32 {
    let numbers = [1, 2, 3];
    let last = &numbers[2];
    future::ready(()).await;
    *last
}

/// Polls a future that may be moved before the next poll.
fn poll<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    Pin::new(future).poll(&mut Context::from_waker(Waker::noop()))
}

fn main() {
    let _ = poll(&mut borrows());
}
// ANCHOR_END: borrows
