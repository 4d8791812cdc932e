//! The properties that define the chat. The book's tests see that servers with a fault do not have them.

use super::talker::{Talker, frame};
use harness::{Failure, Program, Result, at_a_time};
use socket2::SockRef;
use std::io::Write;
use std::time::{Duration, Instant};

/// Ann speaks, and the next thing that she hears is what Bob says to it.
pub fn all_but_the_sender_hear(program: &Program, patience: Duration) -> Result {
    let server = program.start()?;
    let mut ann = Talker::connect(&server, patience)?.called("Ann")?;
    let mut bob = Talker::connect(&server, patience)?.called("Bob")?;
    ann.hears("* Bob is here")?;
    let mut cid = Talker::connect(&server, patience)?.called("Cid")?;
    for other in [&mut ann, &mut bob] {
        other.hears("* Cid is here")?;
    }
    ann.say("hello")?;
    bob.hears("Ann: hello")?;
    cid.hears("Ann: hello")?;
    bob.say("hello to you")?;
    ann.hears("Bob: hello to you")?;
    cid.hears("Bob: hello to you")
}

/// More long messages than what the system, on both sides, and the room keep for a client that does not read.
pub const MANY: usize = 1_500;

/// Dora does not read while Ann and Bob talk by turns. Then she reads: the oldest messages, how many she has missed, and the newest.
pub fn a_client_that_does_not_read_delays_no_other_client(program: &Program, patience: Duration) -> Result {
    let server = program.start()?;
    let mut dora = Talker::with_a_small_buffer(&server, patience)?.called("Dora")?;
    let mut ann = Talker::connect(&server, patience)?.called("Ann")?;
    let mut bob = Talker::connect(&server, patience)?.called("Bob")?;
    ann.hears("* Bob is here")?;
    let padding = "x".repeat(4_000);
    let name = |number| if number % 2 == 0 { "Ann" } else { "Bob" };
    for number in 0..MANY {
        let (speaker, listener) = if number % 2 == 0 { (&mut ann, &mut bob) } else { (&mut bob, &mut ann) };
        speaker.say(&format!("{number} {padding}"))?;
        listener.hears(&format!("{}: {number} {padding}", name(number)))?;
    }
    dora.hears("* Ann is here")?;
    dora.hears("* Bob is here")?;
    let (mut next, mut missed) = (0, 0);
    while next < MANY {
        let heard = dora.hear()?;
        if let Some(number) = heard.strip_prefix("* You were too slow, and missed ") {
            missed += number.split(' ').next().and_then(|number| number.parse().ok()).unwrap_or(0);
            next += missed;
        } else if heard.starts_with(&format!("{}: {next} ", name(next))) {
            next += 1;
        } else {
            return Err(Failure::new(format!("message {next} is due, not {:?}", heard.split(" x").next())));
        }
    }
    if missed == 0 {
        return Err(Failure::new("nothing was missed, so the server has kept all of it"));
    }
    Ok(())
}

/// How much each of the two clients sends, if it is let, and by how much the server may grow.
const FLOOD: usize = 64 << 20;
const GROWTH: u64 = 16 << 20;

/// Two clients send pings as fast as they can, and read no pong: one in the room, and one without a name.
pub fn pings_whose_pongs_are_never_read_take_no_memory(program: &Program, patience: Duration) -> Result {
    let server = program.start()?;
    let mut flooders = [Talker::connect(&server, patience)?, Talker::connect(&server, patience)?.called("Flooder")?];
    let Some(before) = server.resident_memory() else { return Ok(()) }; // only Linux says
    let pings = frame(0x89, &[b'x'; 125]).repeat(512);
    at_a_time(flooders.len(), &mut flooders, |flooder| {
        let stream = flooder.socket.get_mut();
        stream.set_write_timeout(Some(Duration::from_millis(500)))?; // a client that is no longer read cannot send
        let _ = (0..FLOOD / pings.len()).try_for_each(|_| stream.write_all(&pings));
        Ok(())
    })
    .into_iter()
    .collect::<Result<()>>()?;
    let growth = server.resident_memory().unwrap_or_default().saturating_sub(before);
    if growth > GROWTH {
        return Err(Failure::new(format!("it grew by {growth} bytes")));
    }
    Talker::connect(&server, patience)?.called("Ann").map(drop)
}

