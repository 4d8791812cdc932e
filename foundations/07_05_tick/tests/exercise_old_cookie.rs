//! Exercise 2 of section 7.5: a cookie gets old.

use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tick::game::{Game, Rules};
use tick::packet::{Answer, Wish, decode_answer, encode_wish};
use tick::world::Heading;

const GO: Wish = Wish::Go(Heading::Right);

/// The cookie in the answer to a packet, if there is one.
fn given(game: &mut Game, cookie: u64, wanted: Wish, now: Instant) -> Option<u64> {
    let player = SocketAddr::from(([127, 0, 0, 1], 1));
    let answer = game.receive(&encode_wish(cookie, wanted), player, now)?;
    decode_answer(&answer).filter(|(_, said)| *said == Answer::Cookie).map(|(cookie, _)| cookie)
}

#[test]
#[ignore = "exercise 7.5/2: let a cookie be good for a minute at least, and for two minutes at most"]
fn a_cookie_is_good_for_a_minute_and_not_for_two() {
    let start = Instant::now();
    let mut game = Game::new(Rules { max_players: 1, patience: Duration::from_secs(5) }, start);
    for second in [0, 30, 59, 61, 119, 1_000] {
        let now = start + Duration::from_secs(second);
        let cookie = given(&mut game, 0, GO, now).expect("a cookie");
        for (age, is_good) in [(0, true), (59, true), (121, false), (10_000, false)] {
            let answer = given(&mut game, cookie, GO, now + Duration::from_secs(age));
            assert_eq!(answer.is_none(), is_good, "of second {second}, {age} s old");
        }
    }
}
