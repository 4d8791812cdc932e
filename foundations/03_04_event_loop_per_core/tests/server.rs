//! Step 3.4: no client waits for another, on a thread for each core.

#![allow(clippy::unwrap_used)] // in helpers, too: a test says what went wrong by failing at that line

use harness::{Program, Server, suite};
use std::fs;

fn server() -> Program {
    Program::echo(env!("CARGO_BIN_EXE_03_04_event_loop_per_core"))
}

#[test]
fn each_line_comes_back() {
    suite::echoes(server()).assert_passed();
}

#[test]
fn it_survives_its_clients() {
    suite::echo_survives(server()).assert_passed();
}

#[test]
fn no_client_waits_for_another() {
    suite::echo_concurrent(server()).assert_passed();
}

#[test]
fn its_command_line_follows_the_conventions() {
    suite::command_line(server()).assert_passed();
}

#[test]
fn a_signal_ends_it_at_once() {
    suite::ends_at_once(server()).assert_passed();
}

#[test]
fn a_blocked_loop_stops_no_client_of_another() {
    suite::parallel(server().environment("LOOPS", "2")).assert_passed();
}

#[test]
fn idle_clients_cost_nothing() {
    suite::idle_clients_cost_nothing(server()).assert_passed();
}

/// Each new client wakes every loop, although only one of them can accept it. With a single loop, none is woken in vain.
#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "only Linux reports how often a thread has waited")]
fn a_new_client_wakes_every_loop() {
    let newcomers = 40;
    assert!(wakes(4, newcomers) > 3 * newcomers);
    assert!(wakes(1, newcomers) < 3 * newcomers);
}

/// How often one of so many loops is woken by so many clients, each of which comes and goes when all loops have done what they can.
fn wakes(loops: usize, newcomers: usize) -> usize {
    let server = server().environment("LOOPS", loops.to_string()).start().unwrap();
    server.client().unwrap().wait_until_read().unwrap();
    let before = waits(&server);
    for _ in 0..newcomers {
        server.client().unwrap().wait_until_read().unwrap();
    }
    waits(&server) - before
}

/// How often the threads of a server have gone to sleep.
fn waits(server: &Server) -> usize {
    let threads = fs::read_dir(format!("/proc/{}/task", server.process())).unwrap();
    let statuses = threads.map(|thread| fs::read_to_string(thread.unwrap().path().join("status")).unwrap());
    let count = |status: &str| {
        status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:")?.trim().parse().ok())
    };
    statuses.map(|status| count(&status).unwrap_or(0)).sum()
}
