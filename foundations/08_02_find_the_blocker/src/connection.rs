//! Serves one client: each line comes back after the delay.

use crate::{signals, tool::Tool};
use echo::{LINGER, Lines};
use find_the_blocker::usage::compute_for;
use past_urgent::PastUrgent;
use std::sync::Arc;
use std::{thread, time::Duration};
use tokio::io::{self, AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::{select, time};

/// Serves one client until either side ends the connection.
pub async fn serve(stream: TcpStream, delay: Duration, tool: Arc<Tool>, stopping: watch::Receiver<()>) {
    if let Err(error) = handle_connection(PastUrgent(stream), delay, &tool, stopping).await {
        echo::log(format_args!("gave up on a connection: {error}"));
    }
}

async fn handle_connection(
    mut stream: PastUrgent<TcpStream>,
    delay: Duration,
    tool: &Tool,
    stopping: watch::Receiver<()>,
) -> io::Result<()> {
    let mut lines = Lines::new();
    let mut buffer = [0; 1024];
    while lines.is_open() {
        let received = select! {
            biased; // what has arrived counts
            received = time::timeout(echo::patience(), stream.read(&mut buffer)) => received??,
            () = signals::stop_is_due(&stopping, &lines) => return Ok(()),
        };
        lines.receive(&buffer[..received]);
        while let Some(line) = lines.next_line() {
            wait(&line, delay, tool).await?;
            time::timeout(echo::patience(), stream.write_all(&line)).await??;
        }
    }
    let Some(refusal) = lines.refusal() else { return Ok(()) };
    stream.shutdown().await?; // the client may still be sending: it reads why it should not
    time::timeout(echo::patience(), io::copy(&mut stream.take(LINGER), &mut io::sink())).await??;
    Err(refusal)
}

// ANCHOR: wait
/// Waits before a line is sent back. There is one right way, and two mistakes.
async fn wait(line: &[u8], delay: Duration, tool: &Tool) -> io::Result<()> {
    match line.trim_ascii() {
        b"sleep" => tool.spawn("nap", async move { thread::sleep(delay) }).await?,
        b"compute" => tool.spawn("computation", async move { compute_for(delay) }).await?,
        _ if delay.is_zero() => {} // tokio would sleep for a millisecond
        _ => time::sleep(delay).await,
    }
    Ok(())
}
// ANCHOR_END: wait
