//! Chapter 3: what it says of its steps, and the changes to them that break just that.

#![allow(clippy::unwrap_used)] // in helpers, too: a test says what went wrong by failing at that line

use book_checks::{patch, step};
use harness::{Program, Protocol, suite};
use std::thread;
use std::time::Duration;

/// The program of a step, or of a step with a patch, told to answer without a delay.
fn server(name: &str) -> Program {
    let program = if name.contains('+') { patch::program(name) } else { step::program(name) };
    program.unwrap().speaking(Protocol::Echo)
}

/// Each change, and the check that finds it.
const FOUND_BY: [(&str, &str); 7] = [
    ("03_02_naive_polling+polling_with_naps", "it_computes_while_nobody_speaks"),
    ("03_03_event_loop+sleep_in_the_loop", "two_hundred_delays_pass_at_the_same_time"),
    ("03_03_event_loop+turns_without_end", "a_client_that_never_stops_delays_nobody"),
    ("03_03_event_loop+deadlines_by_search", "idle_clients_do_not_make_the_others_dearer"),
    ("03_03_event_loop+no_pause", "running_out_of_descriptors"),
    ("03_03_event_loop+no_second_try", "running_out_of_descriptors"),
    ("03_03_event_loop+forgotten_end", "a_line_and_the_end_may_come_together"),
];

#[test]
fn each_change_that_breaks_a_loop_is_found() {
    let missed = |(name, check): &(&str, &str)| {
        let outcome = suite::only(check, &server(name).patience(Duration::from_secs(1)));
        outcome.is_ok().then(|| format!("{check} passes {name}"))
    };
    patch::build().unwrap();
    let missed: Vec<String> = thread::scope(|scope| {
        let running: Vec<_> = FOUND_BY.iter().map(|pair| scope.spawn(move || missed(pair))).collect();
        running.into_iter().filter_map(|check| check.join().unwrap()).collect()
    });
    assert!(missed.is_empty(), "{missed:?}");
}

#[test]
fn with_calls_that_block_step_3_1_waits_for_itself() {
    let program = patch::program("03_01_would_block+blocking_calls").unwrap();
    let ended = program.patience(Duration::from_millis(300)).run(&[]);
    assert!(ended.is_err(), "{ended:?}");
}
