//! Step 7.1: the client sends and prints at the same time, and ends when all has come back.

#![allow(clippy::unwrap_used)] // in helpers, too: a test says what went wrong by failing at that line

use harness::{Program, Result, own_address};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::Duration;

const CLIENT: &str = env!("CARGO_BIN_EXE_07_01_echo_client");

fn server() -> Program {
    Program::echo(env!("CARGO_BIN_EXE_07_01_echo_streams"))
}

fn client(address: &str) -> Result<Child> {
    let mut client = Command::new(CLIENT);
    let client = client.arg(address).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    Ok(client.spawn()?)
}

/// What the client prints for this input, and how it ends.
fn output(address: &str, input: &str) -> Result<Output> {
    let mut client = client(address)?;
    client.stdin.take().unwrap().write_all(input.as_bytes())?;
    Ok(client.wait_with_output()?)
}

#[test]
fn all_lines_have_come_back_when_the_client_ends() -> Result {
    let server = server().delay(Duration::from_millis(20)).start()?;
    let text = "one\ntwo\nthree\nwithout an end";
    let output = output(&server.address().to_string(), text)?;
    assert_eq!(String::from_utf8_lossy(&output.stdout), text);
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    Ok(())
}

#[test]
fn it_prints_a_line_before_it_reads_the_next() -> Result {
    let server = server().start()?;
    let mut client = client(&server.address().to_string())?;
    let (mut input, mut printed) = (client.stdin.take().unwrap(), BufReader::new(client.stdout.take().unwrap()));
    for line in ["one\n", "two\n"] {
        input.write_all(line.as_bytes())?;
        let mut received = String::new();
        printed.read_line(&mut received)?;
        assert_eq!(received, line);
    }
    drop(input);
    assert!(client.wait()?.success());
    Ok(())
}

#[test]
fn more_than_any_buffer_holds_comes_back_whole() -> Result {
    let server = server().start()?;
    let mut client = client(&server.address().to_string())?;
    let text = "a line of some length, again and again\n".repeat(50_000); // two megabytes
    let mut input = client.stdin.take().unwrap();
    let writing = thread::spawn({
        let text = text.clone();
        move || input.write_all(text.as_bytes())
    });
    let output = client.wait_with_output()?;
    writing.join().unwrap()?;
    assert!(output.stdout == text.as_bytes(), "only {} of {} bytes came back", output.stdout.len(), text.len());
    Ok(())
}

#[test]
fn it_says_so_when_the_server_hangs_up() -> Result {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let mut client = client(&listener.local_addr()?.to_string())?;
    drop(listener.accept()?);
    let input = client.stdin.take(); // still open
    let output = client.wait_with_output()?;
    drop(input);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("hung up"), "{output:?}");
    Ok(())
}

#[test]
fn its_messages_and_codes_follow_the_conventions() -> Result {
    let free = own_address()?.to_string();
    for (arguments, code, message) in [
        (&["--help"][..], 0, ""),
        (&[free.as_str()], 1, free.as_str()),
        (&["unix:/nowhere/at/all"], 1, "unix:/nowhere/at/all"),
        (&["nonsense"], 2, "nonsense"),
        (&["a", "b"], 2, "usage: "),
        (&["--fast"], 2, "usage: "),
    ] {
        let output = Command::new(CLIENT).args(arguments).stdin(Stdio::null()).output()?;
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {output:?}");
        let log = String::from_utf8_lossy(&output.stderr);
        assert!(log.contains(message) && log.lines().count() == usize::from(code > 0), "{arguments:?}: {log}");
    }
    Ok(())
}
