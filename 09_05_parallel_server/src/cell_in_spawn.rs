//! Why step 9.5 has an `AtomicU32` where step 9.4 has a `Cell`: this program does not compile.
//!
//! Run: `cargo build -p parallel_server --features cell_in_spawn --bin 09_05_cell_in_spawn`.
//! You should see: "future cannot be sent between threads safely".

use async_std::task;
use std::cell::Cell;
use std::time::Duration;

#[async_std::main]
async fn main() {
    task::spawn(serve()).await;
}

async fn serve() {
    let done = Cell::new(0);
    silence(&done).await;
}

async fn silence(done: &Cell<u32>) {
    task::sleep(Duration::from_secs(10)).await;
    done.set(0);
}
