//! The idea of step 2.2 and nothing else: a thread for each client.
//!
//! Run: `cargo run --example 02_02_naive`
//! Try: `nc 127.0.0.1 7878` in two terminals. Type a line in each.
//! You should see: neither client waits for the other. But any client can make the server start as many threads as it likes.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

// ANCHOR: program
fn main() -> io::Result<()> {
    let arguments = echo::arguments();
    let listener = TcpListener::bind(&arguments.address)?;
    echo::announce(listener.local_addr());
    for stream in listener.incoming() {
        let stream = stream?;
        thread::spawn(move || serve(&stream, arguments.delay));
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
