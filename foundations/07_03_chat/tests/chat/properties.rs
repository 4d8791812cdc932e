//! The two properties that define the chat. The book's tests see that servers with a fault do not have them.

use super::talker::{Talker, frame};
use harness::{Failure, Program, Result};
use std::io::Write;
use std::time::{Duration, Instant};

/// Ann speaks, and the next thing that she hears is what Bob says to it.
pub fn everyone_but_the_sender_hears(program: &Program, patience: Duration) -> Result {
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
pub const MANY: usize = 1_000;

/// Dora does not read while Ann talks and Bob answers. Then she reads: the oldest messages, how many she has missed, and the newest.
pub fn a_client_that_does_not_read_delays_nobody(program: &Program, patience: Duration) -> Result {
    let server = program.start()?;
    let mut dora = Talker::with_a_small_buffer(&server, patience)?.called("Dora")?;
    let mut ann = Talker::connect(&server, patience)?.called("Ann")?;
    let mut bob = Talker::connect(&server, patience)?.called("Bob")?;
    ann.hears("* Bob is here")?;
    let padding = "x".repeat(4_000);
    for number in 0..MANY {
        ann.say(&format!("{number} {padding}"))?;
        bob.hears(&format!("Ann: {number} {padding}"))?;
    }
    dora.hears("* Ann is here")?;
    dora.hears("* Bob is here")?;
    let (mut next, mut missed) = (0, 0);
    while next < MANY {
        let heard = dora.hear()?;
        if let Some(number) = heard.strip_prefix("* You were too slow, and missed ") {
            missed += number.split(' ').next().and_then(|number| number.parse().ok()).unwrap_or(0);
            next += missed;
        } else if heard.starts_with(&format!("Ann: {next} ")) {
            next += 1;
        } else {
            return Err(Failure::new(format!("message {next} is due, not {:?}", heard.split(" x").next())));
        }
    }
    if missed == 0 {
        return Err(Failure::new("nothing was missed, so somebody has kept all of it"));
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
    for flooder in &mut flooders {
        let stream = flooder.socket.get_mut();
        stream.set_write_timeout(Some(Duration::from_millis(200)))?; // who is not read any more cannot send any more
        for _ in 0..FLOOD / pings.len() {
            if stream.write_all(&pings).is_err() {
                break;
            }
        }
    }
    let growth = server.resident_memory().unwrap_or_default().saturating_sub(before);
    if growth > GROWTH {
        return Err(Failure::new(format!("it grew by {growth} bytes")));
    }
    Talker::connect(&server, patience)?.called("Ann").map(drop)
}

/// How many texts make a burst. They are far more than an inbox keeps, and short: the systems have room for all of them.
const BURST: usize = 1_000;

/// One client sends a thousand texts in one write. Three others, who read all the time, miss none.
pub fn whoever_reads_misses_nothing_of_a_burst(program: &Program, patience: Duration) -> Result {
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

/// How patient the server is in this test, and for how much of this time Dora's network is blocked.
pub const PATIENCE: Duration = Duration::from_secs(3);
const BLOCKED: Duration = Duration::from_millis(2_600);

/// Dora answers each ping that she gets. Then her network is blocked, for less than the server's patience, and works again.
pub fn a_client_that_was_blocked_for_less_than_the_patience_stays(program: &Program, patience: Duration) -> Result {
    for _ in 0..3 {
        let server = program.clone().patience_for_peers(PATIENCE).start()?;
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
