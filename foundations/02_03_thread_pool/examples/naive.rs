//! The idea of step 2.3 and nothing else: eight threads take connections from a channel.
//!
//! Run: `cargo run --example 02_03_naive`
//! Try: `nc 127.0.0.1 7878` in two terminals. Type a line in each.
//! You should see: there are eight threads, and yet the second client waits until the first one has left.

#![allow(clippy::unwrap_used)] // it is naive

use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

// ANCHOR: program
fn main() -> io::Result<()> {
    let arguments = echo::arguments();
    let listener = TcpListener::bind(&arguments.address)?;
    let (queue, waiting) = mpsc::channel();
    let waiting = Arc::new(Mutex::new(waiting));
    for _ in 0..8 {
        let waiting = Arc::clone(&waiting);
        thread::spawn(move || {
            while let Ok(stream) = waiting.lock().unwrap().recv() {
                let _ = serve(&stream, arguments.delay);
            }
        });
    }
    echo::announce(listener.local_addr());
    for stream in listener.incoming() {
        queue.send(stream?).unwrap();
    }
    Ok(())
}
// ANCHOR_END: program

fn serve(mut stream: &TcpStream, delay: Duration) -> io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    while reader.read_line(&mut line)? > 0 {
        thread::sleep(delay);
        stream.write_all(line.as_bytes())?;
        line.clear();
    }
    Ok(())
}
