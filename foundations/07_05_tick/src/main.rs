//! Step 7.5: a small world that moves sixty times a second. All players receive over UDP what it looks like.
//!
//! Run: `cargo run --bin 07_05_tick`, and in another terminal `cargo run --bin 07_05_player`
//! Try: play with the arrow keys, and leave with `q`. Start a second player. Then press Ctrl-C in the server's terminal.
//! You should see: each player moves at the same speed, whatever the others do; at the end, how late the ticks were.

use clap::Parser;
use common::command_line;
use std::io::{self, Write};
use std::time::{Duration, Instant};
use tick::game::{Game, Rules};
use tick::server;
use tokio::net::UdpSocket;
use tokio::select;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Moves a small world sixty times a second, and sends each player what it looks like, until Ctrl-C.
#[derive(Debug, Parser)]
#[command(after_help = "Try: cargo run --bin 07_05_player")]
struct Arguments {
    /// Where to listen; port 0 means any free port
    #[arg(default_value = "127.0.0.1:7878")]
    address: String,
    /// How many may play at the same time
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    players: usize,
}

/// How long a player may be silent, unless the environment says otherwise.
const PATIENCE: Duration = Duration::from_secs(5);

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let Arguments { address, players } = command_line::read();
    let mut game = Game::new(Rules { max_players: players, patience: echo::patience_or(PATIENCE) }, Instant::now());
    match (UdpSocket::bind(&address).await, signals()) {
        (Ok(socket), Ok(signals)) => {
            echo::announce_with(socket.local_addr(), |address| format!("cargo run --bin 07_05_player {address}"));
            let lateness = server::run(&socket, &mut game, stop_signal(signals)).await;
            command_line::log(lateness);
            let _ = write!(io::stdout(), "{game}"); // if it cannot be read, it is not missed
        }
        (Err(error), _) => command_line::cannot_listen(&address, &error),
        (_, Err(error)) => command_line::fail(format_args!("cannot wait for Ctrl-C: {error}")),
    }
}

/// Ctrl-C, and the signal with which service managers end a program.
fn signals() -> io::Result<[Signal; 2]> {
    Ok([signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?])
}

/// Waits for one of them.
async fn stop_signal([mut interrupt, mut terminate]: [Signal; 2]) {
    select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}
