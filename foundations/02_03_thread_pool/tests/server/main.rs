//! Step 2.3: eight clients at a time, on eight threads, and all others wait.

mod naive;

use harness::{Program, suite};

fn server() -> Program {
    Program::echo(env!("CARGO_BIN_EXE_02_03_thread_pool"))
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
fn eight_clients_are_served_at_a_time_and_the_others_wait() {
    suite::echo_pool(server()).assert_passed();
}

#[test]
fn a_handler_that_blocks_its_thread_blocks_no_other_client() {
    suite::parallel(server()).assert_passed();
}
