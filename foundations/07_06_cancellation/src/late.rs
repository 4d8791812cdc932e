//! Step 7.6: three time-outs of 50 ms around something that takes 200 ms.
//!
//! Run: `cargo run --bin 07_06_late -- computes`
//! Try: the same with `yields`, and with `blocks`.
//! You should see: one that never waits is not stopped. One that gives the thread back is. A call on another thread goes on.

use common::{command_line, say};
use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};
use tokio::task::{spawn_blocking, yield_now};
use tokio::time::{sleep, timeout};

const PATIENCE: Duration = Duration::from_millis(50);
/// How many pieces the work has.
const PIECES: u32 = 20;
/// How long a piece keeps the processor busy.
const PIECE: Duration = Duration::from_millis(10);

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let done = Arc::new(AtomicU32::new(0));
    let ended = match command_line::word(include_str!("late.rs"), ["computes", "yields", "blocks"]).as_str() {
        "yields" => timeout(PATIENCE, yields(&done)).await,
        "blocks" => timeout(PATIENCE, blocks(Arc::clone(&done))).await,
        _ => timeout(PATIENCE, computes(&done)).await,
    };
    let all =
        |done: &AtomicU32| if done.load(Relaxed) == PIECES { "all pieces are done" } else { "some pieces are missing" };
    say!("{}: {}", if ended.is_ok() { "an answer" } else { "a time-out" }, all(&done));
    while Arc::strong_count(&done) > 1 {
        sleep(PIECE).await; // another thread is still at work
    }
    say!("a moment later: {}", all(&done));
}

/// Computes for a while.
fn one_piece(done: &AtomicU32) {
    let end = Instant::now() + PIECE;
    while black_box(Instant::now()) < end {}
    done.fetch_add(1, Relaxed);
}

// ANCHOR: late
/// Has no `await`, so it is polled once, and `timeout` cannot look at its clock meanwhile.
async fn computes(done: &AtomicU32) {
    for _ in 0..PIECES {
        one_piece(done);
    }
}

/// Gives the thread back after each piece.
async fn yields(done: &AtomicU32) {
    for _ in 0..PIECES {
        one_piece(done);
        yield_now().await;
    }
}

/// Waits for another thread. Dropping the wait does not stop the thread.
async fn blocks(done: Arc<AtomicU32>) {
    let _ = spawn_blocking(move || (0..PIECES).for_each(|_| one_piece(&done))).await;
}
// ANCHOR_END: late
