//! It speaks RESP2, and one client at a time has all keys to itself.

use super::basics::{impatient, serves};
use crate::failure::ensure;
use crate::{Client, End, Program, Result, Server};
use std::time::Duration;

/// How many keys it takes for `KEYS` to be slow. (The order of the answers does not depend on it.)
const MANY: usize = 10_000;

/// Sends this, and expects exactly that.
fn ask(client: &mut Client, request: &str, answer: &str) -> Result {
    client.send(request)?;
    let received = client.bytes(answer.len())?;
    ensure!(received == answer.as_bytes(), "{request:?} is answered by {:?}", String::from_utf8_lossy(&received));
    Ok(())
}

/// Sets so many keys, with these options.
fn fill(client: &mut Client, keys: usize, options: &str) -> Result {
    let requests: String = (0..keys).map(|number| format!("SET key:{number:08} value {options}\r\n")).collect();
    ask(client, &requests, &"+OK\r\n".repeat(keys))
}

pub(super) fn a_pipeline_is_answered_in_its_order_however_it_is_cut(program: &Program) -> Result {
    let server = impatient(program).start()?;
    let mut client = server.client()?;
    let requests = "PING\r\n*3\r\n$3\r\nSET\r\n$1\r\na\r\n$2\r\n\r\n\r\nGET a\r\n\r\nINCR b\r\nDEL b\r\nNO WAY\r\n";
    let answers = "+PONG\r\n+OK\r\n$2\r\n\r\n\r\n:1\r\n:1\r\n\
                   -ERR unknown command 'NO', with args beginning with: 'WAY' \r\n";
    ask(&mut client, requests, answers)?;
    for cut in (1..requests.len()).step_by(3) {
        let (first, second) = requests.as_bytes().split_at(cut);
        client.send_in_pieces([first, second])?;
        ask(&mut client, "", answers).map_err(|failure| failure.context(format!("cut after {cut} bytes")))?;
    }
    Ok(())
}

pub(super) fn what_is_no_request_ends_one_connection_and_says_why(program: &Program) -> Result {
    let server = impatient(program).start()?;
    let mut bystander = server.client()?;
    bystander.ask()?;
    for (request, answer) in [
        ("PING\r\n*x\r\n", "+PONG\r\n-ERR Protocol error: invalid multibulk length\r\n"),
        ("*1\r\n*1\r\n", "-ERR Protocol error: expected '$', got '*'\r\n"),
        ("*1\r\n$1000000000000\r\n", "-ERR Protocol error: invalid bulk length\r\n"),
        ("GET \"\r\n", "-ERR Protocol error: unbalanced quotes in request\r\n"),
        ("QUIT\r\nPING\r\n", "+OK\r\n"),
        ("POST / HTTP/1.1\r\nHost: localhost\r\n\r\nFLUSHALL\r\n", ""),
    ] {
        let mut client = server.client()?;
        ask(&mut client, request, answer)?;
        let more = client.rest().map_err(|failure| failure.context(format!("{request:?}")))?;
        ensure!(more.is_empty(), "{request:?} is answered by more: {:?}", String::from_utf8_lossy(&more));
    }
    bystander.ask()?;
    serves(&server)
}

// ANCHOR: keys_holds_everyone_up
/// When the quick client has its answer, the slow one has its own already.
pub(super) fn keys_holds_everyone_up(program: &Program) -> Result {
    let server = impatient(program).start()?;
    let (mut slow, mut quick) = (server.client()?, server.client()?);
    fill(&mut slow, MANY, "")?;
    quick.ask()?;
    slow.send("KEYS *\r\n")?;
    quick.ask()?;
    ensure!(!slow.is_silent()?, "whoever came after `KEYS` was answered before it");
    Ok(())
}
// ANCHOR_END: keys_holds_everyone_up

pub(super) fn keys_that_nobody_asks_for_expire_too(program: &Program) -> Result {
    let mut server = impatient(program).start()?;
    let mut client = server.client()?;
    fill(&mut client, MANY, "PX 1")?;
    ask(&mut client, "SET lasting value\r\n", "+OK\r\n")?;
    server.wait_until("there is one key", |_| {
        let counted = client.send("DBSIZE\r\n").and_then(|()| client.line());
        counted.is_ok_and(|answer| answer == b":1\r\n")
    })
}

/// It has sent one request and a half, and the server has read them.
fn in_mid_request(server: &Server) -> Result<Client> {
    let mut client = server.client()?;
    client.send("INCR a\r\n*2\r\n$4\r\nINCR\r\n")?;
    ask(&mut client, "", ":1\r\n")?;
    client.wait_until_read()?;
    Ok(client)
}

pub(super) fn on_a_signal_requests_that_have_begun_to_arrive_are_answered(program: &Program) -> Result {
    for tell in [Server::interrupt, Server::terminate] {
        let mut server = impatient(program).start()?;
        let (mut idle, mut client) = (server.client()?, in_mid_request(&server)?);
        idle.ask()?;
        tell(&server)?;
        server.wait_for_log("finishing the answers in flight")?;
        ensure!(idle.end()? == End::Closed, "an idle connection was reset");
        ask(&mut client, "$1\r\na\r\n", ":2\r\n")?;
        ensure!(client.end()? == End::Closed, "the last connection was reset");
        let status = server.wait_for_exit()?;
        ensure!(status.code() == Some(0), "it ended with {status}");
    }
    Ok(())
}

pub(super) fn on_a_second_signal_it_ends_at_once(program: &Program) -> Result {
    let mut server = impatient(program).start()?;
    let client = in_mid_request(&server)?;
    server.interrupt()?;
    server.wait_for_log("finishing the answers in flight")?;
    server.interrupt()?;
    let status = server.wait_for_exit()?;
    ensure!(status.code() == Some(1), "it ended with {status}");
    drop(client);
    Ok(())
}

/// What it is owed is far more than the server may keep for it.
pub(super) fn a_client_that_does_not_read_is_not_read_from(program: &Program) -> Result {
    let server = impatient(program).start()?;
    let mut greedy = server.client()?;
    let (value, get) = ("v".repeat(1_000_000), "GET a\r\n".repeat(100)); // a hundred megabytes of answers
    ask(&mut greedy, &format!("*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1000000\r\n{value}\r\n"), "+OK\r\n")?;
    greedy.shrink_receive_buffer()?;
    greedy.send_as_much_as_possible(get.as_bytes(), Duration::from_millis(100))?;
    greedy.wait_until_read()?;
    let memory = server.resident_memory().unwrap_or_default();
    ensure!(memory < 50_000_000, "it keeps {memory} bytes for a client that does not read");
    serves(&server)
}
