//! Step 9.6: a server that stops well. On Ctrl-C it takes no new connections, and finishes the answers it owes.
//!
//! Run: `cargo run --bin 09_06_graceful_server`
//! Try: `curl 127.0.0.1:7878/sleep`, and within its five seconds press Ctrl-C in the server's terminal.
//! You should see: curl still gets its page; then the server ends. A second Ctrl-C would have ended it at once.

use async_lock::Semaphore;
use async_signal::{Signal, Signals};
use async_std::net::{TcpListener, TcpStream};
use async_std::task;
use common::{HELLO, NOT_FOUND, command_line};
use futures::channel::oneshot;
use futures::future::{Either, Shared, select};
use futures::{io, prelude::*, stream};
use http1::{Connection, Response};
use std::net::Shutdown;
use std::pin::pin;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::{Duration, UNIX_EPOCH};

/// How long a peer may go without progress: without a request, an answer, or 5,000 bytes of a body.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long to let a failed listener rest: what it lacks, such as descriptors, may come back.
const PAUSE: Duration = Duration::from_millis(100);
/// How many peers to serve at a time. The next ones wait in the listener's backlog.
const MAX_CONNECTIONS: usize = 20_000;
static PLACES: Semaphore = Semaphore::new(MAX_CONNECTIONS);
/// How long the answers in flight may take once the server was told to stop.
const GRACE: Duration = Duration::from_secs(10);

/// Completes, for all who hold a clone of it, when the server is told to stop.
type Stopping = Shared<oneshot::Receiver<()>>;

// ANCHOR: main_func
#[async_std::main]
async fn main() {
    let address = command_line::address();
    match (TcpListener::bind(&address).await, Signals::new([Signal::Int, Signal::Term])) {
        // A task, too: on a thread of its own it would hand each connection over to another.
        (Ok(listener), Ok(signals)) => task::spawn(run(listener, signals)).await,
        (Err(error), _) => command_line::cannot_listen(&address, &error),
        (_, Err(error)) => command_line::fail(format_args!("cannot listen for signals: {error}")),
    }
}
// ANCHOR_END: main_func

// ANCHOR: stopping
async fn run(listener: TcpListener, mut signals: Signals) {
    command_line::announce(listener.local_addr());
    let (stop, stopping) = oneshot::channel();
    select(pin!(accept(listener, stopping.shared())), signals.next()).await;
    drop(stop); // completes `stopping`
    command_line::log("finishing the answers in flight; press Ctrl-C again to stop at once");
    // Whoever gets all the places is alone.
    let all_served = stream::iter(0..MAX_CONNECTIONS).for_each(|_| PLACES.acquire().map(|place| place.forget()));
    if let Either::Right(_) = select(pin!(all_served), select(signals.next(), pin!(task::sleep(GRACE)))).await {
        command_line::fail("stopped before all answers were sent");
    }
}

/// Accepts for ever. Who drops this future drops the listener with it, and nobody gets in.
async fn accept(listener: TcpListener, stopping: Stopping) {
    loop {
        let place = PLACES.acquire().await;
        let stream = pause_after_failure(listener.accept().await.map(|(stream, _)| stream)).await;
        task::spawn(serve(stream, PATIENCE, stopping.clone()).map(|()| drop(place)));
    }
}
// ANCHOR_END: stopping

async fn pause_after_failure(stream: io::Result<TcpStream>) -> io::Result<TcpStream> {
    if stream.is_err() {
        task::sleep(PAUSE).await;
    }
    stream
}

/// Serves one peer, until either side has had enough.
async fn serve(stream: io::Result<TcpStream>, patience: Duration, stopping: Stopping) {
    if let Err(error) = converse(stream, patience, stopping).await {
        command_line::log(format_args!("gave a connection up: {error}"));
    }
}

/// Ends when `patience` passes and no more is done than before. One timer serves the whole connection.
async fn silence(done: &AtomicU32, patience: Duration) -> io::Result<()> {
    let mut before = None;
    while before != Some(done.load(Relaxed)) {
        before = Some(done.load(Relaxed));
        task::sleep(patience).await;
    }
    Err(io::ErrorKind::TimedOut.into())
}

// ANCHOR: converse
async fn converse(stream: io::Result<TcpStream>, patience: Duration, stopping: Stopping) -> io::Result<()> {
    let (mut stream, mut connection, done) = (stream?, Connection::new(), AtomicU32::new(0));
    let handled = handle_connection(&mut stream, &mut connection, &done, stopping.clone());
    let ended = select(pin!(handled), pin!(silence(&done, patience))).await.factor_first().0;
    let all_is_sent = done.load(Relaxed) == connection.progress();
    match ended {
        // Half a request gets an answer, too. (Nothing may follow an answer that is stuck half-way.)
        Err(error) if error.kind() == io::ErrorKind::TimedOut && all_is_sent => connection.time_out(),
        ended => ended?,
    }
    let hung_up = pin!(hang_up(&mut stream, &mut connection, &done));
    let stopped = stopping.map(|_| Ok(())); // a server that stops does not read on
    async_std::io::timeout(patience, select(hung_up, stopped).map(|ended| ended.factor_first().0)).await
}

/// Says what there is to say, and reads on, so that the peer can read it: over unread input, a socket is reset.
async fn hang_up(stream: &mut TcpStream, connection: &mut Connection, done: &AtomicU32) -> io::Result<()> {
    send(stream, connection, done).await?;
    if connection.peer_may_be_sending() {
        stream.shutdown(Shutdown::Write)?;
        io::copy(stream, &mut io::sink()).await?;
    }
    Ok(())
}
// ANCHOR_END: converse

/// Answers the requests of one peer, on one connection: waiting for the next one is cheap now.
async fn handle_connection(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    connection: &mut Connection,
    done: &AtomicU32,
    stopping: Stopping,
) -> io::Result<()> {
    let mut buffer = [0; 1024]; // every idle peer keeps one
    while connection.is_open() {
        // ANCHOR: read_or_stop
        let received = match select(stream.read(&mut buffer), stopping.clone()).await {
            Either::Left((received, _)) => received?,
            Either::Right((_, read)) if !connection.is_idle() => read.await?, // the rest of a request
            Either::Right(_) => 0,                                            // as though the peer had left
        };
        // ANCHOR_END: read_or_stop
        connection.receive(&buffer[..received]);
        while let Some(request) = connection.next_request() {
            let response = match request.path() {
                "/" => Response::ok(HELLO),
                "/sleep" => {
                    send(stream, connection, done).await?; // what is ready need not wait for the nap
                    task::sleep(command_line::nap()).await;
                    Response::ok(HELLO)
                }
                _ => Response::not_found(NOT_FOUND),
            };
            connection.respond(response);
        }
        send(stream, connection, done).await?;
        if connection.is_open() {
            task::yield_now().await; // give way: whoever else is ready has a turn now
        }
    }
    Ok(())
}

/// Sends all the answers there are in one write, and notes how much is done.
async fn send(stream: &mut (impl AsyncWrite + Unpin), connection: &mut Connection, done: &AtomicU32) -> io::Result<()> {
    let answers = connection.output(UNIX_EPOCH.elapsed().unwrap_or_default());
    stream.write_all(&answers).await.map(|()| done.store(connection.progress(), Relaxed))
}
