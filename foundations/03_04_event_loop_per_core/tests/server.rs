//! Step 3.4: nobody waits for another, on a thread for each core.

use harness::{Program, suite};

fn server() -> Program {
    Program::echo(env!("CARGO_BIN_EXE_03_04_event_loop_per_core"))
}

#[test]
fn each_line_comes_back() {
    suite::echoes(server()).assert_passed();
}

#[test]
fn it_survives_its_peers() {
    suite::echo_survives(server()).assert_passed();
}

#[test]
fn nobody_waits_for_another() {
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
fn a_blocked_loop_stops_nobody() {
    suite::parallel(server().environment("LOOPS", "2")).assert_passed();
}

#[test]
fn idle_clients_cost_nothing() {
    suite::idle_clients_cost_nothing(server()).assert_passed();
}
