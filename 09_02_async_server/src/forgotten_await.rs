//! Step 9.2 with its most common mistake: nobody awaits the handler. rustc warns; the program runs and answers nobody.
//!
//! Run: `cargo run -p async_server --features forgotten_await --bin 09_02_forgotten_await`.
//! Try: `curl -i 127.0.0.1:7878`
//! You should see: rustc's warning, and `curl: (52) Empty reply from server` or `(56) Recv failure`.

use async_std::task;
use common::{HELLO, NOT_FOUND, command_line};
use http1::{Connection, Response};
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::time::{Duration, Instant, UNIX_EPOCH};

/// How long one peer may keep the server, whatever it does with the time.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long to let a failed listener rest: what it lacks, such as descriptors, may come back.
const PAUSE: Duration = Duration::from_millis(100);

#[async_std::main]
async fn main() {
    let address = command_line::address();
    match TcpListener::bind(&address) {
        Ok(listener) => run(&listener).await,
        Err(error) => command_line::cannot_listen(&address, &error),
    }
}

// ANCHOR: accept_loop
async fn run(listener: &TcpListener) {
    command_line::announce(listener.local_addr());
    for stream in listener.incoming() {
        match stream {
            Ok(stream) => {
                handle_connection(stream, PATIENCE);
            }
            Err(error) => {
                command_line::log(format_args!("cannot accept: {error}"));
                task::sleep(PAUSE).await;
            }
        }
    }
}
// ANCHOR_END: accept_loop

/// Answers one request and closes the connection: kept open, it would lock everyone else out.
async fn handle_connection(mut stream: TcpStream, patience: Duration) -> io::Result<()> {
    let deadline = Instant::now() + patience;
    let mut connection = Connection::for_one_request();
    while connection.is_open() {
        read(&mut stream, &mut connection, deadline)?;
        while let Some(request) = connection.next_request() {
            let response = match request.path() {
                "/" => Response::ok(HELLO),
                _ => Response::not_found(NOT_FOUND),
            };
            connection.respond(response);
        }
        stream.write_all(&connection.output(UNIX_EPOCH.elapsed().unwrap_or_default()))?;
    }
    if connection.peer_may_be_sending() {
        stream.shutdown(Shutdown::Write)?;
        while read(&mut stream, &mut connection, deadline)? > 0 {}
    }
    Ok(())
}

/// Waits for bytes, but not beyond the deadline, even for a peer that sends one now and then.
fn read(stream: &mut TcpStream, connection: &mut Connection, deadline: Instant) -> io::Result<usize> {
    let mut buffer = [0; 4096];
    let time_left = deadline.saturating_duration_since(Instant::now()).max(Duration::from_millis(1));
    stream.set_read_timeout(Some(time_left))?;
    let received = stream.read(&mut buffer)?;
    connection.receive(&buffer[..received]);
    Ok(received)
}
