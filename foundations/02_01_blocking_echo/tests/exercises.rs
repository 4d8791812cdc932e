//! What the exercises of section 2.1 ask you to build. A test here fails until it is built.

use harness::{Failure, Program, Result};
use std::time::Instant;

const STEP: &str = env!("CARGO_BIN_EXE_02_01_blocking_echo");

#[test]
#[ignore = "exercise 2 of section 2.1"]
fn the_client_gets_its_line_and_does_not_wait_forever() -> Result {
    let (server, client) = (Program::echo(STEP).start()?, Program::example("02_01_client")?);
    let ask = || client.run(&[&server.address().to_string(), "hello"]);
    let answered = ask()?;
    if answered.output != "hello\n" {
        return Err(Failure::new(format!("the line did not come back: {answered:?}")));
    }
    let silent = server.client()?;
    let start = Instant::now();
    let ended = ask()?;
    let seconds = start.elapsed();
    assert!(ended.code == Some(1) && ended.output.is_empty(), "it should fail: {ended:?}");
    assert!((1..3).contains(&seconds.as_secs()), "it waited for {seconds:?}");
    drop(silent);
    Ok(())
}
