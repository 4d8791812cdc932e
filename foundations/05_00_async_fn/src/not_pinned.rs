//! A future that holds a reference into itself, polled without being pinned. The compiler refuses it.
//!
//! Run: `cargo build -p async_fn --features not_pinned --bin 05_00_not_pinned`.

use std::future;
use std::pin::Pin;
use std::task::{Context, Waker};

// ANCHOR: borrows
async fn borrows() -> i32 {
    let numbers = [1, 2, 3];
    let last = &numbers[2];
    future::ready(()).await;
    *last
}

fn main() {
    let mut context = Context::from_waker(Waker::noop());
    let mut future = borrows();
    let _ = Pin::new(&mut future).poll(&mut context);
}
// ANCHOR_END: borrows
