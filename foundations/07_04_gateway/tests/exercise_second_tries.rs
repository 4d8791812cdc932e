//! Exercise 2 of section 7.4: the status says how many second tries there were.

use harness::{Program, Result};

#[test]
#[ignore = "exercise 7.4/2: count the second tries"]
fn second_tries_are_counted() -> Result {
    let arguments = ["--delay", "0s", "--fail-every", "2"];
    let program = arguments.into_iter().fold(Program::at(env!("CARGO_BIN_EXE_07_04_gateway")), Program::argument);
    let server = program.start()?;
    let mut client = server.client()?;
    for second_tries in [0, 3] {
        assert_eq!(client.get("/")?.status, 200); // each service fails every second time, and is asked again
        let status = String::from_utf8_lossy(&client.get("/status")?.body).into_owned();
        assert!(status.ends_with(&format!("\nsecond tries: {second_tries}\n")), "{status}");
    }
    Ok(())
}