/// It is cut into empty frames, and answers to pings come between them: each frame is valid. The other clients notice nothing.
pub fn a_message_that_never_ends_is_refused(program: &Program, patience: Duration) -> Result {
    let server = program.start()?;
    let mut ann = Talker::connect(&server, patience)?.called("Ann")?;
    let [beginning, more, pong] = [0x01, 0x00, 0x8a].map(|kind| frame(kind, b""));
    for between in [more.clone(), pong] {
        let mut endless = Talker::connect(&server, patience)?.called("Endless")?;
        ann.hears("* Endless is here")?;
        let mut stream = endless.socket.get_ref().try_clone()?;
        stream.write_all(&beginning)?;
        let frames = [more.repeat(1_000), between].concat();
        let sender = std::thread::spawn(move || (0..100).all(|_| stream.write_all(&frames).is_ok()));
        let goodbye = endless.goodbye();
        drop(endless);
        let _ = sender.join();
        match goodbye.map_err(|failure| failure.context("it reads on"))? {
            (1009, _) => ann.hears("* Endless has left")?,
            other => return Err(Failure::new(format!("it gets {other:?}"))),
        }
    }
    Ok(())
}

/// How many texts make a burst. They are far more than an inbox keeps, and short: the systems have room for all of them.
const BURST: usize = 1_000;

/// One client sends a thousand texts in one write. Three others, which read all the time, miss none.
pub fn a_client_that_reads_misses_nothing_of_a_burst(program: &Program, patience: Duration) -> Result {
    let server = program.start()?;
    let mut speaker = Talker::connect(&server, patience)?.called("Speaker")?;
    let mut readers = Vec::new();
    for name in ["Ann", "Bob", "Cid"] {
        readers.push(Talker::connect(&server, patience)?.called(name)?);
    }
    let burst: Vec<u8> = (0..BURST).flat_map(|number| frame(0x81, number.to_string().as_bytes())).collect();
    speaker.socket.get_mut().write_all(&burst)?;
    for reader in &mut readers {
        let mut next = 0;
        while next < BURST {
            let heard = reader.hear()?;
            if heard == format!("Speaker: {next}") {
                next += 1;
            } else if !heard.ends_with(" is here") {
                return Err(Failure::new(format!("text {next} is due, not {heard:?}")));
            }
        }
    }
    Ok(())
}

/// How many members leave at the same time. They are far more than an inbox keeps.
const CROWD: usize = 600;

/// A crowd leaves in one moment. Ann, who reads all the time, hears of each of them.
pub fn a_client_that_reads_misses_nothing_when_a_crowd_leaves(program: &Program, patience: Duration) -> Result {
    let mut server = program.start()?;
    let mut crowd = Vec::new();
    for number in 0..CROWD {
        crowd.push(Talker::connect(&server, patience)?.called(&format!("L{number}"))?);
    }
    let mut ann = Talker::connect(&server, patience)?.called("Ann")?;
    server.while_suspended(|_| {
        drop(crowd);
        Ok(())
    })?;
    for left in 0..CROWD {
        let heard = ann.hear()?;
        if !heard.ends_with(" has left") {
            return Err(Failure::new(format!("after {left} members had left: {heard:?}")));
        }
    }
    Ok(())
}

/// How patient the server is in this test, and for how much of this time Dora's network is blocked.
pub const PATIENCE: Duration = Duration::from_secs(3);
const BLOCKED: Duration = Duration::from_millis(2_600);

