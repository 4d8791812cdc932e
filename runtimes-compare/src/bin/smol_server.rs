//! Step 9.7 on smol.
//!
//! Run: `cargo run -p runtimes-compare --bin smol_server`, then open <http://127.0.0.1:7878/sleep>.
//! Try: `curl -i 127.0.0.1:7878/sleep`, and press Ctrl-C in the server's terminal before the answer has come.
//! You should see: the answer, with `connection: close`, after five seconds. Then the server ends.

use async_signal::{Signal, Signals};
use common::{HELLO, NOT_FOUND, command_line};
use futures::channel::oneshot;
use futures::future::{self, Either, Shared, select};
use futures::prelude::*;
use http1::{Connection, Response};
use smol::lock::Semaphore;
use smol::net::{TcpListener, TcpStream};
use smol::{Executor, Timer};
use std::net::Shutdown;
use std::pin::pin;
use std::time::{Duration, Instant, UNIX_EPOCH};
use std::{io, thread};

/// How long a client may take for its next request, for the next 5,000 bytes of a body, or to read its answers.
const PATIENCE: Duration = Duration::from_secs(10);
/// How many clients to serve at a time. The next ones wait in the backlog.
const MAX_CLIENTS: usize = 10_000;
static PERMITS: Semaphore = Semaphore::new(MAX_CLIENTS);
/// How long the answers may take once the server is stopping.
const GRACE: Duration = Duration::from_secs(10);
/// How long the rest of a request may take then.
const REQUEST_GRACE: Duration = Duration::from_secs(5);
/// How long a client may take then to close its half of the connection.
const LINGER: Duration = Duration::from_secs(1);
/// Ready once the server is stopping. The message says until when a request may still arrive.
type Stopping = Shared<oneshot::Receiver<Instant>>;

// ANCHOR: main_func
/// The tasks of this program, which decides on how many threads they run.
static EXECUTOR: Executor<'static> = Executor::new();

fn main() {
    for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
        thread::spawn(|| smol::block_on(EXECUTOR.run(future::pending::<()>())));
    }
    smol::block_on(async {
        let address = command_line::address();
        match (TcpListener::bind(&address).await, Signals::new([Signal::Int, Signal::Term])) {
            (Ok(listener), Ok(signals)) => run(listener, signals).await,
            (Err(error), _) => command_line::cannot_listen(&address, &error),
            (_, Err(error)) => command_line::fail(format_args!("cannot listen for signals: {error}")),
        }
    });
}
// ANCHOR_END: main_func

// ANCHOR: run
async fn run(listener: TcpListener, mut signals: Signals) {
    common::expect_a_crowd(&listener);
    command_line::announce(listener.local_addr());
    let (stop, stopping) = oneshot::channel();
    let accepting = EXECUTOR.spawn(accept(listener, stopping.shared()));
    signals.next().await;
    command_line::log("finishing the answers in flight; press Ctrl-C again to stop at once");
    let _ = stop.send(Instant::now() + REQUEST_GRACE);
    let all_served = async {
        accepting.await;
        for _ in 0..MAX_CLIENTS {
            PERMITS.acquire().await.forget(); // when all permits are back, every client has been served
        }
    };
    let grace = Timer::after(GRACE);
    if let Either::Right(_) = select(pin!(all_served), select(signals.next(), grace)).await {
        command_line::fail("stopped before all answers were sent");
    }
}
// ANCHOR_END: run

// ANCHOR: accept
/// Accepts until the server is stopping, and then the clients in the backlog.
/// The listener is closed when this returns.
async fn accept(listener: TcpListener, stopping: Stopping) {
    loop {
        let permit = PERMITS.acquire().await;
        match select(pin!(listener.accept()), stopping.clone()).await {
            Either::Left((Ok((stream, _)), _)) => {
                EXECUTOR.spawn(serve(stream, stopping.clone()).map(|()| drop(permit))).detach();
            }
            Either::Left((Err(error), _)) => drop(Timer::after(command_line::cannot_accept(&error)).await),
            Either::Right(_) => return, // no client waits
        }
    }
}
// ANCHOR_END: accept

// ANCHOR: timeout
/// What the future results in, if it is ready in time. (smol has no such function, only `or`.)
fn timeout<T>(patience: Duration, future: impl Future<Output = T>) -> impl Future<Output = Option<T>> {
    let too_late = async move {
        Timer::after(patience).await;
        None
    };
    smol::future::or(future.map(Some), too_late)
}
// ANCHOR_END: timeout

