//! The idea of step 2.1 and nothing else: read a line, wait, write it back.
//!
//! Run: `cargo run --example 02_01_naive`
//! Try: `nc 127.0.0.1 7878`, and type a line. Then `printf '\377\n' | nc -N 127.0.0.1 7878`, which sends a byte that is no text.
//! You should see: the line comes back after a second. The byte ends the server.

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
        serve(&stream?, arguments.delay)?;
    }
    Ok(())
}

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
// ANCHOR_END: program
