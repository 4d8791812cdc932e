//! Step 7.5: what its pictures and its table say, and properties that find a fault.

#![allow(clippy::expect_used, clippy::unwrap_used)] // in helpers, too: a test says what went wrong by failing at that line

use crate::faults::{found, found_by_test};
use crate::measured::timelines;
use book_checks::Result;
use book_checks::measured::outputs;
use timeline::Kind;

#[allow(dead_code, reason = "the step's own tests use more of it")]
#[path = "../../../../foundations/07_05_tick/tests/tick/properties.rs"]
mod properties;

#[test]
#[ignore = "checks a check, `cargo test --test book --test harness -- --ignored found` does it"]
fn a_server_that_trusts_each_address_is_found() {
    found(
        "07_05_tick+amplifier",
        properties::a_stranger_gets_no_more_than_it_sent,
        "a stranger sent 19 bytes, and got",
    );
}

#[test]
#[ignore = "checks a check, `cargo test --test book --test harness -- --ignored found` does it"]
fn a_server_that_answers_answers_is_found() {
    found("07_05_tick+answers_answers", properties::no_answer_is_answered, "an answer is answered");
}

#[test]
#[ignore = "checks a check, `cargo test --test book --test harness -- --ignored found` does it"]
fn a_server_that_never_forgets_is_found() {
    found("07_05_tick+never_forgets", properties::a_silent_player_is_forgotten, "is not forgotten");
}

#[test]
#[ignore = "checks a check, `cargo test --test book --test harness -- --ignored found` does it"]
fn a_server_without_a_limit_of_players_is_found() {
    found("07_05_tick+no_limit_of_players", properties::the_number_of_players_is_bounded, "a third player got");
}

#[test]
#[ignore = "checks a check, `cargo test --test book --test harness -- --ignored found` does it"]
fn a_server_that_repeats_missed_ticks_is_found() {
    found("07_05_tick+repeats_ticks", properties::missed_ticks_are_sent_once, "came");
}

#[test]
#[ignore = "checks a check, `cargo test --test book --test harness -- --ignored found` does it"]
fn a_server_that_reads_packets_first_is_found() {
    found_by_test(
        1,
        "07_05_tick+packets_first",
        &["--lib"],
        "server::tests::a_tick_comes_before_the_packets_that_wait",
    );
}

/// When the ticks began in a picture of the book, and in the same picture now.
fn begins(name: &str) -> Result<Vec<u64>> {
    let [committed, now] = timelines(&format!("07_05_{name}"))?;
    assert_eq!(committed, now, "the clock is a virtual one, so nothing may differ");
    Ok(committed.rows[1].of(Kind::Runs).map(|span| span.from).collect())
}

#[test]
fn the_pictures_of_late_ticks_show_what_the_page_says() -> Result {
    assert_eq!(begins("sleep")?, [0, 25, 50, 75, 100, 125, 150, 175]);
    assert_eq!(begins("burst")?, [0, 20, 40, 110, 115, 120, 125, 140]);
    assert_eq!(begins("delay")?, [0, 20, 40, 110, 130, 150, 170, 190]);
    assert_eq!(begins("skip")?, [0, 20, 40, 110, 120, 140, 160, 180]);
    Ok(())
}

/// The numbers in the line of the table that has these words in it: 50, 99 and 100 %, and the pictures a second.
fn line(words: &str) -> [f64; 4] {
    let kept = outputs::all().unwrap();
    let table = kept.iter().find(|kept| kept.name() == "output_07_05_lateness").unwrap().committed().unwrap();
    let line = table.lines().find(|line| line.contains(words)).unwrap_or_else(|| panic!("no {words} in {table}"));
    let numbers: Vec<f64> = line.split('|').skip(1).map(|number| number.trim().parse().unwrap()).collect();
    numbers.try_into().unwrap()
}

#[test]
fn a_loop_is_later_than_a_sleep_and_a_thousand_players_make_no_difference_to_it() {
    let [sleep, no_players, players] = ["sleeps", "loop, 0", "loop, 1000"].map(line);
    assert!(sleep[0] < no_players[0] / 4.0 && no_players[0] < 1.5, "{sleep:?}, {no_players:?}");
    assert!(players[0] < no_players[0] * 1.5 && players[2] < 16.6, "{players:?}");
    assert!(players[3] > 57_000.0, "{players:?}");
}

#[test]
fn of_a_thousand_threads_most_are_on_time_and_a_few_are_very_late() {
    let [one_loop, threads] = ["loop, 1000", "a thread for each"].map(line);
    assert!(
        threads[0] < one_loop[0] && threads[1] > one_loop[1] * 2.0 && threads[3] < one_loop[3],
        "{threads:?}, {one_loop:?}"
    );
}
