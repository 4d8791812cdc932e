//! Step 3.3: no client waits for another, on one thread that rests.

mod naive;

use harness::{Program, suite};

fn server() -> Program {
    Program::echo(env!("CARGO_BIN_EXE_03_03_event_loop"))
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
fn all_clients_share_one_thread() {
    suite::on_one_thread(server()).assert_passed();
}

#[test]
fn idle_clients_cost_nothing() {
    suite::idle_clients_cost_nothing(server()).assert_passed();
}
