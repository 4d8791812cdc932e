//! Step 7.5: how late the ticks are, without players and with a thousand, on one loop and with a thread for each player.
//!
//! Run: `cargo run --release --bin 07_05_lateness`
//! You should see: by how much half of the ticks were late, 99 of 100, and the latest one. The players share the processors with the
//! server, so this is more than what the server takes.

use clap::Parser;
use common::command_line;
use std::io::{self, ErrorKind, Write};
use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};
use tick::game::{Game, Rules};
use tick::late::Lateness;
use tick::{crowd, server, threads};
use tokio::runtime;
use tokio::sync::oneshot;

/// Measures how late the ticks of a server are, without players and with many, on one loop and with a thread for each player.
#[derive(Debug, Parser)]
#[command(after_help = "Try: --players 100")]
struct Arguments {
    /// How many play
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    players: usize,
    /// How long each measurement takes
    #[arg(long, value_name = "SECONDS", default_value_t = 2.0, value_parser = seconds)]
    seconds: f64,
}

fn main() {
    let Arguments { players, seconds } = command_line::read();
    match measure(players, Duration::from_secs_f64(seconds)) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => command_line::fail(error),
        _ => {} // a reader that has left has seen enough
    }
}

fn measure(players: usize, time: Duration) -> io::Result<()> {
    let mut out = io::stdout();
    writeln!(out, "{:34} |   50 % |   99 % |  100 % | pictures a second", "how late a tick is, in ms")?;
    writeln!(out, "{0:-<34}-|-------:|-------:|-------:|------------------:", "")?;
    let end = Instant::now() + time;
    row(&mut out, "a thread that sleeps", &threads::each_tick(|due| due < end), 0, time)?;
    for players in [0, players] {
        let (lateness, pictures) = on_a_loop(players, time)?;
        row(&mut out, &format!("one loop, {players} players"), &lateness, pictures, time)?;
    }
    let (lateness, pictures) = on_threads(players, time)?;
    row(&mut out, &format!("{players} players, a thread for each"), &lateness, pictures, time)
}

fn row(out: &mut impl Write, name: &str, late: &Lateness, pictures: u64, time: Duration) -> io::Result<()> {
    let [half, most, all] = [50.0, 99.0, 100.0].map(|percent| late.milliseconds(percent));
    let pictures = pictures as f64 / time.as_secs_f64();
    writeln!(out, "{name:34} | {half:6.2} | {most:6.2} | {all:6.2} | {pictures:17.0}")
}

/// On a loop: how late the ticks were, and how many pictures arrived.
fn on_a_loop(players: usize, time: Duration) -> io::Result<(Lateness, u64)> {
    let (socket, address) = socket()?;
    socket.set_nonblocking(true)?;
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = thread::spawn(move || -> io::Result<Lateness> {
        runtime()?.block_on(async {
            let (socket, mut game) = (tokio::net::UdpSocket::from_std(socket)?, game(players));
            Ok(server::run(&socket, &mut game, async { drop(stopped.await) }).await)
        })
    });
    let pictures = play(address, players, time);
    drop(stop);
    Ok((serving.join().unwrap_or_else(|_| Err(io::Error::other("the server panicked")))?, pictures?))
}

/// The same with a thread for each player.
fn on_threads(players: usize, time: Duration) -> io::Result<(Lateness, u64)> {
    let (socket, address) = socket()?;
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        let serving = scope.spawn(|| threads::run(&socket, game(players), &stop));
        let pictures = play(address, players, time);
        stop.store(true, Relaxed);
        Ok((serving.join().unwrap_or_else(|_| Err(io::Error::other("the server panicked")))?, pictures?))
    })
}

/// On another thread than the server. Returns when the time is over.
fn play(server: SocketAddr, players: usize, time: Duration) -> io::Result<u64> {
    let end = Instant::now() + time;
    let pictures = runtime()?.block_on(crowd::play(server, players, time));
    thread::sleep(end.saturating_duration_since(Instant::now())); // there are no players
    pictures
}

fn game(max_players: usize) -> Game {
    Game::new(Rules { max_players, patience: Duration::from_secs(5) }, Instant::now())
}

fn socket() -> io::Result<(UdpSocket, SocketAddr)> {
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    let address = socket.local_addr()?;
    Ok((socket, address))
}

fn runtime() -> io::Result<runtime::Runtime> {
    runtime::Builder::new_current_thread().enable_all().build()
}

fn seconds(text: &str) -> Result<f64, String> {
    let seconds = text.parse().map_err(|error| format!("{error}"))?;
    if (0.01..=3_600.0).contains(&seconds) { Ok(seconds) } else { Err("it is between 0.01 and 3600".to_owned()) }
}