/// Serves one client. What goes wrong with it concerns no other client.
async fn serve(mut stream: TcpStream, stopping: Stopping) {
    let client = stream.peer_addr();
    let mut connection = Connection::new();
    let served = async {
        handle_connection(&mut stream, &mut connection, &stopping).await?;
        close(&mut stream, &mut connection, stopping).await
    };
    if let Err(error) = served.await {
        command_line::gave_up_on(client, error);
    }
}

/// Answers the requests of one client, for as long as it sends some, or until the server stops.
async fn handle_connection(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    connection: &mut Connection,
    stopping: &Stopping,
) -> io::Result<()> {
    while connection.is_open() {
        match receive_or_stop(stream, connection, stopping.clone()).await {
            Some(received) => received?,
            None => connection.time_out(), // half a request gets the status 408
        }
        while let Some(request) = connection.next_request() {
            let response = match request.path() {
                "/" => Response::ok(HELLO),
                "/sleep" => {
                    send(stream, connection).await?; // what is ready need not wait for the nap
                    Timer::after(command_line::nap()).await;
                    Response::ok(HELLO)
                }
                _ => Response::not_found(NOT_FOUND),
            };
            connection.respond(response);
        }
        finish(stream, connection, stopping);
        send(stream, connection).await?;
        if connection.is_open() {
            smol::future::yield_now().await; // the other clients have a turn, even if this one has sent more
        }
    }
    Ok(())
}

// ANCHOR: receive_or_stop
/// Receives, unless the server stops: then it no longer waits for a new request,
/// and not for long for the rest of one.
async fn receive_or_stop(
    stream: &mut (impl AsyncRead + Unpin),
    connection: &mut Connection,
    stopping: Stopping,
) -> Option<io::Result<()>> {
    let stopped = match select(pin!(timeout(PATIENCE, pin!(receive(stream, connection)))), stopping).await {
        Either::Left((received, _)) => return received,
        // `receive` is dropped at the `;`. What it received is in the connection.
        Either::Right((stopped, _)) => stopped,
    };
    if connection.is_idle() {
        return Some(Ok(()));
    }
    let time_until = |deadline: Instant| deadline.saturating_duration_since(Instant::now());
    let time_left = stopped.map_or(REQUEST_GRACE, time_until);
    timeout(time_left, pin!(receive(stream, connection))).await
}
// ANCHOR_END: receive_or_stop

/// Receives what the connection needs, until there is progress: a request, or another 5,000 bytes.
async fn receive(stream: &mut (impl AsyncRead + Unpin), connection: &mut Connection) -> io::Result<()> {
    let mut buffer = [0; 1024];
    let before = connection.progress();
    while connection.needs_input() && connection.progress() == before {
        let received = stream.read(&mut buffer).await?;
        connection.receive(&buffer[..received]);
    }
    Ok(())
}

// ANCHOR: finish
/// In a server that stops: if the client has sent nothing more,
/// the answer that is sent next is the last one, and says so.
fn finish(stream: &mut (impl AsyncRead + Unpin), connection: &mut Connection, stopping: &Stopping) {
    let is_stopping = stopping.peek().is_some();
    if is_stopping && connection.is_idle() && receive(stream, connection).now_or_never().is_none() {
        connection.finish();
    }
}
// ANCHOR_END: finish

/// Sends all the answers there are in one write. A client that does not read them makes no progress either.
async fn send(stream: &mut (impl AsyncWrite + Unpin), connection: &mut Connection) -> io::Result<()> {
    let answers = connection.output(UNIX_EPOCH.elapsed().unwrap_or_default());
    timeout(PATIENCE, stream.write_all(&answers)).await.unwrap_or(Err(io::ErrorKind::TimedOut.into()))
}

// ANCHOR: close
/// Closes with care: the client can still read its last answer.
/// What it sends is thrown away, but not forever.
async fn close(stream: &mut TcpStream, connection: &mut Connection, stopping: Stopping) -> io::Result<()> {
    if !connection.must_linger() {
        return Ok(());
    }
    stream.shutdown(Shutdown::Write)?;
    let mut lingered = pin!(async {
        while connection.must_linger() {
            receive(stream, connection).await?;
            smol::future::yield_now().await;
        }
        Ok(())
    });
    if let Either::Left((lingered, _)) = select(pin!(timeout(PATIENCE, lingered.as_mut())), stopping).await {
        return lingered.unwrap_or(Ok(())); // it has had its time
    }
    timeout(LINGER, lingered).await.unwrap_or(Ok(()))
}
// ANCHOR_END: close

#[cfg(test)]
#[path = "tests/smol.rs"]
mod tests;
