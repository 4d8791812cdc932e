//! Step 9.6 on tokio.
//!
//! Run: `cargo run -p runtimes-compare --bin tokio_server`, then open <http://127.0.0.1:7878/sleep>.
//! Try: `curl 127.0.0.1:7878/sleep & curl 127.0.0.1:7878/`, and press Ctrl-C in the server's terminal.
//! You should see: the second page at once, the first after five seconds; then the server ends.

use common::{HELLO, NOT_FOUND, command_line};
use http1::{Connection, Response};
use std::pin::pin;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::{Duration, UNIX_EPOCH};
use tokio::io::{self, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{Semaphore, SemaphorePermit, watch};
use tokio::{select, task, time};

/// How long a peer may go without progress: without a request, an answer, or 5,000 bytes of a body.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long to let a failed listener rest: what it lacks, such as descriptors, may come back.
const PAUSE: Duration = Duration::from_millis(100);
/// How many peers to serve at a time. The next ones wait in the listener's backlog.
const MAX_CONNECTIONS: usize = 20_000;
static PLACES: Semaphore = Semaphore::const_new(MAX_CONNECTIONS);
/// How long the answers in flight may take once the server was told to stop.
const GRACE: Duration = Duration::from_secs(10);

// ANCHOR: main_func
#[tokio::main]
async fn main() {
    let address = command_line::address();
    match (TcpListener::bind(&address).await, signals()) {
        // A task, too: as the future of `main` it would hand each connection over to another thread.
        (Ok(listener), Ok(signals)) => {
            task::spawn(run(listener, signals)).await.unwrap_or_else(|error| command_line::fail(error));
        }
        (Err(error), _) => command_line::cannot_listen(&address, &error),
        (_, Err(error)) => command_line::fail(format_args!("cannot listen for signals: {error}")),
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
        command_line::fail("stopped before all answers were sent");
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
/// Accepts for ever: nobody closes the semaphore. Who drops this future drops the listener with it, and nobody gets in.
async fn accept(listener: TcpListener, stopping: watch::Receiver<()>) {
    while let Ok(place) = PLACES.acquire().await {
        match listener.accept().await {
            Ok((stream, _)) => drop(task::spawn(serve(stream, PATIENCE, stopping.clone(), place))),
            Err(error) => {
                command_line::log(format_args!("cannot accept: {error}"));
                time::sleep(PAUSE).await;
            }
        }
    }
}
// ANCHOR_END: accept_loop

// ANCHOR: patience
/// Serves one peer, until either side has had enough. Its place is free again when this ends.
async fn serve(stream: TcpStream, patience: Duration, stopping: watch::Receiver<()>, _place: SemaphorePermit<'_>) {
    if let Err(error) = converse(stream, patience, stopping).await {
        command_line::log(format_args!("gave a connection up: {error}"));
    }
}

async fn converse(mut stream: TcpStream, patience: Duration, stopping: watch::Receiver<()>) -> io::Result<()> {
    let (mut connection, done) = (Connection::new(), AtomicU32::new(0));
    let ended = select! {
        biased; // the conversation first: most end before their timer is needed
        ended = handle_connection(&mut stream, &mut connection, &done, stopping.clone()) => ended,
        ended = silence(&done, patience) => ended,
    };
    let all_is_sent = done.load(Relaxed) == connection.progress();
    match ended {
        // Half a request gets an answer, too. (Nothing may follow an answer that is stuck half-way.)
        Err(error) if error.kind() == io::ErrorKind::TimedOut && all_is_sent => connection.time_out(),
        ended => ended?,
    }
    time::timeout(patience, hang_up(&mut stream, &mut connection, &done, stopping)).await?
}
// ANCHOR_END: patience

/// Ends when `patience` passes and no more is done than before. One timer serves the whole connection.
async fn silence(done: &AtomicU32, patience: Duration) -> io::Result<()> {
    let mut before = None;
    while before != Some(done.load(Relaxed)) {
        before = Some(done.load(Relaxed));
        time::sleep(patience).await;
    }
    Err(io::ErrorKind::TimedOut.into())
}

/// Says what there is to say, and reads on, so that the peer can read it: over unread input, a socket is reset.
async fn hang_up(
    stream: &mut TcpStream,
    connection: &mut Connection,
    done: &AtomicU32,
    stopping: watch::Receiver<()>,
) -> io::Result<()> {
    send(stream, connection, done).await?;
    drop(stopping); // a server that stops does not read on
    if connection.peer_may_be_sending() {
        stream.shutdown().await?;
        io::copy(stream, &mut io::sink()).await?;
    }
    Ok(())
}

/// Answers the requests of one peer, on one connection: waiting for the next one is cheap now.
async fn handle_connection(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    connection: &mut Connection,
    done: &AtomicU32,
    mut stopping: watch::Receiver<()>,
) -> io::Result<()> {
    let mut buffer = [0; 1024]; // every idle peer keeps one
    let mut stopped = pin!(stopping.changed());
    while connection.is_open() {
        // ANCHOR: read_or_stop
        let received = select! {
            biased; // what has arrived counts
            received = stream.read(&mut buffer) => received?,
            _ = &mut stopped, if connection.is_idle() => 0, // as though the peer had left
        };
        // ANCHOR_END: read_or_stop
        connection.receive(&buffer[..received]);
        while let Some(request) = connection.next_request() {
            let response = match request.path() {
                "/" => Response::ok(HELLO),
                "/sleep" => {
                    send(stream, connection, done).await?; // what is ready need not wait for the nap
                    time::sleep(command_line::nap()).await;
                    Response::ok(HELLO)
                }
                _ => Response::not_found(NOT_FOUND),
            };
            connection.respond(response);
        }
        send(stream, connection, done).await?;
    }
    Ok(())
}

/// Sends all the answers there are in one write, and notes how much is done.
async fn send(stream: &mut (impl AsyncWrite + Unpin), connection: &mut Connection, done: &AtomicU32) -> io::Result<()> {
    let answers = connection.output(UNIX_EPOCH.elapsed().unwrap_or_default());
    stream.write_all(&answers).await.map(|()| done.store(connection.progress(), Relaxed))
}

#[cfg(test)]
#[path = "tests/tokio.rs"]
mod tests;
