//! The naive server of section 7.1: it has the idea of the step, and the faults that the page names.

use harness::{Program, Protocol, Result, suite};

fn naive() -> Result<Program> {
    Ok(Program::example("07_01_naive")?.speaking(Protocol::Echo))
}

#[test]
fn in_the_naive_server_on_tokio_no_client_waits_for_another() -> Result {
    suite::only("the_last_to_connect_can_be_the_first_to_be_answered", &naive()?)
}

/// The limit of the step is 8,192 bytes.
#[test]
fn the_naive_server_on_tokio_has_no_limit_for_a_line() -> Result {
    let server = naive()?.start()?;
    let (mut client, line) = (server.client()?, format!("{}\n", "a".repeat(100_000)));
    client.send(&line)?;
    assert_eq!(client.line()?, line.as_bytes());
    Ok(())
}

#[test]
#[cfg(target_os = "linux")]
fn a_crowd_ends_the_naive_server_on_tokio() -> Result {
    let mut server = naive()?.descriptor_limit(20).start()?;
    let crowd: Vec<_> = (0..20).map(|_| server.knock()).collect::<Result<_>>()?;
    assert_eq!(server.wait_for_exit()?.code(), Some(1));
    server.wait_for_log("Too many open files")?;
    drop(crowd);
    Ok(())
}
