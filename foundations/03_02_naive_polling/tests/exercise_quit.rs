//! Exercise 1 of section 3.2: a line that ends the connection. Change `client.rs`, then run
//! `cargo test -p naive_polling --test exercise_quit -- --ignored`.

use harness::{End, Program, Result};

#[test]
#[ignore = "exercise 3.2/1: it passes once a client that sends `quit` is disconnected"]
fn a_client_that_sends_quit_is_disconnected() -> Result {
    let server = Program::echo(env!("CARGO_BIN_EXE_03_02_naive_polling")).never_rests().start()?;
    let mut client = server.client()?;
    client.send("hello\nquit\n")?;
    assert_eq!(client.line()?, b"hello\n");
    assert_eq!(client.end()?, End::Closed, "without another line");
    Ok(())
}
