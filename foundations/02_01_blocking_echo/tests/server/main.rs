//! Step 2.1: one client at a time, and all others wait.

mod naive;

use harness::{Program, suite};

fn server() -> Program {
    Program::echo(env!("CARGO_BIN_EXE_02_01_blocking_echo"))
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
fn its_command_line_follows_the_conventions() {
    suite::command_line(server()).assert_passed();
}

#[test]
fn a_signal_ends_it_at_once() {
    suite::ends_at_once(server()).assert_passed();
}

#[test]
fn all_clients_wait_for_the_one_that_is_served() {
    suite::echo_one_at_a_time(server()).assert_passed();
}
