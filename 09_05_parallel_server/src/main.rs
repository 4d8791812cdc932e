//! Step 9.5: many connections at a time, on as many threads as there are processors.
//!
//! Run: `cargo run --bin 09_05_parallel_server`, then open <http://127.0.0.1:7878/sleep>.
//! Try: `curl 127.0.0.1:7878/sleep & curl 127.0.0.1:7878/`
//! You should see: what step 9.4 showed. The threads pay off when handlers compute; section 9.5 shows it.

use async_std::io::timeout;
use async_std::net::{TcpListener, TcpStream};
use async_std::task;
use common::{HELLO, NOT_FOUND, command_line};
use futures::prelude::*;
use http1::{Connection, Response};
use std::io;
use std::net::Shutdown;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, UNIX_EPOCH};

/// How long a client may take to send its request, and after the answer to close its half of the connection.
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

// ANCHOR: accept_loop
async fn run(listener: &TcpListener) {
    command_line::announce(listener.local_addr());
    let visits = Arc::new(AtomicU64::new(0));
    let spawn = |stream| task::spawn(serve(stream, visits.clone())).catch_unwind().map(drop);
    let clients = listener.incoming().filter_map(accepted);
    clients.for_each_concurrent(MAX_CLIENTS, spawn).await;
}
// ANCHOR_END: accept_loop

/// The accepted client. If a resource has run out, the listener rests until some may be free again.
async fn accepted(stream: io::Result<TcpStream>) -> Option<TcpStream> {
    if let Err(error) = &stream {
        task::sleep(command_line::cannot_accept(error)).await;
    }
    stream.ok()
}

/// Serves one client. What goes wrong with it concerns no other client.
async fn serve(stream: TcpStream, visits: Arc<AtomicU64>) {
    let client = stream.peer_addr();
    if let Err(error) = handle_connection(stream, visits).await {
        command_line::gave_up_on(client, error);
    }
}

/// Answers one request, and closes the connection.
async fn handle_connection(mut stream: TcpStream, visits: Arc<AtomicU64>) -> io::Result<()> {
    visits.fetch_add(1, Relaxed);
    let mut connection = Connection::for_one_request();
    while connection.is_open() {
        timeout(PATIENCE, receive(&mut stream, &mut connection)).await?;
        while let Some(request) = connection.next_request() {
            let response = match request.path() {
                "/" => Response::ok(HELLO),
                "/sleep" => {
                    task::sleep(command_line::nap()).await;
                    Response::ok(HELLO)
                }
                "/visits" => Response::text(format!("{} visits\n", visits.load(Relaxed))),
                _ => Response::not_found(NOT_FOUND),
            };
            connection.respond(response);
        }
        stream.write_all(&connection.output(UNIX_EPOCH.elapsed().unwrap_or_default())).await?;
    }
    if connection.must_linger() {
        stream.shutdown(Shutdown::Write)?;
        timeout(PATIENCE, receive(&mut stream, &mut connection)).await?;
    }
    Ok(())
}

// ANCHOR: receive
/// Receives what the connection needs, and gives other connections a turn after each piece.
async fn receive(stream: &mut TcpStream, connection: &mut Connection) -> io::Result<()> {
    let mut buffer = [0; 1024];
    while connection.needs_input() {
        let received = stream.read(&mut buffer).await?;
        connection.receive(&buffer[..received]);
        task::yield_now().await;
    }
    Ok(())
}
// ANCHOR_END: receive
