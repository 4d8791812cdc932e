//! The properties that define the server. The book's tests see that servers with a fault do not have them.

use harness::{Failure, Program, Result, SAFETY, Server, with_time_enough};
use std::io::ErrorKind;
use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

/// How long a packet of a player is, and each answer to one.
const LENGTH: usize = 19;
/// A packet of a player that does not know its cookie.
pub const HELLO: &[u8] = b"0000000000000000 s\n";

/// Fails with this message.
pub fn fail<T>(message: String) -> Result<T> {
    Err(Failure::new(message))
}

/// A player, or a program that would like to be one.
pub struct Player {
    socket: UdpSocket,
    cookie: String,
    patience: Duration,
}

impl Player {
    /// One that has sent nothing yet.
    pub fn new(server: SocketAddr) -> Result<Self> {
        let socket = UdpSocket::bind("127.0.0.1:0")?;
        socket.connect(server)?;
        Ok(Self { socket, cookie: "0".repeat(16), patience: SAFETY })
    }

    /// One that plays.
    pub fn entered(server: SocketAddr) -> Result<Self> {
        let mut player = Self::new(server)?;
        player.learn_cookie()?;
        player.say('s')?;
        player.picture()?;
        Ok(player)
    }

    /// The same, with less patience.
    pub fn patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Says that it does not know its cookie, and gets it.
    pub fn learn_cookie(&mut self) -> Result {
        self.send(HELLO)?;
        self.cookie = self.answer('c')?;
        Ok(())
    }

    /// Sends a packet with its cookie.
    pub fn say(&self, letter: char) -> Result {
        self.send(format!("{} {letter}\n", self.cookie).as_bytes())
    }

    /// Sends anything.
    pub fn send(&self, packet: &[u8]) -> Result {
        self.socket.send(packet)?;
        Ok(())
    }

    /// The next packet, or nothing if there is none within the patience.
    pub fn next(&self) -> Result<Option<Vec<u8>>> {
        self.within(self.patience)
    }

    fn within(&self, patience: Duration) -> Result<Option<Vec<u8>>> {
        self.socket.set_read_timeout(Some(patience))?;
        let mut packet = [0; 2_000];
        match self.socket.recv(&mut packet) {
            Ok(length) => Ok(Some(packet[..length].to_vec())),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => Ok(None),
            Err(error) if error.kind() == ErrorKind::Interrupted => self.within(patience),
            Err(error) => Err(error.into()),
        }
    }

    /// What is there already.
    pub fn waiting(&self) -> Result<Vec<Vec<u8>>> {
        self.socket.set_nonblocking(true)?;
        let waiting = std::iter::from_fn(|| self.within(SAFETY).transpose()).collect();
        self.socket.set_nonblocking(false)?;
        waiting
    }

    /// The cookie in the next answer, which must have this letter. Pictures may come before it.
    pub fn answer(&self, letter: char) -> Result<String> {
        let deadline = Instant::now() + self.patience;
        while let Some(packet) = self.next()? {
            let text = String::from_utf8_lossy(&packet).into_owned();
            if text.len() == LENGTH && text.ends_with(&format!(" {letter}\n")) {
                return Ok(text[..16].to_owned());
            }
            if text.len() == LENGTH || Instant::now() > deadline {
                return fail(format!("expected an answer {letter:?}, not {text:?}"));
            }
        }
        fail(format!("no answer {letter:?} within {:?}", self.patience))
    }

    /// The next picture.
    pub fn picture(&self) -> Result<String> {
        while let Some(packet) = self.next()? {
            if packet.len() != LENGTH {
                return Ok(String::from_utf8_lossy(&packet).into_owned());
            }
        }
        fail(format!("no picture within {:?}", self.patience))
    }

    /// Waits until the server has handled all packets that were sent before, and has ticked twice since.
    pub fn wait_for_two_ticks(&self) -> Result {
        self.send(HELLO)?;
        self.answer('c')?;
        for _ in 0..2 {
            self.picture()?;
        }
        Ok(())
    }
}

/// The number of the step in a picture.
fn step(picture: &str) -> Result<u64> {
    let number = picture.strip_prefix("tick ").and_then(|rest| rest.split_once(':')?.0.parse().ok());
    number.ok_or_else(|| Failure::new(format!("no step in {picture:?}")))
}

/// Whatever a stranger sends, the answer is not longer.
pub fn a_stranger_gets_no_more_than_it_sent(program: &Program) -> Result {
    let server = program.start()?;
    let known = Player::entered(server.address())?;
    let long = [b'a'; 1_400];
    let answer = b"0000000000000000 c\n";
    for packet in [HELLO, b"0000000000000000 r\n", b"0000000000000000 q\n", answer, b"hello\n", b"", b"\n", &long] {
        let stranger = Player::new(server.address())?;
        stranger.send(packet)?;
        known.wait_for_two_ticks()?;
        let received: usize = stranger.waiting()?.iter().map(Vec::len).sum();
        if received > packet.len() {
            return fail(format!("a stranger sent {} bytes, and got {received}", packet.len()));
        }
    }
    Ok(())
}

