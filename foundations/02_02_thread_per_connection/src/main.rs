//! Step 2.2: a thread for each client. A client that blocks its thread blocks no other client.
//!
//! Run: `cargo run --bin 02_02_thread_per_connection`
//! Try: `nc 127.0.0.1 7878` in two terminals. Type a line in each, in any order.
//! You should see: each line comes back after a second, and neither client waits for the other.

use echo::{LINGER, Lines};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// How long to wait for threads to end, when there are too many.
const PAUSE: Duration = Duration::from_millis(100);
/// How many threads to have at a time. The next clients wait in the listener's backlog.
/// (At 16,000, Linux has no memory mappings left, and a new thread would abort the program.)
const MAX_THREADS: usize = 10_000;

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
    let threads = Arc::new(()); // each thread has a copy, and drops it when it ends, even by a panic
    for stream in listener.incoming() {
        if let Err(error) = stream.and_then(|stream| start_thread(stream, delay, Arc::clone(&threads))) {
            thread::sleep(echo::cannot_accept(&error));
        }
        while Arc::strong_count(&threads) > MAX_THREADS {
            thread::sleep(PAUSE);
        }
    }
}

/// Serves one client on a thread of its own. If the system refuses the thread, the client is disconnected.
fn start_thread(stream: TcpStream, delay: Duration, count: Arc<()>) -> io::Result<()> {
    let thread = thread::Builder::new().spawn(move || {
        let _counted = count;
        serve(&stream, delay);
    });
    thread.map(drop)
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