/// Dora answers each ping that she gets. Then her network is blocked, for less than the server's patience, and works again.
pub fn a_client_that_was_blocked_for_less_than_the_patience_stays(program: &Program, patience: Duration) -> Result {
    for _ in 0..3 {
        let server = program.clone().patience_for_clients(PATIENCE).start()?;
        let mut dora = Talker::with_a_small_buffer(&server, patience)?.called("Dora")?;
        let mut ann = Talker::connect(&server, patience)?.called("Ann")?;
        let start = Instant::now();
        for _ in 0..500 {
            ann.say(&"x".repeat(4_000))?;
        }
        std::thread::sleep(BLOCKED.saturating_sub(start.elapsed()));
        let blocked = start.elapsed(); // the machine may be busy
        ann.say("the last one")?;
        let outcome = (|| {
            while dora.hear()? != "Ann: the last one" {}
            dora.say("here I am")?;
            while ann.hear()? != "Dora: here I am" {}
            Ok(())
        })();
        if outcome.is_ok() || blocked < PATIENCE {
            return outcome;
        }
    }
    Err(Failure::new("this machine is too busy for this test"))
}

/// Ann is here. A client whose name looks like hers, or cannot be read, has to choose another one.
pub fn a_name_belongs_to_one_member(program: &Program, patience: Duration) -> Result {
    let server = program.start()?;
    let _ann = Talker::connect(&server, patience)?.called("Ann")?;
    let mut other = Talker::connect(&server, patience)?;
    for double in ["aNN", "\u{410}nn"] {
        other.say(double)?;
        other.hears(&format!("* {double} is here already. Which other name is yours?"))?;
    }
    for unreadable in ["Ann\u{3164}", "\u{3164}", "\u{ff21}nn", "An\nn: hello\nX"] {
        other.say(unreadable)?;
        other.hears("* A name has 1 to 20 letters or digits, and no spaces. Which one is yours?")?;
    }
    other.called("Zoë-2").map(drop)
}

/// One byte of a stream can be marked as urgent, and a read stops there (RFC 6093). What comes after the mark must be read, too.
pub fn a_message_with_urgent_data_in_it_is_heard(program: &Program, patience: Duration) -> Result {
    let mut server = program.start()?;
    let mut ann = Talker::connect(&server, patience)?.called("Ann")?;
    let mut bob = Talker::connect(&server, patience)?.called("Bob")?;
    ann.hears("* Bob is here")?;
    let message = frame(0x81, b"hello, all of you");
    let (before, after) = message.split_at(message.len() / 2);
    server.while_suspended(|_| {
        let mut stream = ann.socket.get_ref();
        stream.write_all(before)?;
        SockRef::from(stream).send_out_of_band(b"!")?;
        Ok(stream.write_all(after)?)
    })?;
    bob.hears("Ann: hello, all of you")
}

/// A name that a stranger has made point here (*DNS rebinding*) is not ours, even if the page and the request agree on it.
pub fn a_server_answers_to_addresses_and_to_its_own_names_only(program: &Program, _: Duration) -> Result {
    let server = program.clone().argument("--host").argument("Chat.example").start()?;
    let port = server.address().port();
    for (host, status) in [
        ("127.0.0.1", 101),
        ("[::1]", 101),
        ("192.168.1.7", 101),
        ("localhost", 101),
        ("chat.example", 101),
        ("evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("chat.example.evil.example", 421),
        ("localhost.evil.example", 421),
        ("", 421),
    ] {
        for host in [host.to_owned(), format!("{host}:{port}")] {
            for (target, expected) in [("/chat", status), ("/", if status == 101 { 200 } else { status })] {
                let mut client = server.client()?;
                client.send(format!(
                    "GET {target} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\n{HANDSHAKE}\r\n"
                ))?;
                let status = client.response()?.status;
                if status != expected {
                    return Err(Failure::new(format!("{target} at {host:?}: {status} instead of {expected}")));
                }
            }
        }
    }
    Ok(())
}

/// What a client says that wants to leave HTTP for WebSocket.
pub const HANDSHAKE: &str = "Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