/// A server ignores what another server answers to a stranger. Otherwise they could answer each other forever.
pub fn no_answer_is_answered(program: &Program) -> Result {
    let [one, other] = [program.start()?, program.clone().argument("--players").argument("0").start()?];
    let mut refused = Player::new(other.address())?;
    refused.learn_cookie()?;
    refused.say('s')?;
    let answers = [format!("{} c\n", refused.cookie), format!("{} n\n", refused.answer('n')?)];
    let known = Player::entered(one.address())?;
    for answer in answers {
        let stranger = Player::new(one.address())?;
        stranger.send(answer.as_bytes())?;
        known.wait_for_two_ticks()?;
        if !stranger.waiting()?.is_empty() {
            return fail(format!("an answer is answered: {answer:?}"));
        }
    }
    Ok(())
}

/// A player that has stopped sending gets nothing more.
pub fn a_silent_player_is_forgotten(program: &Program) -> Result {
    with_time_enough(Duration::from_millis(300), |patience| one_stays(program, patience))
}

fn one_stays(program: &Program, patience: Duration) -> Result {
    let server = program.clone().patience_for_clients(patience).start()?;
    let [stays, leaves] = [Player::entered(server.address())?, Player::entered(server.address())?];
    let deadline = Instant::now() + patience * 10;
    loop {
        stays.say('s')?;
        let picture = stays.within(patience / 3)?; // without one it has been forgotten, too: this machine is busy
        if picture.is_some_and(|picture| String::from_utf8_lossy(&picture).contains(", of 1\n")) {
            break;
        }
        if Instant::now() > deadline {
            return fail("a player that says nothing is not forgotten".to_owned());
        }
    }
    leaves.waiting()?;
    stays.say('s')?;
    stays.wait_for_two_ticks()?;
    match leaves.waiting()?.len() {
        0 => Ok(()),
        pictures => fail(format!("a player that was forgotten gets {pictures} pictures")),
    }
}

/// There is room for two players, and for a third one only when one leaves.
pub fn the_number_of_players_is_bounded(program: &Program) -> Result {
    let server = program.clone().argument("--players").argument("2").start()?;
    let [first, _second] = [Player::entered(server.address())?, Player::entered(server.address())?];
    let mut third = Player::new(server.address())?;
    third.learn_cookie()?;
    third.say('s')?;
    match third.next()? {
        Some(packet) if packet.ends_with(b" n\n") => {}
        other => return fail(format!("a third player got {:?}", other.map(|packet| packet.len()))),
    }
    first.say('q')?;
    third.say('s')?;
    third.picture().map(drop)
}

/// While the server sleeps, many ticks pass. It makes up for them in one step, and sends one picture.
pub fn missed_ticks_are_sent_once(program: &Program) -> Result {
    // On a busy machine, a server misses ticks by itself. So one of several attempts counts.
    let attempts: Vec<_> = (0..5).map_while(|_| make_up_for_missed_ticks(program).err()).collect();
    if attempts.len() < 5 { Ok(()) } else { fail(format!("{attempts:?}")) }
}

fn make_up_for_missed_ticks(program: &Program) -> Result {
    let mut server = program.start()?;
    let player = Player::entered(server.address())?;
    let mut before = step(&player.picture()?)?;
    server.while_suspended(|_| {
        for picture in player.waiting()? {
            before = step(&String::from_utf8_lossy(&picture))?;
        }
        std::thread::sleep(Duration::from_millis(300)); // eighteen ticks
        Ok(())
    })?;
    let steps = [step(&player.picture()?)?, step(&player.picture()?)?];
    if steps[0] < before + 10 || !(steps[0] + 1..=steps[0] + 5).contains(&steps[1]) {
        return fail(format!("after step {before} came {steps:?}"));
    }
    Ok(())
}

/// Many packets wait, and a tick is due: the tick is first.
pub fn a_flood_does_not_keep_a_tick_waiting(program: &Program) -> Result {
    let mut server = program.start()?;
    let player = Player::entered(server.address())?;
    server.while_suspended(|_| {
        player.waiting()?;
        std::thread::sleep(Duration::from_millis(50)); // three ticks
        (0..100).try_for_each(|_| player.send(HELLO))
    })?;
    let mut answers = 0;
    while player.next()?.is_some_and(|packet| packet.len() == LENGTH) {
        answers += 1;
    }
    // It may have been asked to sleep between the question for a tick and the one for a packet.
    if answers > 1 {
        return fail(format!("{answers} packets were answered before the tick"));
    }
    Ok(())
}

/// Ends it as Ctrl-C does, and returns what it printed.
pub fn ended(mut server: Server) -> Result<String> {
    server.interrupt()?;
    let ended = server.ended()?;
    if ended.code != Some(0) || !ended.log.starts_with("ticks: ") || ended.log.lines().count() != 1 {
        return fail(format!("it does not end well: {ended:?}"));
    }
    Ok(ended.output)
}
