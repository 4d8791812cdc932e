//! Step 9.5: no client waits for another client, nor for another thread.

use harness::{Program, suite};

const SERVER: &str = env!("CARGO_BIN_EXE_09_05_parallel_server");

#[test]
fn a_thousand_clients_can_sleep_at_the_same_time() {
    suite::naps(SERVER).assert_passed();
}

#[test]
fn it_answers() {
    suite::answers(SERVER).assert_passed();
}

#[test]
fn it_survives_its_clients() {
    suite::survives(SERVER).assert_passed();
}

#[test]
fn its_command_line_follows_the_conventions() {
    suite::command_line(SERVER).assert_passed();
}

#[test]
fn a_signal_ends_it_at_once() {
    suite::ends_at_once(SERVER).assert_passed();
}

#[test]
fn it_closes_each_connection_after_its_answer() {
    suite::closes_connections(SERVER).assert_passed();
}

#[test]
fn no_visit_is_lost() {
    suite::counts_visits(SERVER).assert_passed();
}

#[test]
fn no_client_waits_for_another() {
    suite::concurrent(SERVER).assert_passed();
}

#[test]
fn two_handlers_run_at_the_same_instant() {
    suite::parallel(Program::at(SERVER).environment("ASYNC_STD_THREAD_COUNT", "2")).assert_passed();
}

#[test]
fn the_second_thread_makes_the_difference() {
    suite::on_one_thread(Program::at(SERVER).environment("ASYNC_STD_THREAD_COUNT", "1")).assert_passed();
}
