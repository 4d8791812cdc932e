//! Step 9.6: what real clients demand. Connections are kept, requests may be pipelined, and slow uploads are served.
//!
//! Run: `cargo run --bin 09_06_real_clients`, then open <http://127.0.0.1:7878>.
//! Try: `curl -v 127.0.0.1:7878/ 127.0.0.1:7878/`
//! You should see: "Re-using existing connection", or "Reusing existing connection". Both answers come over one connection.

use async_std::future::timeout;
use async_std::net::{TcpListener, TcpStream};
use async_std::task;
use common::{HELLO, NOT_FOUND, command_line};
use futures::prelude::*;
use http1::{Connection, Response};
use std::io;
use std::net::Shutdown;
use std::time::{Duration, UNIX_EPOCH};

/// How long a client may take for its next request, for the next 5,000 bytes of a body, or to read its answers.
const PATIENCE: Duration = Duration::from_secs(10);
/// How many clients to serve at a time. The next ones wait in the backlog.
const MAX_CLIENTS: usize = 10_000;

#[async_std::main]
async fn main() {
    let address = command_line::address();
    match TcpListener::bind(&address).await {
        Ok(listener) => run(&listener).await,
        Err(error) => command_line::cannot_listen(&address, &error),
    }
}

async fn run(listener: &TcpListener) {
    common::expect_a_crowd(listener);
    command_line::announce(listener.local_addr());
    let spawn = |stream| task::spawn(serve(stream)).catch_unwind().map(drop);
    let clients = listener.incoming().filter_map(accepted);
    clients.for_each_concurrent(MAX_CLIENTS, spawn).await;
}

/// The accepted client. If a resource has run out, the listener rests until some may be free again.
async fn accepted(stream: io::Result<TcpStream>) -> Option<TcpStream> {
    if let Err(error) = &stream {
        task::sleep(command_line::cannot_accept(error)).await;
    }
    stream.ok()
}

/// Serves one client. What goes wrong with it concerns no other client.
async fn serve(mut stream: TcpStream) {
    let client = stream.peer_addr();
    let mut connection = Connection::new();
    let served = async {
        handle_connection(&mut stream, &mut connection).await?;
        close(&mut stream, &mut connection).await
    };
    if let Err(error) = served.await {
        command_line::gave_up_on(client, error);
    }
}

// ANCHOR: handle_connection
/// Answers the requests of one client, for as long as it sends some.
async fn handle_connection(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    connection: &mut Connection,
) -> io::Result<()> {
    while connection.is_open() {
        // ANCHOR: time_out
        match timeout(PATIENCE, receive(stream, connection)).await {
            Ok(received) => received?,
            Err(_) => connection.time_out(), // half a request gets the status 408
        }
        // ANCHOR_END: time_out
        while let Some(request) = connection.next_request() {
            let response = match request.path() {
                "/" => Response::ok(HELLO),
                "/sleep" => {
                    send(stream, connection).await?; // what is ready need not wait for the nap
                    task::sleep(command_line::nap()).await;
                    Response::ok(HELLO)
                }
                _ => Response::not_found(NOT_FOUND),
            };
            connection.respond(response);
        }
        send(stream, connection).await?;
        if connection.is_open() {
            task::yield_now().await; // the other clients have a turn, even if this one has sent more
        }
    }
    Ok(())
}
// ANCHOR_END: handle_connection

// ANCHOR: receive
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
// ANCHOR_END: receive

// ANCHOR: send
/// Sends all the answers there are in one write. A client that does not read them makes no progress either.
async fn send(stream: &mut (impl AsyncWrite + Unpin), connection: &mut Connection) -> io::Result<()> {
    let answers = connection.output(UNIX_EPOCH.elapsed().unwrap_or_default());
    timeout(PATIENCE, stream.write_all(&answers)).await.unwrap_or(Err(io::ErrorKind::TimedOut.into()))
}
// ANCHOR_END: send

// ANCHOR: close
/// Closes with care: the client can still read its last answer.
/// What it sends is thrown away, but not forever.
async fn close(stream: &mut TcpStream, connection: &mut Connection) -> io::Result<()> {
    if connection.must_linger() {
        stream.shutdown(Shutdown::Write)?;
    }
    let lingered = async {
        while connection.must_linger() {
            receive(stream, connection).await?;
            task::yield_now().await;
        }
        Ok(())
    };
    timeout(PATIENCE, lingered).await.unwrap_or(Ok(())) // it has had its time
}
// ANCHOR_END: close

#[cfg(test)]
mod tests;
