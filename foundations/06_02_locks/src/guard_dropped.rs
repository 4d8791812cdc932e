//! A task that drops the guard of a `std::sync::Mutex` before it waits, but not by the end of a block. The compiler refuses it, too.
//!
//! Run: `cargo build -p locks --features guard_dropped --bin 06_02_guard_dropped`.

use std::future;
use std::sync::{Arc, Mutex, PoisonError};

async fn add(counter: Arc<Mutex<u32>>) {
    let mut guard = counter.lock().unwrap_or_else(PoisonError::into_inner);
    *guard += 1;
    drop(guard);
    future::ready(()).await; // anything that may have to wait
}

/// A `spawn` like that of a runtime with several threads.
fn spawn(_task: impl Future<Output = ()> + Send + 'static) {}

fn main() {
    spawn(add(Arc::default()));
}
