//! Step 7.3: as a server of HTTP, it survives what every server here survives.

use super::chat;
use harness::{Program, Protocol, suite};

fn server() -> Program {
    chat().speaking(Protocol::OwnPage)
}

#[test]
fn it_survives_its_peers() {
    suite::echo_survives(server()).assert_passed(); // these checks ask their question, whatever it is
}

#[test]
fn its_command_line_follows_the_conventions() {
    suite::command_line(server()).assert_passed();
}
