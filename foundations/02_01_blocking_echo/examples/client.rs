//! Exercise 2 of section 2.1: a client that does not wait forever. Its `ask` is yours to write.
//!
//! Run: `cargo run --example 02_01_client -- 127.0.0.1:7878 hello`
//! Try: once while the server is idle, and once while `nc 127.0.0.1 7878` keeps it.
//! You should see: at first, that `ask` is not written yet. When it is: `hello`, and then, after a second, an error.

use std::io::{self, ErrorKind, Write};

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [address, line] = &arguments[..] else { return Err(io::Error::other("usage: 02_01_client ADDRESS LINE")) };
    writeln!(io::stdout(), "{}", ask(address, line)?)
}

/// Sends a line to the server, and returns the line that comes back, without its end. If this takes longer than a second, it fails.
fn ask(address: &str, line: &str) -> io::Result<String> {
    Err(io::Error::new(ErrorKind::Unsupported, format!("not written yet: send {line} to {address}")))
}
