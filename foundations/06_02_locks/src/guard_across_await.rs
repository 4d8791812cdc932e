//! A task that holds the guard of a `std::sync::Mutex` while it waits. The compiler does not let it move to another thread.
//!
//! Run: `cargo build -p locks --features guard_across_await --bin 06_02_guard_across_await`.

use std::future;
use std::sync::{Arc, Mutex, PoisonError};

// ANCHOR: guard
async fn add(counter: Arc<Mutex<u32>>) {
    let mut guard = counter.lock().unwrap_or_else(PoisonError::into_inner);
    let read = *guard;
    future::ready(()).await; // anything that may have to wait
    *guard = read + 1;
}

/// A `spawn` like that of a runtime with several threads.
fn spawn(_task: impl Future<Output = ()> + Send + 'static) {}

fn main() {
    spawn(add(Arc::default()));
}
// ANCHOR_END: guard
