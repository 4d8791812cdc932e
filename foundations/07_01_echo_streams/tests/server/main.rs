//! Step 7.1: all that an echo server does, on one runtime's own streams.

mod naive;

use harness::{Program, Result, suite};

fn server() -> Program {
    Program::echo(env!("CARGO_BIN_EXE_07_01_echo_streams"))
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
fn on_a_signal_it_answers_connected_clients_and_waits_for_none_that_trickles() -> Result {
    suite::only("requests_that_arrive_with_the_signal_are_answered", &server())?;
    suite::only("half_a_question_does_not_make_the_stop_fail", &server())?;
    suite::only("a_client_that_trickles_does_not_keep_it_from_stopping", &server())
}
