//! The echo server and the client of step 7.1 with a fault, and what finds it.

use book_checks::{Result, patch, step};
use harness::{Protocol, suite};
use std::io::Write;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

const STEP: &str = "07_01_echo_streams";

#[test]
#[ignore = "checks a check, `cargo test --test book --test harness -- --ignored found` does it"]
fn a_server_that_forgets_to_flush_is_found() {
    let program = patch::program(&format!("{STEP}+forgotten_flush")).unwrap();
    let program = program.speaking(Protocol::Echo).patience(Duration::from_millis(500));
    let failure = suite::only("lines_come_back_in_their_order", &program).expect_err("no line comes back");
    assert!(failure.to_string().contains("no answer"), "{failure}");
    // The end flushes everything, so a client that finishes first does not notice.
    suite::only("the_last_line_needs_no_end", &program).unwrap();
}

#[test]
fn a_client_that_forgets_the_half_close_never_ends() -> Result {
    let server = step::program(STEP)?.speaking(Protocol::Echo).start()?;
    let client = patch::build()?.join(patch::binary("07_01_echo_client+forgotten_half_close"));
    let mut client = Command::new(client);
    let client = client.arg(server.address().to_string()).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut client = client.spawn()?;
    client.stdin.take().unwrap().write_all(b"one\n")?; // and the end
    thread::sleep(Duration::from_millis(500)); // the client that is right takes a hundredth of it
    assert!(client.try_wait()?.is_none(), "it has ended, although the server does not know that nothing more comes");
    client.kill()?;
    assert_eq!(client.wait_with_output()?.stdout, b"one\n", "and yet the line had come back");
    Ok(())
}
