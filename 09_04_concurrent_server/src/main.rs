//! Step 9.4: many connections at a time, on one thread. Whoever waits makes room for the others.
//!
//! Run: `cargo run --bin 09_04_concurrent_server`, then open <http://127.0.0.1:7878/sleep>.
//! Try: `curl 127.0.0.1:7878/sleep & curl 127.0.0.1:7878/`
//! You should see: the second page at once, the first after five seconds.

use async_std::net::{TcpListener, TcpStream};
use async_std::task;
use common::{HELLO, NOT_FOUND, command_line};
use futures::{future::select, io, prelude::*};
use http1::{Connection, Response};
use std::cell::Cell;
use std::net::Shutdown;
use std::pin::pin;
use std::time::{Duration, UNIX_EPOCH};

/// How long a peer may go without progress: without a request, an answer, or 5,000 bytes of a body.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long to let a failed listener rest: what it lacks, such as descriptors, may come back.
const PAUSE: Duration = Duration::from_millis(100);
/// How many peers to serve at a time. The next ones wait in the listener's backlog.
const MAX_CONNECTIONS: usize = 20_000;

#[async_std::main]
async fn main() {
    let address = command_line::address();
    match TcpListener::bind(&address).await {
        Ok(listener) => run(&listener).await,
        Err(error) => command_line::cannot_listen(&address, &error),
    }
}

// ANCHOR: accept_loop
async fn run(listener: &TcpListener) {
    command_line::announce(listener.local_addr());
    listener
        .incoming()
        .then(pause_after_failure)
        .for_each_concurrent(MAX_CONNECTIONS, |stream| serve(stream, PATIENCE))
        .await;
}

async fn pause_after_failure(stream: io::Result<TcpStream>) -> io::Result<TcpStream> {
    if stream.is_err() {
        task::sleep(PAUSE).await;
    }
    stream
}
// ANCHOR_END: accept_loop

// ANCHOR: patience
/// Serves one peer, until either side has had enough.
async fn serve(stream: io::Result<TcpStream>, patience: Duration) {
    let done = Cell::new(0);
    let ended = select(pin!(converse(stream, &done)), pin!(silence(&done, patience))).await.factor_first().0;
    if let Err(error) = ended {
        command_line::log(format_args!("gave a connection up: {error}"));
    }
}

/// Ends when `patience` passes and no more is done than before. One timer serves the whole connection.
async fn silence(done: &Cell<u32>, patience: Duration) -> io::Result<()> {
    let mut before = None;
    while before != Some(done.get()) {
        before = Some(done.get());
        task::sleep(patience).await;
    }
    Err(io::ErrorKind::TimedOut.into())
}
// ANCHOR_END: patience

async fn converse(stream: io::Result<TcpStream>, done: &Cell<u32>) -> io::Result<()> {
    let mut stream = stream?;
    if handle_connection(&mut stream, done).await?.peer_may_be_sending() {
        stream.shutdown(Shutdown::Write)?;
        io::copy(&mut stream, &mut io::sink()).await?;
    }
    Ok(())
}

// ANCHOR: handle_connection
/// Answers the requests of one peer, on one connection: waiting for the next one is cheap now.
async fn handle_connection(stream: &mut TcpStream, done: &Cell<u32>) -> io::Result<Connection> {
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
// ANCHOR_END: handle_connection

/// Sends all the answers there are in one write, and notes how much is done.
async fn send(stream: &mut TcpStream, connection: &mut Connection, done: &Cell<u32>) -> io::Result<()> {
    let answers = connection.output(UNIX_EPOCH.elapsed().unwrap_or_default());
    stream.write_all(&answers).await.map(|()| done.set(connection.progress()))
}
