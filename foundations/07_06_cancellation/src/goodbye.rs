//! Step 7.6: `drop` cannot wait. What has to be sent at the end must be sent before.
//!
//! Run: `cargo run --bin 07_06_goodbye -- drop`
//! Try: the same with `token`.
//! You should see: with `drop`, the server only closes the connection. With a token, it says goodbye first.

use common::{command_line, say};
use std::time::Duration;
use tokio::io::{self, AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::time::{sleep, timeout};
use tokio::{join, select};
use tokio_util::sync::CancellationToken;

const PATIENCE: Duration = Duration::from_millis(50);

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let (mut client, server) = io::duplex(64);
    let heard = async {
        let mut heard = String::new();
        client.read_to_string(&mut heard).await?;
        say!("the client heard {heard:?}");
        Ok(())
    };
    if command_line::word(include_str!("goodbye.rs"), ["drop", "token"]) == "token" {
        join!(heard, stopped(server)).0
    } else {
        join!(heard, dropped(server)).0
    }
}

// ANCHOR: goodbye
/// Greets, and would then serve for a long time.
async fn serve(server: &mut DuplexStream) -> io::Result<()> {
    server.write_all(b"hello").await?;
    sleep(100 * PATIENCE).await;
    Ok(())
}

/// The whole visit is dropped, and the last line is never reached.
async fn dropped(mut server: DuplexStream) {
    let visit = async {
        serve(&mut server).await?;
        server.write_all(b", goodbye").await
    };
    let _ = timeout(PATIENCE, visit).await;
}

/// Only `serve` is dropped. The visit goes on, and says goodbye.
async fn stopped(mut server: DuplexStream) {
    let stop = CancellationToken::new();
    let visit = async {
        select! {
            served = serve(&mut server) => served?,
            () = stop.cancelled() => {}
        }
        server.write_all(b", goodbye").await
    };
    let clock = async {
        sleep(PATIENCE).await;
        stop.cancel();
    };
    let (_, ()) = join!(visit, clock);
}
// ANCHOR_END: goodbye
