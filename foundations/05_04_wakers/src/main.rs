//! Step 5.4: wakers instead of a busy loop. A task that waits is polled when it is woken, and the thread rests when no task is.
//!
//! Run: `cargo run --bin 05_04_wakers`
//! Try: `cargo run --bin 05_04_busy`, the same on the executor of step 5.3, with `top` beside it.
//! You should see: the task that waits is polled twice here, and all the time there. Only there does waiting cost a processor.

use wakers::Executor;

mod demonstration;

fn main() {
    let executor = Executor::default();
    demonstration::run(|task| executor.spawn(task).detach(), || executor.run_until_empty());
}
