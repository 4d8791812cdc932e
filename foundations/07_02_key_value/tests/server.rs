//! Step 7.2: one thread owns all keys, and no client sees a key half changed.

use harness::{Program, Protocol, suite};

fn server() -> Program {
    Program::at(env!("CARGO_BIN_EXE_07_02_key_value")).speaking(Protocol::Resp)
}

#[test]
fn it_speaks_resp_and_serves_one_request_at_a_time() {
    suite::resp(server()).assert_passed();
}

#[test]
fn it_survives_its_clients() {
    suite::resp_survives(server()).assert_passed();
}

#[test]
fn its_command_line_follows_the_conventions() {
    suite::command_line(server()).assert_passed();
}

#[test]
fn no_client_waits_for_another() {
    suite::resp_concurrent(server()).assert_passed();
}

#[test]
fn all_handlers_share_one_thread() {
    suite::on_one_thread(server()).assert_passed();
}
