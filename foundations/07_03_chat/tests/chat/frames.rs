//! Frames that RFC 6455 forbids, or that this server does not want: each has its code, and no other client notices.

use super::talker::{Talker, frame};
use super::{chat, properties};
use harness::{Result, SAFETY};
use std::io::Write;

/// A frame that says it has this many bytes.
fn beginning_of_a_frame(length: u64) -> Vec<u8> {
    [&[0x81, 0xff][..], &length.to_be_bytes(), &[0; 4]].concat()
}

#[test]
fn each_bad_frame_has_its_code_and_no_other_client_notices() -> Result {
    let server = chat().start()?;
    let mut ann = Talker::connect(&server, SAFETY)?.called("Ann")?;
    let half = [frame(0x01, &[b'x'; 100]), frame(0x00, &[b'x'; 100]).repeat(50)].concat();
    for (what, frames, code) in [
        ("binary", frame(0x82, b"picture"), 1003),
        ("no UTF-8", frame(0x81, b"\xff"), 1007),
        ("no UTF-8 in a fragment", [frame(0x01, b"\xc3"), frame(0x80, b"(")].concat(), 1007),
        ("a frame of a terabyte", beginning_of_a_frame(1 << 40), 1009),
        ("a frame of a few bytes too many", beginning_of_a_frame(4097), 1009),
        ("many fragments", half, 1009),
        ("no mask", b"\x81\x05hello".to_vec(), 1002),
        ("a reserved bit", frame(0xc1, b"hello"), 1002),
        ("an unknown kind", frame(0x83, b"hello"), 1002),
        ("an unknown control frame", frame(0x8b, b"hello"), 1002),
        ("a ping in fragments", frame(0x09, b"hello"), 1002),
        ("the second half of nothing", frame(0x80, b"hello"), 1002),
        ("a new message within another", [frame(0x01, b"a"), frame(0x81, b"b")].concat(), 1002),
        ("a goodbye of one byte", frame(0x88, b"x"), 1002),
    ] {
        let mut bad = Talker::connect(&server, SAFETY)?.called("Bad")?;
        ann.hears("* Bad is here")?;
        bad.socket.get_mut().write_all(&frames)?;
        let (received, reason) = bad.goodbye().map_err(|failure| failure.context(what))?;
        assert_eq!(received, code, "{what}: {reason}");
        ann.hears("* Bad has left")?;
    }
    Ok(())
}

#[test]
fn a_message_may_come_in_fragments_with_a_ping_between_them() -> Result {
    let server = chat().start()?;
    let mut ann = Talker::connect(&server, SAFETY)?.called("Ann")?;
    let mut bob = Talker::connect(&server, SAFETY)?.called("Bob")?;
    for piece in [frame(0x01, b"hel"), frame(0x89, b"there?"), frame(0x80, b"lo")] {
        bob.socket.get_mut().write_all(&piece)?;
    }
    ann.hears("* Bob is here")?;
    ann.hears("Bob: hello")?;
    assert_eq!(bob.socket.read().unwrap().into_data(), "there?", "a pong says what the ping said");
    Ok(())
}

#[test]
fn the_longest_message_arrives() -> Result {
    let server = chat().start()?;
    let mut ann = Talker::connect(&server, SAFETY)?.called("Ann")?;
    let mut bob = Talker::connect(&server, SAFETY)?.called("Bob")?;
    ann.hears("* Bob is here")?;
    let longest = "x".repeat(4096);
    bob.say(&longest)?;
    ann.hears(&format!("Bob: {longest}"))
}

#[test]
fn a_long_message_may_come_byte_by_byte() -> Result {
    let server = chat().start()?;
    let mut ann = Talker::connect(&server, SAFETY)?.called("Ann")?;
    let mut bob = Talker::connect(&server, SAFETY)?.called("Bob")?;
    ann.hears("* Bob is here")?;
    let pieces = [frame(0x01, b"x"), frame(0x00, b"x").repeat(4094), frame(0x80, b"x")].concat();
    for _ in 0..3 {
        bob.socket.get_mut().write_all(&pieces)?;
        ann.hears(&format!("Bob: {}", "x".repeat(4096)))?;
    }
    Ok(())
}

#[test]
fn a_message_that_never_ends_is_refused() -> Result {
    properties::a_message_that_never_ends_is_refused(&chat(), SAFETY)
}

#[test]
fn pings_whose_pongs_are_never_read_take_no_memory() -> Result {
    properties::pings_whose_pongs_are_never_read_take_no_memory(&chat(), SAFETY)
}

#[test]
fn clients_that_break_the_rules_on_purpose_do_not_fill_the_log() -> Result {
    let server = chat().start()?;
    for _ in 0..50 {
        let mut talker = Talker::connect(&server, SAFETY)?;
        talker.socket.get_mut().write_all(&frame(0x82, b"no text"))?;
        talker.goodbye()?;
    }
    let lines = server.log().lines().count();
    assert!((1..40).contains(&lines), "fifty clients wrote {lines} lines into the log");
    Ok(())
}
