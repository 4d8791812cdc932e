//! One copy and its broker.

use super::properties::{self, Broker, hears_at_last};
use super::talker::Talker;
use harness::{Program, Protocol, Result, SAFETY, Server, has_tool, suite};
use rustix::process::Signal;
use std::time::{Duration, Instant};

/// The copy of the chat, as it is built now.
fn copy() -> Program {
    Program::at(env!("CARGO_BIN_EXE_11_03_shared_chat"))
}

fn with_a_broker(property: fn(&Program) -> Result) -> Result {
    if has_tool("redis-server") { property(&copy()) } else { Ok(()) }
}

#[test]
fn people_at_one_copy_hear_each_other_without_the_broker_and_all_others_as_soon_as_it_is_back() -> Result {
    if !has_tool("redis-server") {
        return Ok(());
    }
    let mut broker = Broker::start();
    let (here, there) = (broker.copy(&copy()).start()?, broker.copy(&copy()).start()?);
    let mut bob = Talker::connect(&there, SAFETY)?.called("Bob")?;
    let mut ann = Talker::connect(&here, SAFETY)?.called("Ann")?;
    hears_at_last(&mut bob, "* Ann is here")?;
    broker.end();
    for copy in [&here, &there] {
        copy.wait_for_log("lost the broker")?;
    }
    let mut cid = Talker::connect(&here, SAFETY)?.called("Cid")?;
    hears_at_last(&mut ann, "* Cid is here")?;
    ann.say("hello")?;
    hears_at_last(&mut cid, "Ann: hello")?;
    broker.start_again();
    bob.socket.get_ref().set_read_timeout(Some(Duration::from_millis(50)))?; // until both relays have found it
    let start = Instant::now();
    while !bob.hear().is_ok_and(|line| line == "Ann: hello again") {
        assert!(start.elapsed() < SAFETY, "Bob hears nothing more of Ann");
        ann.say("hello again")?;
    }
    Ok(())
}

/// What Cid and Dora hear, each at one of these copies, when Ann says something at the first one, and then Bob at the second one,
/// while the broker takes its time.
fn heard_at(copies: [&Server; 2], broker: &Broker) -> Result<[[String; 2]; 2]> {
    let enter = |copy, name| Talker::connect(copy, SAFETY)?.called(name);
    let [mut cid, mut dora] = [enter(copies[0], "Cid")?, enter(copies[1], "Dora")?];
    let [mut ann, mut bob] = [enter(copies[0], "Ann")?, enter(copies[1], "Bob")?];
    hears_at_last(&mut cid, "* Bob is here")?;
    hears_at_last(&mut dora, "* Ann is here")?;
    broker.signal(Signal::STOP);
    ann.say("one")?;
    let first_of_cid = hears_talk(&mut cid)?;
    bob.say("two")?;
    let first_of_dora = hears_talk(&mut dora)?;
    broker.signal(Signal::CONT);
    Ok([[first_of_cid, hears_talk(&mut cid)?], [first_of_dora, hears_talk(&mut dora)?]])
}

/// The next line that a member says.
fn hears_talk(talker: &mut Talker) -> Result<String> {
    loop {
        match talker.hear()? {
            line if line.starts_with("* ") => {} // a member has come, or left
            line => return Ok(line),
        }
    }
}

#[test]
fn people_at_different_copies_may_hear_two_lines_in_a_different_order() -> Result {
    if !has_tool("redis-server") {
        return Ok(());
    }
    let broker = Broker::start();
    let (here, there) = (broker.copy(&copy()).start()?, broker.copy(&copy()).start()?);
    let [cid, dora] = heard_at([&here, &there], &broker)?;
    assert_eq!((cid, dora), (["Ann: one".into(), "Bob: two".into()], ["Bob: two".into(), "Ann: one".into()]));
    let third = broker.copy(&copy()).start()?;
    let [cid, dora] = heard_at([&third, &third], &broker)?;
    assert_eq!(cid, ["Ann: one", "Bob: two"]);
    assert_eq!(cid, dora, "at one copy, there is one order");
    Ok(())
}

