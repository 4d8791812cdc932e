//! A player for the server of step 7.5, in a terminal.
//!
//! Run: `cargo run --bin 07_05_tick`, and in another terminal `cargo run --bin 07_05_player`
//! Try: the arrow keys, the space bar, and `q`.
//! You should see: the field, sixty times a second. You are the letter in the first line.

mod terminal;

use clap::Parser;
use common::command_line;
use std::io::{self, Error, ErrorKind};
use std::net::SocketAddr;
use std::time::Duration;
use terminal::Terminal;
use tick::packet::{self, Answer, Wish};
use tick::world::Heading;
use tokio::net::UdpSocket;
use tokio::select;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::{Instant, interval};

/// Plays on the field of a server. The arrow keys move you, the space bar stops you, and q ends the program.
#[derive(Debug, Parser)]
#[command(after_help = "Try: the arrow keys, the space bar, and q")]
struct Arguments {
    /// Where the server is
    #[arg(default_value = "127.0.0.1:7878")]
    address: SocketAddr,
    /// Print the first picture, and leave
    #[arg(long)]
    once: bool,
}

/// How often to say what is wanted, even if it is still the same: a packet may be lost.
const OFTEN: Duration = Duration::from_millis(250);
/// How long the server may be silent.
const PATIENCE: Duration = Duration::from_secs(5);

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let Arguments { address, once } = command_line::read();
    match play(address, once).await {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            command_line::fail(format_args!("cannot play on {address}: {error}"))
        }
        _ => {} // a reader that has left has seen enough
    }
}

// ANCHOR: play
async fn play(server: SocketAddr, once: bool) -> io::Result<()> {
    let here: SocketAddr = if server.is_ipv4() { ([0u8; 4], 0).into() } else { ([0u8; 16], 0).into() };
    let socket = UdpSocket::bind(here).await?;
    socket.connect(server).await?; // packets from elsewhere are not received
    let mut terminal = Terminal::new(once);
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let (mut cookie, mut wish, mut newest) = (0, Wish::Go(Heading::Still), None);
    let (mut clock, mut heard, mut buffer) = (interval(OFTEN), Instant::now(), [0; 2_000]);
    while wish != Wish::Leave {
        select! {
            _ = interrupt.recv() => wish = Wish::Leave,
            _ = terminate.recv() => wish = Wish::Leave,
            Some(key) = terminal.keys.recv() => {
                wish = key;
                clock.reset_immediately();
            }
            _ = clock.tick() => {
                if heard.elapsed() > PATIENCE {
                    return Err(Error::new(ErrorKind::TimedOut, "the server is silent"));
                }
                let _ = socket.send(&packet::encode_wish(cookie, wish)).await; // the next one may arrive
            }
            length = socket.recv(&mut buffer) => {
                let received = &buffer[..length?];
                heard = Instant::now();
                match packet::decode_answer(received) {
                    Some((_, Answer::NoRoom)) => return Err(Error::other("there is no room for another player")),
                    Some((given, Answer::Cookie)) => {
                        (cookie, newest) = (given, None); // the server may be a new one
                        clock.reset_immediately();
                    }
                    None if packet::tick(received) < newest => {} // a newer one has overtaken it
                    None => {
                        newest = packet::tick(received);
                        terminal.draw(received)?;
                        wish = if once { Wish::Leave } else { wish };
                    }
                }
            }
        }
    }
    let _ = socket.send(&packet::encode_wish(cookie, wish)).await; // if it does not arrive, we are forgotten
    Ok(())
}
// ANCHOR_END: play
