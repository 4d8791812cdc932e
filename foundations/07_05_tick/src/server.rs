//! The loop: one task that ticks, receives and sends.

use crate::game::Game;
use crate::late::Lateness;
use crate::packet::LENGTH;
use crate::world::TICK;
use std::pin::pin;
use tokio::net::UdpSocket;
use tokio::select;
use tokio::time::{Instant, MissedTickBehavior, interval};

// ANCHOR: run
/// Ticks until `stop` is ready, and returns how late the ticks were.
pub async fn run(socket: &UdpSocket, game: &mut Game, stop: impl Future<Output = ()>) -> Lateness {
    let (mut stop, mut lateness) = (pin!(stop), Lateness::new());
    let mut clock = interval(TICK);
    clock.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut packet = [0; LENGTH + 1]; // one byte more, so that a packet that is too long is noticed
    loop {
        select! {
            biased; // the tick before the packets, so that no flood keeps it waiting
            () = &mut stop => return lateness,
            due = clock.tick() => {
                lateness.record(due.elapsed());
                game.tick(Instant::now().into_std());
                for (player, picture) in game.pictures() {
                    let _ = socket.try_send_to(&picture, player); // if it is lost, the next one is as good
                }
            }
            received = socket.recv_from(&mut packet) => {
                if let Ok((length, from)) = received // an error concerns one packet
                    && let Some(answer) = game.receive(&packet[..length], from, Instant::now().into_std())
                {
                    let _ = socket.try_send_to(&answer, from);
                }
            }
        }
    }
}
// ANCHOR_END: run

#[cfg(test)]
mod tests {
    use super::*;
    use crate::game::Rules;
    use std::future::poll_fn;
    use std::task::Poll;
    use std::time::Duration;
    use tokio::time::sleep;

    /// A minute on a clock that need not wait.
    async fn a_minute() -> (Game, Lateness) {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let rules = Rules { max_players: 1, patience: Duration::from_secs(5) };
        let mut game = Game::new(rules, Instant::now().into_std());
        let lateness = run(&socket, &mut game, sleep(Duration::from_millis(60_010))).await;
        (game, lateness)
    }

    #[tokio::test(start_paused = true)]
    async fn in_a_minute_there_are_three_thousand_and_six_hundred_ticks() {
        let (game, lateness) = a_minute().await;
        assert_eq!((lateness.ticks(), game.steps()), (3_601, 3_600)); // the first one is due when the clock starts
    }

    /// A packet waits when the first tick is due, and the loop has one turn: it is asked to stop at the second.
    #[tokio::test(start_paused = true)]
    async fn a_tick_comes_before_the_packets_that_wait() {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let stranger = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        stranger.send_to(b"hello", socket.local_addr().unwrap()).unwrap();
        socket.readable().await.unwrap();
        let rules = Rules { max_players: 1, patience: Duration::from_secs(5) };
        let mut game = Game::new(rules, Instant::now().into_std());
        let mut turns = 0;
        let second = poll_fn(|_| {
            turns += 1;
            if turns > 1 { Poll::Ready(()) } else { Poll::Pending }
        });
        assert_eq!(run(&socket, &mut game, second).await.ticks(), 1);
    }

    /// Without any work and without another program, a tick is late because the timer counts in milliseconds.
    #[tokio::test(start_paused = true)]
    async fn a_timer_of_tokio_is_late_by_up_to_a_millisecond() {
        let (_, lateness) = a_minute().await;
        let [half, all] = [50.0, 100.0].map(|percent| lateness.milliseconds(percent));
        assert!(half > 0.3 && all > 0.6 && all <= 1.0, "{lateness}");
    }
}