#[test]
fn lines_lost_at_the_broker_are_not_blamed_on_a_member() -> Result {
    with_a_broker(properties::lines_lost_at_the_broker_are_not_blamed_on_a_member)
}

#[test]
fn a_broker_that_rests_for_a_second_is_not_lost() -> Result {
    with_a_broker(properties::a_broker_that_rests_for_a_second_is_not_lost)
}

#[test]
fn a_line_that_the_broker_did_not_confirm_is_sent_again() -> Result {
    with_a_broker(properties::a_line_that_the_broker_did_not_confirm_is_sent_again)
}

#[test]
fn a_broker_that_falls_silent_is_noticed_although_no_member_speaks() -> Result {
    with_a_broker(properties::a_broker_that_falls_silent_is_noticed_although_no_member_speaks)
}

#[test]
fn a_copy_that_stops_well_announces_the_members_that_leave() -> Result {
    if !has_tool("redis-server") {
        return Ok(());
    }
    let broker = Broker::start();
    let (mut here, there) = (broker.copy(&copy()).start()?, broker.copy(&copy()).start()?);
    let mut bob = Talker::connect(&there, SAFETY)?.called("Bob")?;
    let mut ann = Talker::connect(&here, SAFETY)?.called("Ann")?;
    hears_at_last(&mut bob, "* Ann is here")?;
    here.terminate()?;
    hears_at_last(&mut bob, "* Ann has left")?;
    ann.goodbye()?;
    drop(ann);
    assert_eq!(here.wait_for_exit()?.code(), Some(0));
    Ok(())
}

#[test]
fn each_copy_knows_the_names_of_its_own_members_only() -> Result {
    if !has_tool("redis-server") {
        return Ok(());
    }
    let broker = Broker::start();
    let (here, there) = (broker.copy(&copy()).start()?, broker.copy(&copy()).start()?);
    let mut ann = Talker::connect(&here, SAFETY)?.called("Ann")?;
    let mut other = Talker::connect(&there, SAFETY)?;
    other.say("Ann")?;
    other.hears("* Hello, Ann! Others in this room: 1")?; // the relay
    hears_at_last(&mut ann, "* Ann is here").map(drop)
}

#[test]
fn what_was_said_before_a_copy_was_there_is_lost_to_it() -> Result {
    if !has_tool("redis-server") {
        return Ok(());
    }
    let broker = Broker::start();
    let (here, there) = (broker.copy(&copy()).start()?, broker.copy(&copy()).start()?);
    let mut cid = Talker::connect(&there, SAFETY)?.called("Cid")?;
    let mut ann = Talker::connect(&here, SAFETY)?.called("Ann")?;
    hears_at_last(&mut cid, "* Ann is here")?;
    ann.say("early")?;
    hears_at_last(&mut cid, "Ann: early")?; // so the broker has passed it on
    let late = broker.copy(&copy()).start()?;
    let mut bob = Talker::connect(&late, SAFETY)?.called("Bob")?;
    hears_at_last(&mut ann, "* Bob is here")?;
    ann.say("late")?;
    assert!(!hears_at_last(&mut bob, "Ann: late")?.contains(&"Ann: early".to_owned()));
    Ok(())
}

#[test]
fn a_copy_without_a_broker_says_so() -> Result {
    let ended = copy().environment("BROKER", "unix:///nonexistent").run(&["127.0.0.1:0"])?;
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.log.starts_with("cannot reach the broker at unix:///nonexistent: "), "{ended:?}");
    Ok(())
}

#[test]
fn its_command_line_follows_the_conventions() {
    if has_tool("redis-server") {
        suite::command_line(Broker::start().copy(&copy()).speaking(Protocol::OwnPage)).assert_passed();
    }
}
