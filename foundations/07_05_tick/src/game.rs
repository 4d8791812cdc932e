//! The players. There is no socket here, and the time is an argument, so tests need no clock.

use crate::packet::{self, Answer, LENGTH, Wish};
use crate::world::{self, Body, TICK};
use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// The most time that the world makes up for when a tick comes late.
const MAX_CATCH_UP: Duration = TICK.saturating_mul(60);

/// The world, and its players.
#[derive(Debug)]
pub struct Game {
    secret: RandomState,
    players: HashMap<SocketAddr, Player>,
    rules: Rules,
    entered: u32,
    steps: u64,
    now: Instant,
    field: String,
    counts: Counts,
}

/// What the command line says.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// How many may play at the same time.
    pub max_players: usize,
    /// How long a player may be silent.
    pub patience: Duration,
}

#[derive(Debug)]
struct Player {
    body: Body,
    letter: char,
    heard: Instant,
}

/// What else there was to say of the packets.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    malformed: u64,
    unknown: u64,
    refused: u64,
    forgotten: u64,
}

impl Game {
    /// A world without players.
    pub fn new(rules: Rules, now: Instant) -> Self {
        let (secret, players, counts) = (RandomState::new(), HashMap::new(), Counts::default());
        Self { secret, players, rules, entered: 0, steps: 0, now, field: String::new(), counts }
    }

    // ANCHOR: receive
    /// The answer to a packet, if any. It is as long as the packet, because the address may be
    /// forged: only a player that sends the cookie has received it.
    pub fn receive(&mut self, packet: &[u8], from: SocketAddr, now: Instant) -> Option<[u8; LENGTH]> {
        let Some((said, wish)) = packet::decode_wish(packet) else {
            self.counts.malformed += 1;
            return None;
        };
        let cookie = self.cookie(from);
        if said != cookie {
            self.counts.unknown += 1;
            return Some(packet::encode_answer(cookie, Answer::Cookie));
        }
        match wish {
            Wish::Leave => drop(self.players.remove(&from)),
            Wish::Go(heading) => match self.player(from, now) {
                Some(player) => (player.body.heading, player.heard) = (heading, now),
                None => {
                    self.counts.refused += 1;
                    return Some(packet::encode_answer(cookie, Answer::NoRoom));
                }
            },
        }
        None
    }
    // ANCHOR_END: receive

    // ANCHOR: cookie
    /// The cookie of an address. It is computed and not stored: the secret is the same for all addresses.
    fn cookie(&self, address: SocketAddr) -> u64 {
        self.secret.hash_one(address)
    }
    // ANCHOR_END: cookie

    // ANCHOR: player
    /// The player at this address, a new one if need be. `None` if there is no room.
    fn player(&mut self, address: SocketAddr, now: Instant) -> Option<&mut Player> {
        if !self.players.contains_key(&address) {
            if self.players.len() >= self.rules.max_players {
                return None;
            }
            let letter = ('a'..='z').cycle().nth(self.entered as usize % 26)?;
            self.players.insert(address, Player { body: Body::new(self.entered), letter, heard: now });
            self.entered = self.entered.wrapping_add(1);
        }
        self.players.get_mut(&address)
    }
    // ANCHOR_END: player

    // ANCHOR: tick
    /// Moves the world to the present, by several steps if ticks were missed.
    /// Forgets silent players.
    pub fn tick(&mut self, now: Instant) {
        if now.saturating_duration_since(self.now) > MAX_CATCH_UP {
            self.now = now - MAX_CATCH_UP;
            self.players.values_mut().for_each(|player| player.heard = now); // our own silence
        }
        let before = self.players.len();
        self.players.retain(|_, player| now.saturating_duration_since(player.heard) <= self.rules.patience);
        self.counts.forgotten += (before - self.players.len()) as u64;
        while self.now + TICK <= now {
            self.now += TICK;
            self.steps += 1;
            self.players.values_mut().for_each(|player| player.body.step());
        }
        self.field = world::drawn(self.players.values().map(|player| (player.letter, &player.body)));
    }
    // ANCHOR_END: tick

    /// What each player is sent after a tick.
    pub fn pictures(&self) -> impl Iterator<Item = (SocketAddr, Vec<u8>)> {
        self.players.iter().map(|(address, player)| (*address, self.picture_for(player)))
    }

    /// The same for one player, if it plays.
    pub fn picture(&self, address: SocketAddr) -> Option<Vec<u8>> {
        self.players.get(&address).map(|player| self.picture_for(player))
    }

    /// How many play.
    pub fn players(&self) -> usize {
        self.players.len()
    }

    /// How many steps the world has made.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    fn picture_for(&self, player: &Player) -> Vec<u8> {
        let Self { steps, players, field, .. } = self;
        let ((column, row), players) = (player.body.cell(), players.len());
        format!("tick {steps}: you are {} at {column},{row}, of {players}\n{field}", player.letter).into_bytes()
    }
}

