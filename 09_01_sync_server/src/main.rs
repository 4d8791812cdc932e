//! Step 9.1: one connection at a time. Whoever connects meanwhile waits.
//!
//! Run: `cargo run --bin 09_01_sync_server`, then open <http://127.0.0.1:7878>.
//! Try: `nc 127.0.0.1 7878` in one terminal (a client that says nothing), `curl -i 127.0.0.1:7878` in another.
//! You should see: curl gets its page when nc leaves, or when it has kept the server waiting for ten seconds.

use common::{HELLO, NOT_FOUND, command_line};
use http1::{Connection, Response};
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant, UNIX_EPOCH};

/// How long one peer may keep the server, whatever it does with the time.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long to let a failed listener rest: what it lacks, such as descriptors, may come back.
const PAUSE: Duration = Duration::from_millis(100);

fn main() {
    let address = command_line::address();
    match TcpListener::bind(&address) {
        Ok(listener) => run(&listener),
        Err(error) => command_line::cannot_listen(&address, &error),
    }
}

// ANCHOR: accept_loop
fn run(listener: &TcpListener) {
    command_line::announce(listener.local_addr());
    for stream in listener.incoming() {
        match stream {
            Ok(stream) => {
                if let Err(error) = handle_connection(stream, PATIENCE) {
                    command_line::log(format_args!("gave a connection up: {error}"));
                }
            }
            Err(error) => {
                command_line::log(format_args!("cannot accept: {error}"));
                thread::sleep(PAUSE);
            }
        }
    }
}
// ANCHOR_END: accept_loop

// ANCHOR: handle_connection
/// Answers one request and closes the connection: kept open, it would lock everyone else out.
fn handle_connection(mut stream: TcpStream, patience: Duration) -> io::Result<()> {
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
// ANCHOR_END: handle_connection

// ANCHOR: read
/// Waits for bytes, but not beyond the deadline, even for a peer that sends one now and then.
fn read(stream: &mut TcpStream, connection: &mut Connection, deadline: Instant) -> io::Result<usize> {
    let mut buffer = [0; 4096];
    let time_left = deadline.saturating_duration_since(Instant::now()).max(Duration::from_millis(1));
    stream.set_read_timeout(Some(time_left))?;
    let received = stream.read(&mut buffer)?;
    connection.receive(&buffer[..received]);
    Ok(received)
}
// ANCHOR_END: read
