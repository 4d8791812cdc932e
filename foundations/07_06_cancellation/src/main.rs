//! Step 7.6: to cancel a future is to drop it. It stops where it waits, its values are dropped, and that is all.
//!
//! Run: `cargo run --bin 07_06_cancellation`
//! Try: give the second client more than a second.
//! You should see: the first handler does nothing, the second one stops where it waits, the third one reaches its end.

use common::{command_line, say};
use std::time::Duration;
use tokio::time::{sleep, timeout};

// ANCHOR: handler
/// Asks a service that takes a second.
async fn handler(client: &'static str) {
    let _connection = Connection(client);
    say!("{client}: asks");
    sleep(Duration::from_secs(1)).await;
    say!("{client}: has the answer");
}
// ANCHOR_END: handler

// ANCHOR: connection
/// Something that must be closed.
struct Connection(&'static str);

impl Drop for Connection {
    fn drop(&mut self) {
        say!("{}: the connection is closed", self.0);
    }
}
// ANCHOR_END: connection

// ANCHOR: main
#[tokio::main(flavor = "current_thread")]
async fn main() {
    command_line::no_arguments(include_str!("main.rs"));
    drop(handler("first"));
    say!("first is dropped");

    if timeout(Duration::from_millis(100), handler("second")).await.is_err() {
        say!("second is dropped");
    }

    handler("third").await;
}
// ANCHOR_END: main
