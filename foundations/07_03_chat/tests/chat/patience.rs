//! How long the server waits for a client, and for what.

use super::talker::Talker;
use super::{chat, properties};
use harness::{Program, Result, SAFETY, with_time_enough};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Both are pinged. One does not answer, because it does not read; the other answers while it waits for the first to be gone.
#[test]
fn a_client_that_answers_no_ping_is_disconnected_and_one_that_does_stays() -> Result {
    with_time_enough(Duration::from_millis(1_200), |patience| {
        a_client_that_answers_stays(&chat().patience_for_clients(patience))
    })
}

fn a_client_that_answers_stays(program: &Program) -> Result {
    let server = program.start()?;
    let mut alive = Talker::connect(&server, SAFETY)?.called("Alive")?;
    let mut dead = Talker::connect(&server, SAFETY)?.called("Dead")?;
    alive.hears("* Dead is here")?;
    alive.hears("* Dead has left")?;
    assert_eq!(dead.goodbye()?, (1008, "no answer to a ping".to_owned()));
    let mut new = Talker::connect(&server, SAFETY)?.called("New")?;
    alive.say("still here")?;
    new.hears("Alive: still here")
}

#[test]
fn a_client_that_was_blocked_for_less_than_the_patience_stays() -> Result {
    properties::a_client_that_was_blocked_for_less_than_the_patience_stays(&chat(), SAFETY)
}

/// It speaks, so it is there. But it does not read what the others say.
#[test]
fn a_client_that_reads_nothing_is_disconnected() -> Result {
    with_time_enough(Duration::from_secs(1), |patience| {
        a_client_that_takes_nothing_leaves(&chat().patience_for_clients(patience))
    })
}

fn a_client_that_takes_nothing_leaves(program: &Program) -> Result {
    let server = program.start()?;
    let mut dora = Talker::with_a_small_buffer(&server, SAFETY)?.called("Dora")?;
    let mut ann = Talker::connect(&server, SAFETY)?.called("Ann")?;
    let start = Instant::now();
    loop {
        dora.say("still here")?;
        for _ in 0..20 {
            ann.say(&"x".repeat(4_000))?;
        }
        sleep(Duration::from_millis(40)); // so long the server takes to read them
        match ann.hear()?.as_str() {
            "Dora: still here" => {}
            "* Dora has left" => break,
            heard => panic!("{heard}"),
        }
        assert!(start.elapsed() < SAFETY, "Dora is still in the room");
    }
    server.wait_for_log("disconnected a client: you do not read your messages")
}

/// It reads, and so its library answers each ping.
#[test]
fn a_client_that_never_gives_a_name_is_disconnected() -> Result {
    let server = chat().patience_for_clients(Duration::from_secs(1)).start()?;
    let mut nameless = Talker::connect(&server, SAFETY)?;
    assert_eq!(nameless.goodbye()?, (1008, "no name was given".to_owned()));
    Ok(())
}

#[test]
fn with_a_patience_of_zero_no_client_stays_and_nothing_breaks() -> Result {
    let server = chat().environment("PATIENCE", "0").start()?;
    for _ in 0..3 {
        let _ = Talker::connect(&server, SAFETY).and_then(|talker| talker.called("Ann"));
    }
    assert!(!server.log().contains("panicked"), "{}", server.log());
    Ok(())
}

#[test]
fn a_connection_is_kept_as_long_as_requests_come() -> Result {
    with_time_enough(Duration::from_millis(600), |patience| {
        let server = chat().patience_for_clients(patience).start()?;
        let (mut client, start) = (server.client()?, Instant::now());
        while start.elapsed() < 3 * patience {
            assert_eq!(client.get("/")?.status, 200);
            sleep(patience / 6);
        }
        Ok(())
    })
}

#[test]
fn a_connection_on_which_nothing_is_asked_is_closed() -> Result {
    let server = chat().patience_for_clients(Duration::from_millis(600)).start()?;
    let [mut silent, mut half, mut served] = [server.client()?, server.client()?, server.client()?];
    half.send("GET / HTTP/1.1\r\n")?;
    assert_eq!(served.get("/")?.status, 200);
    for client in [&mut silent, &mut half, &mut served] {
        client.end()?;
    }
    Ok(())
}
