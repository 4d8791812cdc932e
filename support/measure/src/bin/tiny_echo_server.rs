//! The smallest server that `compare_echo` can measure, for the tests: a thread for each connection, and no care for bad clients.
//!
//! `tiny_echo_server ADDRESS [--delay 100ms] [--shout]`: with `--shout`, what comes back is not what was sent.

use std::env;
use std::io::{self, BufRead, BufReader, Error, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

fn main() -> io::Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let value = |name: &str| arguments.iter().skip_while(|argument| *argument != name).nth(1);
    let delay = value("--delay").map_or("0ms", String::as_str).trim_end_matches("ms").parse().map_err(Error::other)?;
    let shouts = arguments.iter().any(|argument| argument == "--shout");
    let listener = TcpListener::bind(arguments.first().map_or("127.0.0.1:0", String::as_str))?;
    writeln!(io::stdout(), "listening on {}", listener.local_addr()?)?;
    for stream in listener.incoming() {
        let stream = stream?;
        thread::spawn(move || echo(&stream, Duration::from_millis(delay), shouts));
    }
    Ok(())
}

fn echo(mut stream: &TcpStream, delay: Duration, shouts: bool) -> io::Result<()> {
    for line in BufReader::new(stream).lines() {
        let line = line? + "\n";
        thread::sleep(delay);
        let answer = if shouts { line.to_uppercase() } else { line };
        stream.write_all(answer.as_bytes())?;
    }
    Ok(())
}
