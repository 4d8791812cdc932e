//! Step 2.1: an echo server that blocks. One client is served at a time, and the next one waits.
//!
//! Run: `cargo run --bin 02_01_blocking_echo`
//! Try: `nc 127.0.0.1 7878` in two terminals. Type a line in each; then end the first one with Ctrl-C.
//! You should see: the first line comes back after a second. The second one comes back only when the first client has left.

use echo::{LINGER, Lines};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

fn main() {
    let arguments = echo::arguments();
    match TcpListener::bind(&arguments.address) {
        Ok(listener) => run(&listener, arguments.delay),
        Err(error) => echo::cannot_listen(&arguments.address, &error),
    }
}

// ANCHOR: accept_loop
fn run(listener: &TcpListener, delay: Duration) {
    echo::announce(listener.local_addr());
    for stream in listener.incoming() {
        match stream {
            Ok(stream) => serve(&stream, delay),
            Err(error) => thread::sleep(echo::cannot_accept(&error)),
        }
    }
}
// ANCHOR_END: accept_loop

/// Serves one client, until one of the two ends the connection.
fn serve(stream: &TcpStream, delay: Duration) {
    if let Err(error) = handle_connection(stream, delay) {
        echo::log(format_args!("gave up on a connection: {error}"));
    }
}

// ANCHOR: handle_connection
fn handle_connection(mut stream: &TcpStream, delay: Duration) -> io::Result<()> {
    stream.set_read_timeout(Some(echo::patience()))?;
    stream.set_write_timeout(Some(echo::patience()))?;
    let mut lines = Lines::new();
    let mut buffer = [0; 1024];
    while lines.is_open() {
        let received = match stream.read(&mut buffer) {
            Err(error) if error.kind() == ErrorKind::Interrupted => continue, // by Ctrl-Z
            received => received?,
        };
        lines.receive(&buffer[..received]);
        while let Some(line) = lines.next_line() {
            thread::sleep(delay);
            stream.write_all(&line)?;
        }
    }
    let Some(refusal) = lines.refusal() else { return Ok(()) };
    stream.shutdown(Shutdown::Write)?; // a client that is still sending should read the refusal
    io::copy(&mut stream.take(LINGER), &mut io::sink())?;
    Err(refusal)
}
// ANCHOR_END: handle_connection
