//! The naive server of section 2.2: it has the idea of the step, and the fault that the page names.

use harness::{Program, Protocol, Result, suite};

fn naive() -> Result<Program> {
    Ok(Program::example("02_02_naive")?.speaking(Protocol::Echo))
}

#[test]
fn on_naive_threads_no_client_waits_for_another() -> Result {
    suite::only("the_last_to_connect_can_be_the_first_to_be_answered", &naive()?)
}

#[test]
#[cfg(target_os = "linux")]
fn a_crowd_ends_the_naive_server_of_threads() -> Result {
    let mut server = naive()?.descriptor_limit(20).start()?;
    let crowd: Vec<_> = (0..20).map(|_| server.knock()).collect::<Result<_>>()?;
    assert_eq!(server.wait_for_exit()?.code(), Some(1));
    server.wait_for_log("Too many open files")?;
    drop(crowd);
    Ok(())
}
