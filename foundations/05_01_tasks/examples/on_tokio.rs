//! The functions of step 5.1, unchanged, on the executor of tokio.
//!
//! Run: `cargo run -p tasks --example on_tokio`

#[path = "../src/tic_tac.rs"]
mod tic_tac;

use tic_tac::{say, spam, tic_tac};

// ANCHOR: main_func
#[tokio::main(flavor = "current_thread")]
async fn main() {
    let tasks = [tokio::spawn(tic_tac()), tokio::spawn(spam())];
    for task in tasks {
        say(format_args!("{:?}", task.await.unwrap_or(Err("it panicked"))));
    }
}
// ANCHOR_END: main_func
