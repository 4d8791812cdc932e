//! Step 5.4: no busy loop any more. A task that waits is polled when it is woken, and the thread rests when nobody is.
//!
//! Run: `cargo run --bin 05_04_wakers`
//! Try: `cargo run --bin 05_04_busy`, the same on the executor of step 5.3, with `top` beside it.
//! You should see: the task that waits is polled twice here, and all the time there. Only there does waiting cost a processor.

mod demonstration;
mod event;
mod executor;

fn main() {
    demonstration::run();
}
