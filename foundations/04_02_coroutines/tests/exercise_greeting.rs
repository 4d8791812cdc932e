//! Exercise 1 of section 4.2: a server that greets. Change `main.rs`, then run
//! `cargo test -p coroutines --test exercise_greeting -- --ignored`.

use harness::{Program, Result};

#[test]
#[ignore = "exercise 4.2/1: it passes once each client is greeted"]
fn each_client_is_greeted_before_it_has_said_anything() -> Result {
    let server = Program::echo(env!("CARGO_BIN_EXE_04_02_coroutines")).start()?;
    let mut client = server.client()?;
    assert_eq!(client.line()?, b"hello\n");
    client.send("one\n")?;
    assert_eq!(client.line()?, b"one\n");
    Ok(())
}
