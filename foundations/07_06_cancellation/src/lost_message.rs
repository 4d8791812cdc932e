//! Step 7.6: a `select!` in a loop that loses half a line, because it drops a call that has already read something.
//!
//! Run: `cargo run --bin 07_06_lost_message`
//! Try: the same with `-- next-line`.
//! You should see: the client sends "hello" in two pieces, with a tick in between. `read_line` loses the first piece.

use common::{command_line, say};
use std::time::Duration;
use tokio::io::{self, AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::sleep;
use tokio::{join, select};

/// Between what the client does.
const PAUSE: Duration = Duration::from_millis(50);

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let (client, server) = io::duplex(64);
    let (ticks, clock) = channel(1);
    let call = command_line::word(include_str!("lost_message.rs"), ["read-line", "next-line"]);
    let (sent, received) = if call == "next-line" {
        join!(send(client, ticks), with_next_line(server, clock))
    } else {
        join!(send(client, ticks), with_read_line(server, clock))
    };
    sent.and(received)
}

/// Sends a line in two pieces. Between them, the server reads, and then the clock ticks.
async fn send(mut client: DuplexStream, ticks: Sender<()>) -> io::Result<()> {
    client.write_all(b"hel").await?;
    sleep(PAUSE).await;
    let _ = ticks.send(()).await; // it fails when the receiver is gone
    sleep(PAUSE).await;
    client.write_all(b"lo\n").await
}

// ANCHOR: with_read_line
/// When the clock ticks, `read_line` is dropped, with what it has read.
async fn with_read_line(server: DuplexStream, mut clock: Receiver<()>) -> io::Result<()> {
    let mut reader = BufReader::new(server);
    let mut line = String::new();
    loop {
        select! {
            biased; // first the reader, so that the program does the same each time
            length = reader.read_line(&mut line) => match length? {
                0 => return Ok(()),
                _ => {
                    say!("received {:?}", line.trim_end());
                    line.clear();
                }
            },
            Some(()) = clock.recv() => say!("a tick"),
        }
    }
}
// ANCHOR_END: with_read_line

// ANCHOR: with_next_line
/// When the clock ticks, `next_line` is dropped. What was read is in `lines`, which stays.
async fn with_next_line(server: DuplexStream, mut clock: Receiver<()>) -> io::Result<()> {
    let mut lines = BufReader::new(server).lines();
    loop {
        select! {
            biased; // first the reader, so that the program does the same each time
            line = lines.next_line() => match line? {
                None => return Ok(()),
                Some(line) => say!("received {line:?}"),
            },
            Some(()) = clock.recv() => say!("a tick"),
        }
    }
}
// ANCHOR_END: with_next_line
