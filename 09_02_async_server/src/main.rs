//! Step 9.2: the handler is an `async fn`, driven by a runtime. The other clients still wait.
//!
//! Run: `cargo run --bin 09_02_async_server`, then open <http://127.0.0.1:7878>.
//! Try: `nc 127.0.0.1 7878` in one terminal (a client that says nothing), `curl -i 127.0.0.1:7878` in another.
//! You should see: what step 9.1 showed. The word `async` makes nothing concurrent.

use async_std::task;
use common::{HELLO, NOT_FOUND, command_line};
use http1::{Connection, Response};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::time::{Duration, Instant, UNIX_EPOCH};

/// How long a client may take to send its request, and after the answer to close its half of the connection.
const PATIENCE: Duration = Duration::from_secs(10);

// ANCHOR: main
#[async_std::main]
async fn main() {
    let address = command_line::address();
    match TcpListener::bind(&address) {
        Ok(listener) => run(&listener).await,
        Err(error) => command_line::cannot_listen(&address, &error),
    }
}
// ANCHOR_END: main

// ANCHOR: accept_loop
async fn run(listener: &TcpListener) {
    command_line::announce(listener.local_addr());
    for stream in listener.incoming() {
        if let Some(stream) = accepted(stream).await {
            serve(stream).await;
        }
    }
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
async fn serve(stream: TcpStream) {
    let client = stream.peer_addr();
    if let Err(error) = handle_connection(stream).await {
        command_line::gave_up_on(client, error);
    }
}

/// Answers one request, and closes the connection.
async fn handle_connection(mut stream: TcpStream) -> io::Result<()> {
    let mut connection = Connection::for_one_request();
    while connection.is_open() {
        receive(&mut stream, &mut connection)?;
        while let Some(request) = connection.next_request() {
            let response = match request.path() {
                "/" => Response::ok(HELLO),
                _ => Response::not_found(NOT_FOUND),
            };
            connection.respond(response);
        }
        stream.write_all(&connection.output(UNIX_EPOCH.elapsed().unwrap_or_default()))?;
    }
    if connection.must_linger() {
        stream.shutdown(Shutdown::Write)?;
        receive(&mut stream, &mut connection)?;
    }
    Ok(())
}

/// Receives what the connection needs, for as long as the server is patient. No byte makes it wait longer.
fn receive(stream: &mut TcpStream, connection: &mut Connection) -> io::Result<()> {
    let deadline = Instant::now() + PATIENCE;
    let mut buffer = [0; 1024];
    while connection.needs_input() {
        let time_left = deadline.saturating_duration_since(Instant::now());
        if time_left.is_zero() {
            return Err(ErrorKind::TimedOut.into());
        }
        stream.set_read_timeout(Some(time_left))?;
        match stream.read(&mut buffer) {
            Ok(received) => connection.receive(&buffer[..received]),
            // Look at the clock again.
            Err(error) if matches!(error.kind(), ErrorKind::Interrupted | ErrorKind::WouldBlock) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
