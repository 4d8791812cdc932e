//! Why step 9.5 has an `Arc<AtomicU64>` where step 9.4 has an `Rc<Cell<u64>>`: this program does not compile.
//!
//! Run: `cargo build -p parallel_server --features cell_in_spawn --bin 09_05_cell_in_spawn`.
//! You should see: "future cannot be sent between threads safely".

use async_std::task;
use std::cell::Cell;
use std::rc::Rc;

#[async_std::main]
async fn main() {
    let visits = Rc::new(Cell::new(0));
    task::spawn(serve(visits.clone())).await;
}

async fn serve(visits: Rc<Cell<u64>>) {
    visits.set(visits.get() + 1);
    task::yield_now().await;
}
