//! Step 9.3: a nap holds up all other requests.

use harness::suite;

const SERVER: &str = env!("CARGO_BIN_EXE_09_03_slow_request");

#[test]
fn a_slow_request_holds_up_all_others() {
    suite::a_nap_holds_up_all_others(SERVER).assert_passed();
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
fn it_serves_one_client_at_a_time() {
    suite::one_at_a_time(SERVER).assert_passed();
}
