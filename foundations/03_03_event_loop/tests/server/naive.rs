//! The naive server of section 3.3: it has the idea of the step, and the fault that the page names.

use harness::{Program, Protocol, Result, suite};
use std::time::Duration;

const PAUSE: Duration = Duration::from_millis(200);

fn naive() -> Result<Program> {
    Ok(Program::example("03_03_naive")?.speaking(Protocol::Echo))
}

#[test]
fn in_a_naive_loop_no_client_waits_for_another() -> Result {
    let server = naive()?.start()?;
    let mut clients = Vec::new();
    for _ in 0..3 {
        let mut client = server.client()?;
        client.ask()?; // it was accepted
        clients.push(client);
    }
    clients.iter_mut().rev().try_for_each(harness::Client::ask)
}

/// The system reports once that there are clients. The naive loop accepts one.
#[test]
fn a_naive_loop_forgets_a_client_that_comes_with_another() -> Result {
    let naive = naive()?.patience(PAUSE);
    assert!((0..10).any(|_| suite::only("the_last_to_connect_can_be_the_first_to_be_answered", &naive).is_err()));
    Ok(())
}

/// The system reports once that there are bytes. The naive loop reads once, too, and not all of them.
#[test]
fn a_naive_loop_forgets_what_does_not_fit_its_buffer() -> Result {
    let server = naive()?.start()?;
    let mut client = server.client()?;
    client.send([b'a'; 3000])?;
    client.bytes(1024)?;
    assert!(client.stays_silent_for(PAUSE)?);
    Ok(())
}
