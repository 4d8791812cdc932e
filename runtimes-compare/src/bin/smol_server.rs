//! Step 9.6 on smol.
//!
//! Run: `cargo run -p runtimes-compare --bin smol_server`, then open <http://127.0.0.1:7878/sleep>.
//! Try: `curl 127.0.0.1:7878/sleep & curl 127.0.0.1:7878/`, and press Ctrl-C in the server's terminal.
//! You should see: the second page at once, the first after five seconds; then the server ends.

use async_signal::{Signal, Signals};
use common::{HELLO, NOT_FOUND, command_line};
use http1::{Connection, Response};
use smol::channel::{self, Receiver};
use smol::lock::Semaphore;
use smol::net::{TcpListener, TcpStream};
use smol::{Executor, Timer, future, io, prelude::*};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::thread;
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

// ANCHOR: main_func
/// The tasks of this program. smol leaves it to the program which threads run them.
static EXECUTOR: Executor<'static> = Executor::new();

fn main() {
    let others = thread::available_parallelism().map_or(0, |processors| processors.get() - 1);
    for _ in 0..others {
        thread::spawn(|| smol::block_on(EXECUTOR.run(future::pending::<()>())));
    }
    // A task, too: as the main thread's own future it would stand still while a handler runs.
    smol::block_on(EXECUTOR.run(EXECUTOR.spawn(async {
        let address = command_line::address();
        match (TcpListener::bind(&address).await, Signals::new([Signal::Int, Signal::Term])) {
            (Ok(listener), Ok(signals)) => run(listener, signals).await,
            (Err(error), _) => command_line::cannot_listen(&address, &error),
            (_, Err(error)) => command_line::fail(format_args!("cannot listen for signals: {error}")),
        }
    })));
}
// ANCHOR_END: main_func

// ANCHOR: stopping
async fn run(listener: TcpListener, mut signals: Signals) {
    command_line::announce(listener.local_addr());
    let (stop, stopping) = channel::bounded::<()>(1); // says nothing, until it is closed
    accept(listener, stopping).or(told_to_stop(&mut signals)).await;
    stop.close();
    command_line::log("finishing the answers in flight; press Ctrl-C again to stop at once");
    let all_served = async {
        for _ in 0..MAX_CONNECTIONS {
            PLACES.acquire().await.forget(); // whoever gets all the places is alone
        }
        true
    };
    let told_again = async {
        told_to_stop(&mut signals).await;
        false
    };
    let too_late = async {
        Timer::after(GRACE).await;
        false
    };
    if !all_served.or(told_again).or(too_late).await {
        command_line::fail("stopped before all answers were sent");
    }
}

/// Waits for Ctrl-C, or for the signal that asks a program to end.
async fn told_to_stop(signals: &mut Signals) {
    signals.next().await;
}
// ANCHOR_END: stopping

// ANCHOR: accept_loop
/// Accepts for ever. Who drops this future drops the listener with it, and nobody gets in.
async fn accept(listener: TcpListener, stopping: Receiver<()>) {
    loop {
        let place = PLACES.acquire().await;
        match listener.accept().await {
            Ok((stream, _)) => {
                let stopping = stopping.clone();
                let served = async move {
                    serve(stream, PATIENCE, stopping).await;
                    drop(place);
                };
                EXECUTOR.spawn(served).detach();
            }
            Err(error) => {
                command_line::log(format_args!("cannot accept: {error}"));
                Timer::after(PAUSE).await;
            }
        }
    }
}
// ANCHOR_END: accept_loop

// ANCHOR: patience
/// Serves one peer, until either side has had enough.
async fn serve(stream: TcpStream, patience: Duration, stopping: Receiver<()>) {
    if let Err(error) = converse(stream, patience, stopping).await {
        command_line::log(format_args!("gave a connection up: {error}"));
    }
}

async fn converse(mut stream: TcpStream, patience: Duration, stopping: Receiver<()>) -> io::Result<()> {
    let (mut connection, done) = (Connection::new(), AtomicU32::new(0));
    let handled = handle_connection(&mut stream, &mut connection, &done, stopping.clone());
    let ended = handled.or(silence(&done, patience)).await;
    let all_is_sent = done.load(Relaxed) == connection.progress();
    match ended {
        // Half a request gets an answer, too. (Nothing may follow an answer that is stuck half-way.)
        Err(error) if error.kind() == io::ErrorKind::TimedOut && all_is_sent => connection.time_out(),
        ended => ended?,
    }
    let stopped = async {
        let _ = stopping.recv().await;
        Ok(()) // a server that stops does not read on
    };
    let too_late = async {
        Timer::after(patience).await;
        Err(io::ErrorKind::TimedOut.into())
    };
    hang_up(&mut stream, &mut connection, &done).or(stopped).or(too_late).await
}
// ANCHOR_END: patience

/// Ends when `patience` passes and no more is done than before. One timer serves the whole connection.
async fn silence(done: &AtomicU32, patience: Duration) -> io::Result<()> {
    let mut before = None;
    while before != Some(done.load(Relaxed)) {
        before = Some(done.load(Relaxed));
        Timer::after(patience).await;
    }
    Err(io::ErrorKind::TimedOut.into())
}

/// Says what there is to say, and reads on, so that the peer can read it: over unread input, a socket is reset.
async fn hang_up(stream: &mut TcpStream, connection: &mut Connection, done: &AtomicU32) -> io::Result<()> {
    send(stream, connection, done).await?;
    if connection.peer_may_be_sending() {
        stream.close().await?;
        io::copy(stream, &mut io::sink()).await?;
    }
    Ok(())
}

/// Answers the requests of one peer, on one connection: waiting for the next one is cheap now.
async fn handle_connection(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    connection: &mut Connection,
    done: &AtomicU32,
    stopping: Receiver<()>,
) -> io::Result<()> {
    let mut buffer = [0; 1024]; // every idle peer keeps one
    while connection.is_open() {
        // ANCHOR: read_or_stop
        let stopped = async {
            let _ = stopping.recv().await;
            if connection.is_idle() { Ok(0) } else { future::pending().await } // as though the peer had left
        };
        let received = stream.read(&mut buffer).or(stopped).await?;
        // ANCHOR_END: read_or_stop
        connection.receive(&buffer[..received]);
        while let Some(request) = connection.next_request() {
            let response = match request.path() {
                "/" => Response::ok(HELLO),
                "/sleep" => {
                    send(stream, connection, done).await?; // what is ready need not wait for the nap
                    Timer::after(command_line::nap()).await;
                    Response::ok(HELLO)
                }
                _ => Response::not_found(NOT_FOUND),
            };
            connection.respond(response);
        }
        send(stream, connection, done).await?;
        if connection.is_open() {
            future::yield_now().await; // give way: whoever else is ready has a turn now
        }
    }
    Ok(())
}

/// Sends all the answers there are in one write, and notes how much is done.
async fn send(stream: &mut (impl AsyncWrite + Unpin), connection: &mut Connection, done: &AtomicU32) -> io::Result<()> {
    let answers = connection.output(UNIX_EPOCH.elapsed().unwrap_or_default());
    stream.write_all(&answers).await.map(|()| done.store(connection.progress(), Relaxed))
}

#[cfg(test)]
#[path = "tests/smol.rs"]
mod tests;
