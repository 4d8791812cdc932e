//! Step 9.2 without a runtime: this program does not compile.
//!
//! Run: `cargo build -p async_server --features await_in_main --bin 09_02_await_in_main`.
//! You should see: "`await` is only allowed inside `async` functions and blocks".

// ANCHOR: main
fn main() {
    run().await;
}

async fn run() {
    println!("listening");
}
// ANCHOR_END: main
