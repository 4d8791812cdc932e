//! Services that break the rules: each is missing with a reason, and the gateway is as before.

use super::gateway;
use super::properties::expect;
use harness::{Failure, Program, Result, SAFETY, own_address};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

/// A chunk of 64 bytes.
const CHUNK: &str = "40\r\n0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\r\n";
/// How long a service may take: more than a busy machine needs to read what is too much.
const TIME: &str = "1s";

/// The gateway with this service alone, asked once. The service reads a request, and does this with the connection.
fn reason(talk: impl Fn(&mut TcpStream) + Send + 'static, expected: &str) -> Result {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = format!("http://{}/bad", listener.local_addr()?);
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.read(&mut [0; 4096]);
            talk(&mut stream);
        }
    });
    says(&program(&url), expected)
}

fn program(url: &str) -> Program {
    ["--service", url, "--timeout", TIME].into_iter().fold(gateway(), Program::argument)
}

fn says(program: &Program, expected: &str) -> Result {
    let mut server = program.start()?;
    let mut client = server.client()?;
    let missing = format!("\"missing\": \"{expected}");
    expect(client.get("/"), 502, &missing)?;
    expect(client.get("/status"), 200, "requests under way: 0")?;
    server.wait_until("it holds nothing big", |server| server.resident_memory() < Some(50_000_000))
}

/// Sends this again and again, until the gateway hangs up.
fn without_end(start: &'static str, on: &'static str) -> impl Fn(&mut TcpStream) + Send {
    move |stream| {
        let more = on.repeat(1 + 65_536 / on.len());
        if stream.write_all(start.as_bytes()).is_ok() {
            while stream.write_all(more.as_bytes()).is_ok() {}
        }
    }
}

/// Sends this, and hangs up.
fn just(text: &'static str) -> impl Fn(&mut TcpStream) + Send {
    move |stream| drop(stream.write_all(text.as_bytes()))
}

/// Sends this, and then nothing more.
fn and_then_nothing(text: &'static str) -> impl Fn(&mut TcpStream) + Send {
    move |stream| {
        let _ = stream.write_all(text.as_bytes());
        let _ = stream.set_read_timeout(Some(SAFETY));
        let _ = stream.read(&mut [0]);
    }
}

#[test]
fn a_service_that_is_not_there_is_missing() -> Result {
    let unused = own_address()?;
    says(&program(&format!("http://{unused}/")), "Connection refused")?;
    says(&program("http://nowhere.invalid/"), "")
}

#[test]
fn a_service_that_lies_about_its_length_is_missing() -> Result {
    reason(just("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort"), "end of file before message length reached")?;
    reason(and_then_nothing("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort"), "no answer within 1s")?;
    reason(
        just("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nshort!"),
        "invalid content-length parsed",
    )?;
    reason(just("HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\nshort"), "invalid content-length parsed")
}

#[test]
fn bytes_beyond_the_announced_length_are_not_taken_for_the_next_answer() -> Result {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = format!("http://{}/long", listener.local_addr()?);
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(
                b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ntrueHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfalse",
            );
        }
    });
    let server = program(&url).start()?;
    let mut client = server.client()?;
    for _ in 0..20 {
        expect(client.get("/"), 200, "\"answer\": \"true\"")?;
    }
    Ok(())
}

#[test]
fn a_service_that_sends_too_much_is_missing() -> Result {
    reason(without_end("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n", "a"), "length limit exceeded")?;
    reason(without_end("HTTP/1.1 200 OK\r\n\r\n", "a"), "length limit exceeded")?;
    reason(without_end("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", CHUNK), "length limit exceeded")
}

#[test]
fn a_service_that_never_ends_its_head_is_missing() -> Result {
    reason(and_then_nothing("HTTP/1.1 200 OK\r\nX: "), "no answer within 1s")?;
    reason(without_end("HTTP/1.1 200 OK\r\nX: ", "a"), "message head is too large")?;
    reason(without_end("HTTP/1.1 200 OK\r\n", "X: a\r\n"), "message head is too large")
}

#[test]
fn a_service_that_always_says_continue_is_missing() -> Result {
    reason(without_end("", "HTTP/1.1 100 Continue\r\n\r\n"), "no answer within 1s")
}

#[test]
fn a_redirection_is_not_followed() -> Result {
    // It says that it hangs up, or a second try could take the connection that is just being closed.
    let head = "HTTP/1.1 302 Found\r\nLocation: /bad\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    reason(just(head), "it redirects elsewhere (302 Found)")
}

#[test]
fn a_service_that_speaks_something_else_is_missing() -> Result {
    reason(just("SSH-2.0-OpenSSH_9.6\r\n"), "invalid HTTP version parsed")?;
    reason(just(""), "connection closed before message completed")?;
    reason(and_then_nothing(""), "no answer within 1s")?;
    reason(
        just("HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"),
        "it answered 404 Not Found",
    )
}

#[test]
fn a_service_cannot_forge_the_answer_of_another() -> Result {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = format!("http://{}/liar", listener.local_addr()?);
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(
                b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n\"},{\"answer\": \"free\xff\",\"service\":\"price\"}",
            );
        }
    });
    let server = program(&url).start()?;
    let body = server.client()?.get("/")?.body;
    let read: serde_json::Value = serde_json::from_slice(&body).map_err(|error| Failure::new(error.to_string()))?;
    assert_eq!(read.as_array().map(Vec::len), Some(1), "{read}");
    assert_eq!(read[0]["service"], "liar");
    Ok(())
}
