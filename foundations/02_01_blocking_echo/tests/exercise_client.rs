//! Exercise 3 of section 2.1: a client of your own. Write `echo`, then run
//! `cargo test -p blocking_echo --test exercise_client -- --ignored`.

use harness::Program;
use std::io;
use std::net::SocketAddr;

/// Sends each line (they have no `\n`) and returns the lines that come back.
fn echo(_server: SocketAddr, _lines: &[String]) -> io::Result<Vec<String>> {
    Err(io::Error::other("not written yet"))
}

#[test]
#[ignore = "exercise 2.1/3: it passes once you have written `echo`"]
fn each_line_comes_back_to_your_client() -> harness::Result {
    let server = Program::echo(env!("CARGO_BIN_EXE_02_01_blocking_echo")).start()?;
    let lines: Vec<String> = (0..100).map(|number| format!("line {number}")).collect();
    assert_eq!(echo(server.address(), &lines)?, lines);
    Ok(())
}
