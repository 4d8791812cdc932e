//! Step 9.5 on tokio.
//!
//! Run: `cargo run -p runtimes-compare --bin tokio_server`, then open <http://127.0.0.1:7878/sleep>.
//! Try: `curl 127.0.0.1:7878/sleep & curl 127.0.0.1:7878/`
//! You should see: the second page at once, the first after five seconds.

use http::{Connection, Response};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, UNIX_EPOCH};
use tokio::io::{self, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::{select, task, time};

#[path = "../../../common/command_line.rs"]
mod command_line;

const HELLO: &str = include_str!("../../../common/hello.html");
const NOT_FOUND: &str = include_str!("../../../common/404.html");

/// How long a peer may stay without a new answer, whatever it does with the time.
const PATIENCE: Duration = Duration::from_secs(10);
/// What `/sleep` takes.
const NAP: Duration = Duration::from_secs(5);
/// How long to let a failed listener rest: what it lacks, such as descriptors, may come back.
const PAUSE: Duration = Duration::from_millis(100);
/// How many peers to serve at a time. The next ones wait in the listener's backlog.
const MAX_CONNECTIONS: usize = 20_000;

// ANCHOR: main_func
#[tokio::main]
async fn main() {
    let address = command_line::address();
    match TcpListener::bind(&address).await {
        Ok(listener) => run(&listener).await,
        Err(error) => command_line::cannot_listen(&address, &error),
    }
}
// ANCHOR_END: main_func

// ANCHOR: accept_loop
async fn run(listener: &TcpListener) {
    command_line::announce(listener.local_addr());
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    loop {
        let place = Arc::clone(&places).acquire_owned().await;
        match listener.accept().await {
            Ok((stream, _)) => {
                task::spawn(async move {
                    serve(stream, PATIENCE).await;
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
async fn serve(stream: TcpStream, patience: Duration) {
    let answered = AtomicBool::new(false);
    let ended = select! {
        biased; // the conversation first: most end before their timer is needed
        ended = converse(stream, &answered) => ended,
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

async fn converse(mut stream: TcpStream, answered: &AtomicBool) -> io::Result<()> {
    if handle_connection(&mut stream, answered).await?.peer_may_be_sending() {
        stream.shutdown().await?;
        io::copy(&mut stream, &mut io::sink()).await?;
    }
    Ok(())
}

/// Answers the requests of one peer, on one connection: waiting for the next one is cheap now.
async fn handle_connection(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    answered: &AtomicBool,
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
                    send(stream, &mut connection).await?; // what is ready need not wait for the nap
                    time::sleep(NAP).await;
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
