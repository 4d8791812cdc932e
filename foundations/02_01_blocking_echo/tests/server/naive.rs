//! The naive server of section 2.1: it has the idea of the step, and the fault that the page names.

use harness::{Program, Protocol, Result, suite};

fn naive() -> Result<Program> {
    Ok(Program::example("02_01_naive")?.speaking(Protocol::Echo))
}

#[test]
fn the_naive_blocking_server_echoes_lines() -> Result {
    suite::only("a_line_in_pieces_comes_back_whole", &naive()?)?;
    suite::only("the_second_client_waits_for_the_first", &naive()?)
}

#[test]
fn a_byte_that_is_no_text_ends_the_naive_blocking_server() -> Result {
    let mut server = naive()?.start()?;
    server.client()?.send(b"\xff\n")?;
    assert_eq!(server.wait_for_exit()?.code(), Some(1));
    server.wait_for_log("stream did not contain valid UTF-8")
}
