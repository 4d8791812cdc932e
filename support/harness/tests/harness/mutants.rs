//! A check that cannot fail checks nothing: each one here meets a server with a fault that it must find, and a sound
//! one that it must let pass.

use crate::found_by::{ECHO_FOUND_BY, FOUND_BY, FoundBy, PATIENT_FOUND_BY, SHOWS_AFTER_A_NAP};
use harness::{Program, SAFETY, at_a_time, has_descriptors, has_tool, suite, with_time_enough};
use std::collections::BTreeSet;
use std::time::Duration;

fn echo_server_with(fault: &str) -> Program {
    Program::echo(env!("CARGO_BIN_EXE_echo_mutant")).environment("FAULT", fault)
}

fn server_with(fault: &str) -> Program {
    Program::at(env!("CARGO_BIN_EXE_mutant")).environment("FAULT", fault)
}

fn patient_server_with(fault: &str) -> Program {
    server_with(fault).patience_for_clients(Duration::from_millis(300))
}

#[test]
#[ignore = "checks a check, `cargo test --test book --test harness -- --ignored found` does it"]
fn every_fault_is_found() {
    let pairs = |found_by: &'static [FoundBy], server: fn(&str) -> Program| {
        found_by.iter().flat_map(move |(fault, checks)| checks.iter().map(move |check| (*fault, *check, server(fault))))
    };
    let patient = pairs(PATIENT_FOUND_BY, patient_server_with);
    let echo = pairs(ECHO_FOUND_BY, echo_server_with);
    let pairs = pairs(FOUND_BY, server_with).chain(patient).chain(echo);
    let can_fail = has_tool("strace"); // to make `accept` fail
    let pairs = pairs.filter(|(_, check, _)| can_fail || *check != "connections_that_fail_before_they_are_accepted");
    // Some at a time: most of them wait, but those that watch a server spin need it to have a processor.
    let missed = at_a_time(12, pairs, |(fault, check, server)| {
        // The second is less than the naps that have to be noticed.
        let patience = if fault == SHOWS_AFTER_A_NAP { SAFETY } else { Duration::from_millis(600) };
        let server = server.patience(patience);
        // On a busy machine, the checks of times can pass by chance: a pause of the client ends every patience, and five delays that pass
        // at the same time take as long as five in a row. So each check may look again. All other faults are found at the first look.
        (0..20).all(|_| suite::only(check, &server).is_ok()).then(|| format!("\n{check} passes {fault:?}"))
    });
    let missed: String = missed.into_iter().flatten().collect();
    assert!(missed.is_empty(), "faults were not found:{missed}");
}

#[test]
fn every_check_has_a_fault_to_find() {
    let with_fault: BTreeSet<&str> = FOUND_BY
        .iter()
        .chain(PATIENT_FOUND_BY)
        .chain(ECHO_FOUND_BY)
        .flat_map(|(_, checks)| checks.iter().copied())
        .collect();
    let without: Vec<&str> = suite::names().filter(|name| !with_fault.contains(name)).collect();
    assert!(without.is_empty(), "nothing shows that these checks can fail: {without:?}");
}

#[test]
#[ignore = "checks a check, `cargo test --test book --test harness -- --ignored found` does it"]
fn no_fault_is_found_in_a_sound_server() {
    type Suites = Box<dyn Fn() + Send + Sync>;
    let patient = PATIENT_FOUND_BY.iter().flat_map(|(_, checks)| checks.iter()).map(|check| -> Suites {
        let passes = |time| suite::only(check, &server_with("").patience_for_clients(time));
        Box::new(move || with_time_enough(Duration::from_secs(1), passes).unwrap())
    });
    // (That a serial server passes the second ones as well, steps 2.1 and 9.1 show.)
    let others: [Suites; 5] = [
        Box::new(|| {
            suite::one_at_a_time(server_with("serial")).assert_passed();
            suite::ends_at_once(server_with("dies_of_signals")).assert_passed();
            suite::keeps_connections(server_with("")).assert_passed();
            suite::concurrent(server_with("")).assert_passed();
            suite::echo_one_at_a_time(echo_server_with("serial")).assert_passed();
            suite::echo_concurrent(echo_server_with("")).assert_passed();
            suite::echo_pool(echo_server_with("serves_eight_at_a_time")).assert_passed();
            suite::idle_clients_cost_nothing(echo_server_with("")).assert_passed();
            suite::never_rests(echo_server_with("spins")).assert_passed();
            suite::parallel(server_with("")).assert_passed();
            suite::shares_all_work(echo_server_with("")).assert_passed();
            suite::on_one_thread(server_with("shares_one_lock")).assert_passed();
        }),
        Box::new(|| {
            suite::answers(server_with("")).assert_passed();
            suite::survives(server_with("")).assert_passed();
            suite::command_line(server_with("")).assert_passed();
            suite::echoes(echo_server_with("")).assert_passed();
            suite::echo_survives(echo_server_with("")).assert_passed();
        }),
        Box::new(|| suite::naps(server_with("")).assert_passed()),
        Box::new(|| suite::stops_well(server_with("")).assert_passed()),
        Box::new(|| suite::a_nap_holds_up_all_others(server_with("serial")).assert_passed()),
    ];
    let suites: Vec<Suites> = others.into_iter().chain(patient).collect();
    // Side by side, they need more descriptors than a process has on some machines.
    let number = if has_descriptors(8_000) { suites.len() } else { 1 };
    at_a_time(number, suites, |suite| suite());
}
