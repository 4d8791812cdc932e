//! Step 7.3: as a server of HTTP, it survives what every server here survives.

use super::chat;
use harness::{Program, Protocol, Result, suite};

fn server() -> Program {
    chat().speaking(Protocol::OwnPage)
}

#[test]
fn it_survives_its_clients() {
    suite::echo_survives(server()).assert_passed(); // these checks ask their question, whatever it is
}

#[test]
fn three_hundred_clients_may_connect_at_the_same_moment() -> Result {
    suite::only("three_hundred_clients_fit_in_the_backlog", &server())?;
    Ok(())
}

#[test]
fn its_command_line_follows_the_conventions() {
    suite::command_line(server()).assert_passed();
}

#[test]
fn on_a_signal_it_answers_connected_clients_and_waits_for_none_that_trickles() -> Result {
    suite::only("requests_that_arrive_with_the_signal_are_answered", &server())?;
    suite::only("a_client_that_trickles_does_not_keep_it_from_stopping", &server())
}
