//! The functions of step 5.1, unchanged, on the executor of smol.
//!
//! Run: `cargo run -p tasks --example on_smol`

#[path = "../src/tic_tac.rs"]
mod tic_tac;

use smol::LocalExecutor;
use tic_tac::{say, spam, tic_tac};

// ANCHOR: main_func
fn main() {
    let executor = LocalExecutor::new();
    let tasks = [executor.spawn(tic_tac()), executor.spawn(spam())];
    smol::block_on(executor.run(async {
        for task in tasks {
            say(format_args!("{:?}", task.await));
        }
    }));
}
// ANCHOR_END: main_func
