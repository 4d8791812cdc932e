//! Step 7.1: the library's own streams. The same handler serves clients over TCP and over Unix sockets.
//!
//! Run: `cargo run --bin 07_01_echo_streams -- unix:echo.socket` (or without an argument, for TCP)
//! Try: `seq 3 | cargo run --bin 07_01_echo_client -- unix:echo.socket`
//! You should see: each number comes back after a second. The client has soon sent them all, and still waits for the last.

use address::Address;
use echo::{LINGER, Lines};
use past_urgent::PastUrgent;
use std::fs;
use std::sync::LazyLock;
use std::time::Duration;
use stopping::{finish, until_stop_signal};
use tokio::io::{self, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufWriter};
use tokio::net::TcpListener;
use tokio::{select, time};
use tokio_util::net::Listener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

mod address;
mod stopping;

/// How long to wait for a client, whether it should send or read.
static PATIENCE: LazyLock<Duration> = LazyLock::new(echo::patience);

/// The handlers of all connections.
struct Handlers {
    delay: Duration,
    running: TaskTracker,
    /// Asks each handler to take no new lines.
    stopping: CancellationToken,
}

// ANCHOR: main_func
#[tokio::main]
async fn main() {
    let arguments = echo::arguments();
    let mut signals = checked("Ctrl-C", stopping::signals());
    let (running, stopping) = (TaskTracker::new(), CancellationToken::new());
    let handlers = Handlers { delay: arguments.delay, running, stopping };
    match Address::from(arguments.address.as_str()) {
        Address::Tcp(address) => {
            let listener = checked(address, TcpListener::bind(address).await);
            echo::announce(listener.local_addr());
            until_stop_signal(accept(PastUrgent(listener), &handlers), &mut signals).await;
        }
        Address::Unix(path) => {
            let listener = checked(&arguments.address, address::bind(path).await);
            let own = address::identity(path);
            echo::announce(Ok(format_args!("unix:{}", path.display())));
            until_stop_signal(accept(PastUrgent(listener), &handlers), &mut signals).await;
            if own.is_some() && own == address::identity(path) {
                let _ = fs::remove_file(path); // but not the file of another server
            }
        }
    }
    finish(&handlers.running, &handlers.stopping, &mut signals).await;
}
// ANCHOR_END: main_func

/// What was bound, or the end of the program.
fn checked<T>(address: &str, bound: io::Result<T>) -> T {
    bound.unwrap_or_else(|error| echo::cannot_listen(address, &error))
}

// ANCHOR: accept_loop
/// Accepts clients on a listener of any kind.
async fn accept(mut listener: impl Listener<Io: Unpin + Send + 'static>, handlers: &Handlers) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let handler = serve(stream, handlers.delay, handlers.stopping.clone());
                handlers.running.spawn(handler);
            }
            Err(error) => time::sleep(echo::cannot_accept(&error)).await,
        }
    }
}
// ANCHOR_END: accept_loop

/// Serves one client, until either side ends the connection.
async fn serve(stream: impl AsyncRead + AsyncWrite + Unpin, delay: Duration, stopping: CancellationToken) {
    if let Err(error) = handle_connection(stream, delay, &stopping).await {
        echo::log(format_args!("gave up on a connection: {error}"));
    }
}

// ANCHOR: handle_connection
async fn handle_connection(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    delay: Duration,
    stopping: &CancellationToken,
) -> io::Result<()> {
    let mut stream = BufWriter::new(stream); // many short lines become one write
    let mut lines = Lines::new();
    let mut buffer = [0; 1024];
    while lines.is_open() {
        with_time_limit(stream.flush()).await?; // the client may be waiting for what is in the buffer
        let received = select! {
            biased; // what has arrived counts
            received = with_time_limit(stream.read(&mut buffer)) => received?,
            () = stopping::is_due(stopping, &lines) => 0, // as though the client had finished
        };
        lines.receive(&buffer[..received]);
        while let Some(line) = lines.next_line() {
            if !delay.is_zero() {
                with_time_limit(stream.flush()).await?;
                time::sleep(delay).await;
            }
            with_time_limit(stream.write_all(&line)).await?;
        }
    }
    with_time_limit(stream.shutdown()).await?; // flushes, then says that nothing more comes
    let Some(refusal) = lines.refusal() else { return Ok(()) };
    let (mut rest, mut nowhere) = (stream.take(LINGER), io::sink());
    // Drains the stream until the client has read why.
    select! {
        drained = with_time_limit(io::copy(&mut rest, &mut nowhere)) => drained?,
        () = stopping.cancelled() => 0,
    };
    Err(refusal)
}
// ANCHOR_END: handle_connection

/// Waits for a client, but not forever.
async fn with_time_limit<T>(wait: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    time::timeout(*PATIENCE, wait).await?
}
