//! The client of step 7.1: sends the lines that it reads, and prints what comes back, both at the same time.
//!
//! Run: `cargo run --bin 07_01_echo_client` (its argument is the address of a server, of either kind)
//! Try: type two lines, the second one before the first has come back. End with Ctrl-D.
//! You should see: both lines come back, and only then does the client end.

use address::Address;
use clap::Parser;
use std::cell::Cell;
use std::io::ErrorKind;
use std::process;
use tokio::io::{self, AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};
use tokio::select;

mod address;

/// Sends its input, line by line, and prints what comes back.
///
/// Try: type two lines, the second one before the first has come back. End with Ctrl-D.
#[derive(Parser)]
struct Arguments {
    /// Where the server listens: an address, or unix:PATH
    #[arg(default_value = "127.0.0.1:7878")]
    address: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let Arguments { address } = echo::read();
    let ended = match Address::from(address.as_str()) {
        Address::Tcp(address) => match TcpStream::connect(address).await {
            Ok(stream) => talk(stream).await,
            Err(error) => cannot_connect(address, &error),
        },
        Address::Unix(path) => match UnixStream::connect(path).await {
            Ok(stream) => talk(stream).await,
            Err(error) => cannot_connect(&address, &error),
        },
    };
    if let Err(error) = &ended {
        echo::log(error);
    }
    process::exit(i32::from(ended.is_err())); // not by `return`: that would wait for the input
}

fn cannot_connect(address: &str, error: &io::Error) -> ! {
    echo::log(format_args!("cannot connect to {address}: {error}"));
    process::exit(if error.kind() == ErrorKind::InvalidInput { 2 } else { 1 })
}

// ANCHOR: talk
/// Sends the input while it prints the answers, and ends when the server has finished.
async fn talk(stream: impl AsyncRead + AsyncWrite) -> io::Result<()> {
    let (mut answers, mut questions) = io::split(stream);
    let all_sent = Cell::new(false);
    let send = async {
        io::copy(&mut io::stdin(), &mut questions).await?;
        all_sent.set(true);
        questions.shutdown().await // half-closes: the server sees the end, and the answers still come
    };
    let mut output = io::stdout();
    let result = select! {
        received = io::copy(&mut answers, &mut output) => received.map(drop),
        Err(error) = send => Err(error), // what was sent without an error may still be answered
    };
    result.and_then(|()| match all_sent.get() {
        true => Ok(()),
        false => Err(io::Error::new(ErrorKind::UnexpectedEof, "the server has hung up")),
    })
}
// ANCHOR_END: talk
