//! The chat of step 7.3: what its picture says, and properties that find a fault.

#![allow(clippy::expect_used, clippy::unwrap_used)] // in helpers, too: a test says what went wrong by failing at that line

use crate::faults::failure_within;
use crate::measured::timelines;
use book_checks::{Failure, Result, patch};
use harness::{Program, SAFETY};
use std::time::Duration;
use timeline::Kind;

#[path = "../../../../foundations/07_03_chat/tests/chat/properties.rs"]
mod properties;
#[allow(dead_code, reason = "the step's own tests use more of it")]
#[allow(clippy::duplicate_mod, reason = "the tests of 11.3 have their own copy")]
#[path = "../../../../foundations/07_03_chat/tests/chat/talker.rs"]
mod talker;

fn found(fault: &str, property: fn(&Program, Duration) -> Result, patience: Duration) -> Failure {
    let program = patch::program(&format!("07_03_chat+{fault}")).unwrap();
    failure_within(3, || property(&program, patience))
}

#[test]
#[ignore = "checks a check, `cargo test --test book --test harness -- --ignored found` does it"]
fn a_chat_that_waits_for_the_slowest_is_found() {
    let property = properties::a_client_that_does_not_read_delays_no_other_client;
    let failure = found("waits_for_the_slowest", property, Duration::from_secs(1)).to_string();
    let waits_in_vain = |speaker: &str| failure.contains(&format!("instead of \"{speaker}: "));
    assert!(["Ann", "Bob"].into_iter().any(waits_in_vain), "{failure}");
}

#[test]
#[ignore = "checks a check, `cargo test --test book --test harness -- --ignored found` does it"]
fn a_chat_that_sends_to_the_sender_too_is_found() {
    let failure = found("sends_to_the_sender_too", properties::all_but_the_sender_hear, SAFETY);
    assert!(failure.to_string().contains("heard \"* Ann is here\""), "{failure}"); // as though she were another
}

#[test]
#[ignore = "checks a check, `cargo test --test book --test harness -- --ignored found` does it"]
fn a_chat_that_reads_one_client_without_a_pause_is_found() {
    let failure = found("no_pace", properties::a_client_that_reads_misses_nothing_of_a_burst, SAFETY);
    assert!(failure.to_string().contains("You were too slow"), "{failure}");
}

#[test]
#[ignore = "checks a check, `cargo test --test book --test harness -- --ignored found` does it"]
fn a_chat_that_lets_a_crowd_leave_in_one_moment_is_found() {
    let program = patch::program("07_03_chat+leaves_in_a_crowd").unwrap();
    let property = || properties::a_client_that_reads_misses_nothing_when_a_crowd_leaves(&program, SAFETY);
    let failure = failure_within(20, property); // chance decides when Ann's task has a turn
    assert!(failure.to_string().contains("You were too slow"), "{failure}");
}

#[test]
#[ignore = "checks a check, `cargo test --test book --test harness -- --ignored found` does it"]
fn a_chat_that_keeps_every_pong_is_found() {
    let failure = found("keeps_every_pong", properties::pings_whose_pongs_are_never_read_take_no_memory, SAFETY);
    assert!(failure.to_string().contains("it grew by"), "{failure}");
}

#[test]
#[ignore = "checks a check, `cargo test --test book --test harness -- --ignored found` does it"]
fn a_chat_that_joins_frames_without_end_is_found() {
    let property = properties::a_message_that_never_ends_is_refused;
    let failure = found("joins_without_end", property, Duration::from_secs(1));
    assert!(failure.to_string().contains("it reads on"), "{failure}");
}

#[test]
#[ignore = "checks a check, `cargo test --test book --test harness -- --ignored found` does it"]
fn a_chat_that_does_not_wait_for_a_pong_is_found() {
    let property = properties::a_client_that_was_blocked_for_less_than_the_patience_stays;
    let failure = found("impatient", property, SAFETY);
    assert!(failure.to_string().contains("no answer to a ping"), "{failure}");
}

#[test]
#[ignore = "checks a check, `cargo test --test book --test harness -- --ignored found` does it"]
fn a_chat_that_answers_to_any_name_is_found() {
    let property = properties::a_server_answers_to_addresses_and_to_its_own_names_only;
    let failure = found("any_host", property, SAFETY);
    assert!(failure.to_string().contains("\"evil.example\": 101 instead of 421"), "{failure}");
}

#[test]
#[ignore = "checks a check, `cargo test --test book --test harness -- --ignored found` does it"]
fn a_chat_that_takes_names_as_they_are_written_is_found() {
    let failure = found("names_as_written", properties::a_name_belongs_to_one_member, SAFETY);
    assert!(failure.to_string().contains("heard \"* Hello, \u{410}nn!"), "{failure}");
}

#[test]
#[ignore = "checks a check, `cargo test --test book --test harness -- --ignored found` does it"]
fn a_chat_that_stops_reading_at_urgent_data_is_found() {
    let property = properties::a_message_with_urgent_data_in_it_is_heard;
    let failure = found("stops_at_urgent", property, Duration::from_secs(1));
    assert!(failure.to_string().contains("instead of \"Ann: hello, all of you\""), "{failure}");
}

#[test]
fn no_client_waits_for_one_that_does_not_read() -> Result {
    for picture in timelines("07_03")? {
        let [ann, bob, dora] = &picture.rows[..] else { panic!("three clients: {picture:?}") };
        let asleep = dora.of(Kind::Blocked).next().unwrap();
        assert!(ann.end() <= asleep.to && bob.end() <= asleep.to, "all is said before she reads: {picture:?}");
        let missed = dora.note.strip_suffix(" messages").and_then(|number| number.parse::<u32>().ok());
        assert!(missed.is_some_and(|number| (1..2_000).contains(&number)), "{picture:?}");
    }
    Ok(())
}
