//! What the exercises of section 2.2 ask you to build. A test here fails until it is built.

use harness::{Program, Result};

#[test]
#[ignore = "exercise 2.2/2: count the lines of all clients"]
fn the_lines_of_all_clients_are_counted_together() -> Result {
    let server = Program::echo(env!("CARGO_BIN_EXE_02_02_thread_per_connection")).start()?;
    let mut clients = [server.client()?, server.client()?];
    for (number, line) in [(1, "one"), (2, "two"), (3, "three")] {
        let client = &mut clients[number % 2];
        client.send(format!("{line}\n"))?;
        assert_eq!(String::from_utf8_lossy(&client.line()?).trim_end(), format!("{number} {line}"));
    }
    Ok(())
}
