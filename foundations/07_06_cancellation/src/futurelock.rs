//! Step 7.6: two futures of one task want the same lock. One of them gets it while it is not polled, and the other one waits forever.
//!
//! Run: `cargo run --bin 07_06_futurelock -- hang`
//! Try: the same with `drop`, and with `poll`.
//! You should see: with `hang`, the second attempt waits until a time-out ends it. With `drop`, it gets the lock; with `poll`, the first one does.

use common::{command_line, say};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::select;
use tokio::sync::Mutex;
use tokio::time::{sleep, timeout};

/// After this time, there is a second try.
const LATE: Duration = Duration::from_millis(100);

type Lock = Arc<Mutex<()>>;

/// Needs the lock.
async fn attempt(name: &str, lock: &Lock) {
    let _guard = lock.lock().await;
    say!("{name} has the lock");
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let way = command_line::word(include_str!("futurelock.rs"), ["hang", "drop", "poll"]);
    let lock = Lock::default();
    let held = Arc::clone(&lock).lock_owned().await;
    tokio::spawn(async move {
        sleep(4 * LATE).await;
        drop(held); // until now, another task has had the lock
    });
    let attempts = async {
        match way.as_str() {
            "drop" => dropped(&lock).await,
            "poll" => polled(&lock).await,
            _ => hangs(&lock).await,
        }
    };
    if timeout(10 * LATE, attempts).await.is_err() {
        say!("the second one still waits");
    }
}

// ANCHOR: hangs
/// The first attempt is in the queue of the lock. It is not polled while the second one waits.
async fn hangs(lock: &Lock) {
    let mut first = pin!(attempt("the first one", lock));
    select! {
        () = &mut first => {}
        () = sleep(LATE) => attempt("the second one", lock).await,
    }
}
// ANCHOR_END: hangs

// ANCHOR: dropped
/// The first attempt belongs to `select!`, which drops it before the second one begins:
/// it leaves the queue.
async fn dropped(lock: &Lock) {
    let is_late = select! {
        () = attempt("the first one", lock) => false,
        () = sleep(LATE) => true,
    };
    if is_late {
        attempt("the second one", lock).await;
    }
}
// ANCHOR_END: dropped

// ANCHOR: polled
/// Both are polled until one of them is done.
async fn polled(lock: &Lock) {
    let mut first = pin!(attempt("the first one", lock));
    let second = async {
        sleep(LATE).await;
        attempt("the second one", lock).await;
    };
    select! {
        () = &mut first => {}
        () = second => {}
    }
}
// ANCHOR_END: polled
