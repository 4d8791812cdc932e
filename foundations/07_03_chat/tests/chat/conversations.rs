//! Names, and which messages each client gets.

use super::talker::Talker;
use super::{chat, properties};
use harness::{Result, SAFETY, has_descriptors};
use std::io::Write;
use std::time::Duration;

#[test]
fn all_but_the_sender_hear_what_is_said() -> Result {
    properties::all_but_the_sender_hear(&chat(), SAFETY)
}

#[test]
fn a_client_that_does_not_read_delays_no_other_client_and_hears_how_much_it_missed() -> Result {
    properties::a_client_that_does_not_read_delays_no_other_client(&chat(), SAFETY)
}

#[test]
fn leaving_is_announced_however_a_client_leaves() -> Result {
    let server = chat().start()?;
    let mut ann = Talker::connect(&server, SAFETY)?.called("Ann")?;
    let come_and_go = |name: &str, ann: &mut Talker, leave: fn(Talker) -> Result| {
        let talker = Talker::connect(&server, SAFETY)?.called(name)?;
        ann.hears(&format!("* {name} is here"))?;
        leave(talker)?;
        ann.hears(&format!("* {name} has left"))
    };
    come_and_go("Polite", &mut ann, |mut talker| {
        talker.socket.close(None).unwrap();
        while talker.socket.read().is_ok() {}
        Ok(())
    })?;
    come_and_go("Vanished", &mut ann, |talker| {
        drop(talker);
        Ok(())
    })?;
    come_and_go("Reset", &mut ann, |talker| {
        let socket = socket2::SockRef::from(talker.socket.get_ref()).set_linger(Some(Duration::ZERO));
        Ok(socket?)
    })?;
    come_and_go("Unfinished", &mut ann, |mut talker| {
        Ok(talker.socket.get_mut().write_all(b"\x81\xfe\x01\x00half a frame")?)
    })
}

#[test]
fn a_name_that_is_taken_or_no_name_is_refused_and_another_one_may_be_tried() -> Result {
    properties::a_name_belongs_to_one_member(&chat(), SAFETY)
}

#[test]
fn a_message_with_urgent_data_in_it_is_heard() -> Result {
    properties::a_message_with_urgent_data_in_it_is_heard(&chat(), SAFETY)
}

#[test]
fn a_client_without_a_name_hears_nothing() -> Result {
    let server = chat().start()?;
    let mut nameless = Talker::connect(&server, SAFETY)?;
    let mut ann = Talker::connect(&server, SAFETY)?.called("Ann")?;
    ann.say("secret")?;
    ann.say("more of it")?;
    let _bob = Talker::connect(&server, SAFETY)?.called("Bob")?;
    ann.hears("* Bob is here")?; // so what Ann said has been sent
    nameless.say("Cid")?;
    nameless.hears("* Hello, Cid! Others in this room: 2")
}

#[test]
fn a_client_that_reads_misses_nothing_when_a_crowd_leaves() -> Result {
    if !has_descriptors(4_000) {
        return Ok(());
    }
    properties::a_client_that_reads_misses_nothing_when_a_crowd_leaves(&chat(), SAFETY)
}

#[test]
fn a_client_that_reads_misses_nothing_of_a_burst() -> Result {
    properties::a_client_that_reads_misses_nothing_of_a_burst(&chat(), SAFETY)
}
