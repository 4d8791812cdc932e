//! The two properties that define the chat. The book's tests see that servers with a fault do not have them.

use super::talker::Talker;
use harness::{Failure, Program, Result};
use std::time::Duration;

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
