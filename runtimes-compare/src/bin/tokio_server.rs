//! Step 9.6 on tokio.
//!
//! Run: `cargo run -p runtimes-compare --bin tokio_server`, then open <http://127.0.0.1:7878/sleep>.
//! Try: `curl 127.0.0.1:7878/sleep & curl 127.0.0.1:7878/`, and press Ctrl-C in the server's terminal.
//! You should see: the second page at once, the first after five seconds; then the server ends.

use http::{Connection, Response};
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, UNIX_EPOCH};
use tokio::io::{self, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{Semaphore, watch};
use tokio::{select, task, time};

#[path = "../../../common/command_line.rs"]
mod command_line;

const HELLO: &str = include_str!("../../../common/hello.html");
const NOT_FOUND: &str = include_str!("../../../common/404.html");

/// How long a peer may stay without a new answer, whatever it does with the time.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long to let a failed listener rest: what it lacks, such as descriptors, may come back.
const PAUSE: Duration = Duration::from_millis(100);
/// How many peers to serve at a time. The next ones wait in the listener's backlog.
const MAX_CONNECTIONS: usize = 20_000;
/// How long the answers in flight may take once the server was told to stop.
const GRACE: Duration = Duration::from_secs(10);

// ANCHOR: main_func
#[tokio::main]
async fn main() {
    let address = command_line::address();
    match (TcpListener::bind(&address).await, signals()) {
        (Ok(listener), Ok(signals)) => run(listener, signals).await,
        (Err(error), _) => command_line::cannot_listen(&address, &error),
        (_, Err(error)) => command_line::cannot_listen("Ctrl-C", &error),
    }
}
// ANCHOR_END: main_func

// ANCHOR: stopping
async fn run(listener: TcpListener, mut signals: [Signal; 2]) {
    command_line::announce(listener.local_addr());
    let (stop, stopping) = watch::channel(());
    select! {
        () = accept(listener, stopping) => {}
        () = told_to_stop(&mut signals) => {}
    }
    stop.send_replace(());
    command_line::log("finishing the answers in flight; press Ctrl-C again to stop at once");
    let all_served = select! {
        () = stop.closed() => true, // no handler has a `stopping` any more
        () = told_to_stop(&mut signals) => false,
        () = time::sleep(GRACE) => false,
    };
    if !all_served {
        command_line::log("stopped before all answers were sent");
        process::exit(1);
    }
}

fn signals() -> io::Result<[Signal; 2]> {
    Ok([signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?])
}

/// Waits for Ctrl-C, or for the signal that asks a program to end.
async fn told_to_stop([interrupt, terminate]: &mut [Signal; 2]) {
    select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}
// ANCHOR_END: stopping

// ANCHOR: accept_loop
/// Accepts for ever. Who drops this future drops the listener with it, and nobody gets in.
async fn accept(listener: TcpListener, stopping: watch::Receiver<()>) {
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    loop {
        let place = Arc::clone(&places).acquire_owned().await;
        match listener.accept().await {
            Ok((stream, _)) => {
                let stopping = stopping.clone();
                task::spawn(async move {
                    serve(stream, PATIENCE, stopping).await;
                    drop(place);
                });
            }
            Err(error) => {
                command_line::log(format_args!("cannot accept: {error}"));
                time::sleep(PAUSE).await;
            }
        }
    }
}
// ANCHOR_END: accept_loop

// ANCHOR: patience
/// Serves one peer, until either side has had enough.
async fn serve(stream: TcpStream, patience: Duration, stopping: watch::Receiver<()>) {
    let answered = AtomicBool::new(false);
    let ended = select! {
        biased; // the conversation first: most end before their timer is needed
        ended = converse(stream, &answered, stopping) => ended,
        ended = silence(&answered, patience) => ended,
    };
    if let Err(error) = ended {
        command_line::log(format_args!("gave a connection up: {error}"));
    }
}
// ANCHOR_END: patience

/// Ends when `patience` passes without a new answer. One timer serves the whole connection.
async fn silence(answered: &AtomicBool, patience: Duration) -> io::Result<()> {
    loop {
        time::sleep(patience).await;
        if !answered.swap(false, Relaxed) {
            return Err(io::ErrorKind::TimedOut.into());
        }
    }
}

async fn converse(mut stream: TcpStream, answered: &AtomicBool, stopping: watch::Receiver<()>) -> io::Result<()> {
    if handle_connection(&mut stream, answered, stopping).await?.peer_may_be_sending() {
        stream.shutdown().await?;
        io::copy(&mut stream, &mut io::sink()).await?;
    }
    Ok(())
}

/// Answers the requests of one peer, on one connection: waiting for the next one is cheap now.
async fn handle_connection(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    answered: &AtomicBool,
    mut stopping: watch::Receiver<()>,
) -> io::Result<Connection> {
    let mut connection = Connection::new();
    let mut buffer = [0; 1024]; // every idle peer keeps one
    while connection.is_open() {
        // ANCHOR: read_or_stop
        let received = select! {
            biased; // what has arrived counts
            received = stream.read(&mut buffer) => received?,
            _ = stopping.changed(), if connection.is_idle() => 0, // as though the peer had left
        };
        // ANCHOR_END: read_or_stop
        connection.receive(&buffer[..received]);
        while let Some(request) = connection.next_request() {
            let response = match request.path() {
                "/" => Response::ok(HELLO),
                "/sleep" => {
                    send(stream, &mut connection).await?; // what is ready need not wait for the nap
                    time::sleep(command_line::nap()).await;
                    Response::ok(HELLO)
                }
                _ => Response::not_found(NOT_FOUND),
            };
            connection.respond(response);
            answered.store(true, Relaxed);
        }
        send(stream, &mut connection).await?;
    }
    Ok(connection)
}

/// Sends all the answers there are in one write.
async fn send(stream: &mut (impl AsyncWrite + Unpin), connection: &mut Connection) -> io::Result<()> {
    stream.write_all(&connection.output(UNIX_EPOCH.elapsed().unwrap_or_default())).await
}

#[cfg(test)]
#[path = "tests/tokio.rs"]
mod tests;
