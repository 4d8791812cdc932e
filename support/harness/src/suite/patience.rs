//! How long it waits for a client: as long as the client makes progress.

use super::basics::{serves, skip};
use crate::failure::ensure;
use crate::page::is_hello;
use crate::{Client, End, Program, Result, Server, request};
use std::thread;
use std::time::{Duration, Instant};

fn post(length: u32) -> String {
    format!("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n")
}

/// It takes longer than the server waits without progress. In the time that it waits, 10,000 bytes arrive: twice the least.
pub(super) fn a_steady_upload_is_served(program: &Program) -> Result {
    let server = program.start()?;
    let mut client = server.client()?;
    let (start, patience) = (Instant::now(), program.its_patience());
    let mut body = vec![b'a'; 100_000];
    client.send(post(100_000))?;
    while start.elapsed() < patience + Duration::from_millis(500) {
        thread::sleep(patience / 20);
        client.send(body.split_off(body.len() - 500)).map_err(|failure| failure.context("it was cut off"))?;
    }
    client.send(body)?;
    let response = client.response()?;
    ensure!(response.status == 405, "expected the status 405: {response:?}");
    client.ask()
}

/// They send a byte now and then, of a head or of a body: no request takes forever.
pub(super) fn clients_that_trickle_are_disconnected(program: &Program) -> Result {
    let server = program.start()?;
    let (mut in_head, mut in_body) = (server.client()?, server.client()?);
    in_head.send("GET / HTTP/1.1\r\nX: ")?;
    in_body.send(post(900_000))?;
    trickle(program, [&mut in_head, &mut in_body])?;
    serves(&server)
}

/// The bytes of a head, so they are no progress. Each arrives long before the patience ends.
pub(super) fn a_byte_every_millisecond_does_not_renew_the_patience(program: &Program) -> Result {
    sends_a_byte_every_millisecond(program, "GET / HTTP/1.1\r\nX: ")
}

/// The same for a body, where a server wants the whole request in time.
pub(super) fn an_upload_byte_by_byte_does_not_renew_the_patience(program: &Program) -> Result {
    sends_a_byte_every_millisecond(program, &post(900_000))
}

/// Long before the patience ends, a byte now and then is enough.
fn sends_a_byte_every_millisecond(program: &Program, beginning: &str) -> Result {
    let server = program.start()?;
    let mut client = server.client()?;
    client.send(beginning)?;
    let (start, patience) = (Instant::now(), program.its_patience());
    while client.is_silent()? {
        let waited = start.elapsed();
        let limit = patience * 5 / 4 + Duration::from_millis(300);
        ensure!(waited < limit, "it still waits for a client that sends a byte every millisecond");
        let _ = client.send("x"); // the server may hang up at this moment
        thread::sleep(Duration::from_millis(if waited < patience * 4 / 5 { 20 } else { 1 }));
    }
    drop(client);
    serves(&server)
}

/// The client waits for the server, and not the other way round. Only a client that keeps the server waiting loses its connection.
pub(super) fn a_nap_longer_than_the_patience_ends_with_the_page(program: &Program) -> Result {
    let server = program.clone().nap(program.its_patience() + Duration::from_millis(500)).start()?;
    is_hello(&server.client()?.get("/sleep")?)?;
    serves(&server)
}

/// It asks for more than all the buffers on the way hold, and reads nothing. When it is disconnected, it can send no more.
pub(super) fn a_client_that_never_reads_is_disconnected(program: &Program) -> Result {
    let server = program.start()?;
    let mut greedy = server.client()?;
    greedy.shrink_receive_buffer()?;
    let flood = server.protocol().flood();
    let (mut rest, mut last_progress) = (&flood[..], Instant::now());
    let limit = program.its_patience() * 5 / 2 + Duration::from_millis(500);
    while let Some(sent) = greedy.send_now(rest)? {
        rest = &rest[sent..];
        ensure!(!rest.is_empty(), "it reads everything from a client that never reads");
        if sent > 0 {
            last_progress = Instant::now();
        }
        ensure!(last_progress.elapsed() < limit, "it still waits for a client that never reads");
        thread::sleep(Duration::from_millis(5));
    }
    serves(&server)
}

/// It sends on, a byte now and then, long before the patience ends. This is no progress: the answers are not read.
pub(super) fn a_client_that_sends_on_and_never_reads_is_disconnected(program: &Program) -> Result {
    let server = program.start()?;
    send_on_without_reading(&server, program.its_patience())?;
    serves(&server)
}

/// A client that does so, until it is disconnected.
pub(super) fn send_on_without_reading(server: &Server, patience: Duration) -> Result {
    let mut greedy = server.client()?;
    if greedy.unread()?.is_none() {
        return skip("only Linux reports what a server has not read");
    }
    greedy.shrink_receive_buffer()?;
    let questions = server.protocol().questions(30_000); // little enough to arrive when the server reads no more
    let deadline = Instant::now() + 3 * patience + server.patience;
    let mut rest = &questions[..];
    loop {
        thread::sleep(Duration::from_millis(2));
        // What the server has not read waits for the client to read. (If it cannot be said, the connection is closed.)
        let has_read_all = greedy.unread().is_ok_and(|unread| unread == Some(0));
        let (next, later) = rest.split_at(if has_read_all { rest.len() } else { 1 });
        if greedy.send(next).is_err() {
            return Ok(());
        }
        rest = if later.is_empty() { &questions } else { later };
        ensure!(Instant::now() < deadline, "it still waits for a client that sends now and then, and never reads");
    }
}

/// The client asked for nothing, so it must get no answer.
pub(super) fn an_idle_client_is_disconnected_without_an_answer(program: &Program) -> Result {
    let server = program.start()?;
    let rest = server.client()?.rest()?;
    ensure!(rest.is_empty(), "an idle client got {:?}", String::from_utf8_lossy(&rest));
    serves(&server)
}

/// And can read so, although it may be sending still.
pub(super) fn half_a_request_that_stalls_gets_408(program: &Program) -> Result {
    let server = program.start()?;
    let (mut in_head, mut in_body, mut trickling) = (server.client()?, server.client()?, server.client()?);
    in_head.send(&request("/")[..20])?;
    in_body.send(post(900_000) + "some of it")?;
    trickling.send(post(900_000))?;
    trickle(program, [&mut trickling])?;
    for mut client in [in_head, in_body, trickling] {
        let response = client.response()?;
        ensure!(response.status == 408, "expected the status 408: {response:?}");
        ensure!(response.announces_close(), "expected `Connection: close`: {response:?}");
        client.send("still sending")?;
        let ended = client.finish_sending().and_then(|()| client.end());
        ensure!(ended == Ok(End::Closed), "the connection was reset, which can destroy the answer: {ended:?}");
    }
    serves(&server)
}

/// Each sends a byte now and then, until all of them have heard from the server.
fn trickle<const CLIENTS: usize>(program: &Program, mut clients: [&mut Client; CLIENTS]) -> Result {
    let patience = program.its_patience();
    let deadline = Instant::now() + 2 * patience + Duration::from_millis(500);
    loop {
        let mut everyone_has_heard = true;
        for client in &mut clients {
            if client.is_silent()? {
                everyone_has_heard = false;
                let _ = client.send("x"); // the server may hang up at this moment
            }
        }
        if everyone_has_heard {
            return Ok(());
        }
        ensure!(Instant::now() < deadline, "it still waits for a client that sends a byte now and then");
        thread::sleep(patience / 50);
    }
}
