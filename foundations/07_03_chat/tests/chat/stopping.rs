//! A signal: each client gets a goodbye, then the server ends.

use super::chat;
use super::properties::MANY;
use super::talker::Talker;
use harness::{Result, SAFETY, Server};

/// A client that does not read, and for which more is waiting than any buffer holds.
fn sleeper(server: &Server) -> Result<Talker> {
    let sleeper = Talker::with_a_small_buffer(server, SAFETY)?.called("Sleeper")?;
    let mut ann = Talker::connect(server, SAFETY)?.called("Ann")?;
    let mut bob = Talker::connect(server, SAFETY)?.called("Bob")?;
    ann.hears("* Bob is here")?;
    for _ in 0..MANY / 2 {
        ann.say(&"x".repeat(4_000))?;
        bob.say(&"x".repeat(4_000))?;
        bob.hear()?;
        ann.hear()?;
    }
    Ok(sleeper)
}

#[test]
fn on_a_signal_all_clients_get_a_goodbye_and_the_code_is_0() -> Result {
    for signal in [Server::interrupt, Server::terminate] {
        let mut server = chat().start()?;
        let nameless = Talker::connect(&server, SAFETY)?;
        let ann = Talker::connect(&server, SAFETY)?.called("Ann")?;
        let half = server.client()?; // has not asked for anything
        signal(&server)?;
        for mut talker in [nameless, ann] {
            assert_eq!(talker.goodbye()?, (1001, "the server is stopping".to_owned()));
        }
        assert_eq!(server.wait_for_exit()?.code(), Some(0));
        drop(half);
    }
    Ok(())
}

#[test]
fn a_client_that_does_not_read_does_not_keep_it_from_ending() -> Result {
    let mut server = chat().start()?;
    let sleeper = sleeper(&server)?;
    server.terminate()?;
    assert_eq!(server.wait_for_exit()?.code(), Some(0));
    drop(sleeper);
    Ok(())
}

#[test]
fn a_second_signal_ends_it_at_once() -> Result {
    let mut server = chat().start()?;
    let sleeper = sleeper(&server)?;
    server.interrupt()?;
    server.wait_for_log("press Ctrl-C again")?;
    server.interrupt()?;
    assert_eq!(server.wait_for_exit()?.code(), Some(1));
    drop(sleeper);
    Ok(())
}