/// What is printed at the end.
impl fmt::Display for Game {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counts { malformed, unknown, refused, forgotten } = self.counts;
        writeln!(formatter, "players: {} entered, {forgotten} forgotten, {refused} packets refused", self.entered)?;
        writeln!(formatter, "other packets: {unknown} without the right cookie, {malformed} malformed")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::Heading;

    const PATIENCE: Duration = Duration::from_secs(5);
    const RIGHT: Wish = Wish::Go(Heading::Right);

    fn game(max_players: usize) -> (Game, Instant) {
        let now = Instant::now();
        (Game::new(Rules { max_players, patience: PATIENCE }, now), now)
    }

    fn address(port: u16) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], port))
    }

    /// Says something with the cookie of this address.
    fn say(game: &mut Game, port: u16, wish: Wish, now: Instant) -> Option<Answer> {
        let packet = packet::encode_wish(game.cookie(address(port)), wish);
        game.receive(&packet, address(port), now).and_then(|answer| Some(packet::decode_answer(&answer)?.1))
    }

    #[test]
    fn a_player_without_its_cookie_gets_it_and_does_not_play() {
        let (mut game, now) = game(1);
        let answer = game.receive(&packet::encode_wish(0, RIGHT), address(1), now).unwrap();
        let (cookie, said) = packet::decode_answer(&answer).unwrap();
        assert_eq!((said, game.players()), (Answer::Cookie, 0));
        assert_eq!(game.receive(&packet::encode_wish(cookie, RIGHT), address(1), now), None);
        assert_eq!(game.players(), 1);
    }

    #[test]
    fn a_cookie_is_good_for_one_address_only() {
        let (mut game, now) = game(1);
        let packet = packet::encode_wish(game.cookie(address(1)), RIGHT);
        let others = [address(2), SocketAddr::from(([127, 0, 0, 2], 1))];
        for other in others {
            assert!(game.receive(&packet, other, now).is_some());
        }
        assert_eq!(game.players(), 0);
    }

    #[test]
    fn two_servers_give_different_cookies() {
        assert_ne!(game(1).0.cookie(address(1)), game(1).0.cookie(address(1)));
    }

    #[test]
    fn beyond_the_limit_a_player_waits_until_another_one_leaves() {
        let (mut game, now) = game(1);
        assert_eq!(say(&mut game, 1, RIGHT, now), None);
        assert_eq!(say(&mut game, 2, RIGHT, now), Some(Answer::NoRoom));
        assert_eq!(say(&mut game, 1, Wish::Leave, now), None);
        assert_eq!(say(&mut game, 2, RIGHT, now), None);
        assert!(game.picture(address(1)).is_none() && game.picture(address(2)).is_some());
    }

    #[test]
    fn a_player_that_is_silent_is_forgotten_and_one_that_is_not_stays() {
        let (mut game, start) = game(2);
        for port in [1, 2] {
            say(&mut game, port, RIGHT, start);
        }
        let later = start + PATIENCE;
        let mut now = start;
        while now < later {
            now += MAX_CATCH_UP.min(later - now);
            say(&mut game, 2, RIGHT, now);
            game.tick(now);
        }
        assert_eq!(game.players(), 2);
        game.tick(later + TICK);
        assert!(game.picture(address(1)).is_none() && game.picture(address(2)).is_some());
        assert!(game.to_string().contains("2 entered, 1 forgotten"), "{game}");
    }

    #[test]
    fn a_server_that_was_suspended_does_not_take_its_own_silence_for_that_of_its_players() {
        let (mut game, start) = game(2);
        say(&mut game, 1, RIGHT, start);
        game.tick(start + PATIENCE * 2);
        assert!(game.picture(address(1)).is_some() && game.to_string().contains("1 entered, 0 forgotten"), "{game}");
        let mut now = start + PATIENCE * 2;
        while now <= start + PATIENCE * 3 {
            now += MAX_CATCH_UP;
            game.tick(now);
        }
        assert!(game.to_string().contains("1 entered, 1 forgotten"), "{game}");
    }

    #[test]
    fn a_missed_tick_is_made_up_for_in_one_step_and_an_hour_is_not() {
        let (mut game, start) = game(1);
        for (ticks, steps) in [(1, 1), (2, 2), (12, 12), (60 * 3600, 12 + 60)] {
            game.tick(start + TICK * ticks);
            assert_eq!(game.steps, steps);
        }
    }

    #[test]
    fn malformed_packets_are_counted_and_nothing_else() {
        let (mut game, now) = game(1);
        for packet in [&b""[..], b"hello", &[0xFF; 2_000]] {
            assert_eq!(game.receive(packet, address(1), now), None);
        }
        assert!(game.to_string().contains("3 malformed") && game.players() == 0, "{game}");
    }
}
