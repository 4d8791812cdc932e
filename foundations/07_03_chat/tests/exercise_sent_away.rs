//! Exercise 7.3/2: a client that does not read is sent away, instead of losing messages.

#![allow(clippy::unwrap_used)] // in helpers, too: a test says what went wrong by failing at that line

#[allow(dead_code, reason = "the step's own tests use more of it")]
#[path = "chat/talker.rs"]
mod talker;

use harness::{Program, Result, SAFETY};
use talker::Talker;

#[test]
#[ignore = "exercise 7.3/2: send a client away when its inbox is full"]
fn a_client_whose_inbox_is_full_is_disconnected_with_1013() -> Result {
    let server = Program::at(env!("CARGO_BIN_EXE_07_03_chat")).start()?;
    let dora = Talker::with_a_small_buffer(&server, SAFETY)?.called("Dora")?;
    let mut ann = Talker::connect(&server, SAFETY)?.called("Ann")?;
    let mut bob = Talker::connect(&server, SAFETY)?.called("Bob")?;
    ann.hears("* Bob is here")?;
    for number in 0..1_500 {
        let text = format!("{number} {}", "x".repeat(4_000));
        ann.say(&text)?;
        match bob.hear()?.as_str() {
            "* Dora has left" => {
                return server.wait_for_log("disconnected a client: there is no room for more messages");
            }
            heard => assert!(heard.starts_with("Ann: "), "{heard}"),
        }
    }
    drop(dora);
    panic!("Dora is still in the room")
}
