//! Step 2.3: eight threads serve all clients. While all eight are taken, the next client waits.
//!
//! Run: `cargo run --bin 02_03_thread_pool`
//! Try: `for i in 1 2 3 4 5 6 7 8; do nc -d 127.0.0.1 7878 & done`, in another terminal `nc 127.0.0.1 7878`, and type a line. In the first one, `kill %1`.
//! You should see: the line comes back only when one of the eight silent clients has left.

use echo::{LINGER, Lines};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use std::{panic, process, thread};

/// How many threads serve connections, each one at a time.
const WORKERS: usize = 8;
/// How many connections may wait for a worker. The next ones wait in the listener's backlog.
const QUEUE: usize = 16;

fn main() {
    let arguments = echo::arguments();
    match TcpListener::bind(&arguments.address) {
        Ok(listener) => run(&listener, arguments.delay),
        Err(error) => echo::cannot_listen(&arguments.address, &error),
    }
}

// ANCHOR: accept_loop
fn run(listener: &TcpListener, delay: Duration) {
    let (queue, waiting) = mpsc::sync_channel(QUEUE);
    let waiting = Arc::new(Mutex::new(waiting));
    for number in 1..=WORKERS {
        let waiting = Arc::clone(&waiting);
        let thread = thread::Builder::new().name(format!("worker {number}"));
        if let Err(error) = thread.spawn(move || work(&waiting, delay)) {
            echo::log(format_args!("cannot start worker {number}: {error}"));
            process::exit(1);
        }
    }
    echo::announce(listener.local_addr());
    for stream in listener.incoming() {
        match stream {
            Ok(stream) => drop(queue.send(stream)), // blocks while the queue is full
            Err(error) => thread::sleep(echo::cannot_accept(&error)),
        }
    }
}
// ANCHOR_END: accept_loop

// ANCHOR: worker
/// Serves one connection after the other.
fn work(waiting: &Mutex<Receiver<TcpStream>>, delay: Duration) {
    loop {
        // One worker waits for a connection, the others for the lock.
        // The lock is released at the end of the next line.
        let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(stream) = next else { return };
        let _ = panic::catch_unwind(|| serve(&stream, delay)); // a panic is in the log already
    }
}
// ANCHOR_END: worker

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
