//! The same game with a thread for each player, which ticks by itself. It is here to be measured.

use crate::game::Game;
use crate::late::Lateness;
use crate::packet::LENGTH;
use crate::world::TICK;
use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// How long to wait for a packet before looking whether to stop.
const LOOK: Duration = Duration::from_millis(50);

/// Ticks until `stop` is set, and returns how late the ticks of all players were.
///
/// # Errors
///
/// If the socket does not take a time limit.
pub fn run(socket: &UdpSocket, game: Game, stop: &AtomicBool) -> io::Result<Lateness> {
    socket.set_read_timeout(Some(LOOK))?;
    let game = &Mutex::new(game);
    thread::scope(|scope| {
        scope.spawn(|| {
            each_tick(|_| {
                locked(game).tick(Instant::now());
                !stop.load(Relaxed)
            })
        });
        let (mut players, mut packet) = (Vec::new(), [0; LENGTH + 1]);
        while !stop.load(Relaxed) {
            let Ok((length, from)) = socket.recv_from(&mut packet) else { continue };
            let mut game_now = locked(game);
            let before = game_now.players();
            let answer = game_now.receive(&packet[..length], from, Instant::now());
            if game_now.players() > before {
                players.push(scope.spawn(move || serve_player(socket, game, stop, from)));
            }
            drop(game_now);
            if let Some(answer) = answer {
                let _ = socket.send_to(&answer, from);
            }
        }
        let mut lateness = Lateness::new();
        for ticks in players.into_iter().filter_map(|player| player.join().ok()) {
            lateness.add(&ticks);
        }
        Ok(lateness)
    })
}

// ANCHOR: threads
/// Sends a player its picture, for as long as the player plays.
fn serve_player(socket: &UdpSocket, game: &Mutex<Game>, stop: &AtomicBool, player: SocketAddr) -> Lateness {
    each_tick(|_| {
        let picture = locked(game).picture(player);
        picture.is_some_and(|picture| {
            let _ = socket.send_to(&picture, player);
            !stop.load(Relaxed)
        })
    })
}

/// Calls a function sixty times a second until it returns `false`. Skips the ticks that it misses.
pub fn each_tick(mut tick: impl FnMut(Instant) -> bool) -> Lateness {
    let (mut due, mut lateness) = (Instant::now(), Lateness::new());
    while tick(due) {
        while due <= Instant::now() {
            due += TICK;
        }
        thread::sleep(due.saturating_duration_since(Instant::now()));
        lateness.record(due.elapsed());
    }
    lateness
}
// ANCHOR_END: threads

fn locked(game: &Mutex<Game>) -> MutexGuard<'_, Game> {
    game.lock().unwrap_or_else(PoisonError::into_inner) // a panic elsewhere leaves a game that can go on
}
