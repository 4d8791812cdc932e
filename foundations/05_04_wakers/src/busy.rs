//! The demonstration of step 5.4 on the executor of step 5.3, which polls all tasks all the time.
//!
//! Run: `cargo run --bin 05_04_busy`
//! Try: look at the processor with `top` before you press Enter.
//! You should see: the program keeps a whole processor busy, and the task that waits is polled more than 1001 times.

mod demonstration;
#[allow(dead_code)] // no task is awaited here
#[path = "../../05_03_wait/src/executor.rs"]
mod executor;

use executor::Executor;

fn main() {
    let executor = Executor::default();
    demonstration::run(|task| executor.spawn(task).detach(), || executor.run_until_empty());
}
