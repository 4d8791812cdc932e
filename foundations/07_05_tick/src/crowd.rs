//! Many players, to measure with.

use crate::packet::{self, Wish};
use crate::world::Heading;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;
use tokio::net::UdpSocket;
use tokio::select;
use tokio::task::JoinSet;
use tokio::time::{interval, sleep};

/// How often a player says that it is still there.
const OFTEN: Duration = Duration::from_millis(500);

/// Lets so many players play for so long, and returns how many pictures they got.
///
/// # Errors
///
/// If a player cannot have a socket.
pub async fn play(server: SocketAddr, players: usize, time: Duration) -> io::Result<u64> {
    let mut crowd = JoinSet::new();
    for _ in 0..players {
        let socket = UdpSocket::bind("127.0.0.1:0").await?;
        socket.connect(server).await?;
        crowd.spawn(one(socket, time));
    }
    Ok(crowd.join_all().await.into_iter().sum())
}

async fn one(socket: UdpSocket, time: Duration) -> u64 {
    let (mut cookie, mut pictures, mut packet) = (0, 0, [0; 2_000]);
    let (mut end, mut clock) = (pin!(sleep(time)), interval(OFTEN));
    let go = Wish::Go(Heading::Right);
    loop {
        select! {
            biased;
            () = &mut end => break,
            received = socket.recv(&mut packet) => {
                let Ok(length) = received else { continue }; // the server is not there yet, or no longer
                match packet::decode_answer(&packet[..length]) {
                    None => pictures += 1,
                    Some((given, _)) => {
                        cookie = given;
                        let _ = socket.send(&packet::encode_wish(cookie, go)).await;
                    }
                }
            }
            _ = clock.tick() => drop(socket.send(&packet::encode_wish(cookie, go)).await),
        }
    }
    let _ = socket.send(&packet::encode_wish(cookie, Wish::Leave)).await;
    pictures
}
