//! Step 9.5: many connections at a time, on as many threads as the machine has processors.
//!
//! Run: `cargo run --bin 09_05_parallel_server`, then open <http://127.0.0.1:7878/sleep>.
//! Try: `curl 127.0.0.1:7878/sleep & curl 127.0.0.1:7878/`
//! You should see: what step 9.4 showed. The threads pay off when handlers compute; chapter 9.5 shows it.

use async_lock::Semaphore;
use async_std::net::{TcpListener, TcpStream};
use async_std::task;
use common::{HELLO, NOT_FOUND, command_line};
use futures::{future::select, io, prelude::*};
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

// ANCHOR: accept_loop
#[async_std::main]
async fn main() {
    let address = command_line::address();
    match TcpListener::bind(&address).await {
        // A task, too: on a thread of its own it would hand each connection over to another.
        Ok(listener) => task::spawn(run(listener)).await,
        Err(error) => command_line::cannot_listen(&address, &error),
    }
}

async fn run(listener: TcpListener) {
    static PLACES: Semaphore = Semaphore::new(MAX_CONNECTIONS);
    command_line::announce(listener.local_addr());
    loop {
        let place = PLACES.acquire().await;
        let stream = pause_after_failure(listener.accept().await.map(|(stream, _)| stream)).await;
        task::spawn(serve(stream, PATIENCE).map(|()| drop(place)));
    }
}

async fn pause_after_failure(stream: io::Result<TcpStream>) -> io::Result<TcpStream> {
    if stream.is_err() {
        task::sleep(PAUSE).await;
    }
    stream
}
// ANCHOR_END: accept_loop

/// Serves one peer, until either side has had enough.
async fn serve(stream: io::Result<TcpStream>, patience: Duration) {
    let done = AtomicU32::new(0);
    let ended = select(pin!(converse(stream, &done)), pin!(silence(&done, patience))).await.factor_first().0;
    if let Err(error) = ended {
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

async fn converse(stream: io::Result<TcpStream>, done: &AtomicU32) -> io::Result<()> {
    let mut stream = stream?;
    if handle_connection(&mut stream, done).await?.peer_may_be_sending() {
        stream.shutdown(Shutdown::Write)?;
        io::copy(&mut stream, &mut io::sink()).await?;
    }
    Ok(())
}

/// Answers the requests of one peer, on one connection: waiting for the next one is cheap now.
async fn handle_connection(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    done: &AtomicU32,
) -> io::Result<Connection> {
    let mut connection = Connection::new();
    let mut buffer = [0; 1024]; // every idle peer keeps one
    while connection.is_open() {
        let received = stream.read(&mut buffer).await?;
        connection.receive(&buffer[..received]);
        while let Some(request) = connection.next_request() {
            let response = match request.path() {
                "/" => Response::ok(HELLO),
                "/sleep" => {
                    send(stream, &mut connection, done).await?; // what is ready need not wait for the nap
                    task::sleep(command_line::nap()).await;
                    Response::ok(HELLO)
                }
                _ => Response::not_found(NOT_FOUND),
            };
            connection.respond(response);
        }
        send(stream, &mut connection, done).await?;
        if connection.is_open() {
            task::yield_now().await; // give way: whoever else is ready has a turn now
        }
    }
    Ok(connection)
}

/// Sends all the answers there are in one write, and notes how much is done.
async fn send(stream: &mut (impl AsyncWrite + Unpin), connection: &mut Connection, done: &AtomicU32) -> io::Result<()> {
    let answers = connection.output(UNIX_EPOCH.elapsed().unwrap_or_default());
    stream.write_all(&answers).await.map(|()| done.store(connection.progress(), Relaxed))
}

#[cfg(test)]
mod tests;
