//! A connection serves many requests.

use super::basics::{impatient, with_a_crowd};
use crate::failure::ensure;
use crate::page::{is_hello, is_not_found};
use crate::{Client, Program, Result, Server, request};
use std::time::Duration;

pub(super) fn a_connection_serves_many_requests(program: &Program) -> Result {
    let server = program.start()?;
    let mut client = server.client()?;
    for _ in 0..50 {
        is_hello(&client.get("/")?)?;
        is_not_found(&client.get("/nope")?)?;
    }
    Ok(())
}

pub(super) fn pipelined_requests_are_all_answered_in_order(program: &Program) -> Result {
    let server = program.start()?;
    let mut client = server.client()?;
    let last = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    client.send([[request("/"), request("/nope")].concat().repeat(50).as_slice(), last].concat())?;
    for _ in 0..50 {
        is_hello(&client.response()?)?;
        is_not_found(&client.response()?)?;
    }
    is_hello(&client.response()?)?;
    ensure!(client.rest()?.is_empty(), "expected as many answers as requests");
    Ok(())
}

pub(super) fn a_request_body_is_not_taken_for_a_request(program: &Program) -> Result {
    let server = program.start()?;
    let hidden = String::from_utf8_lossy(&request("/nope")).into_owned();
    let length = hidden.len();
    let bodies = [
        format!("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n{hidden}"),
        format!(
            "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n{length:x}\r\n{hidden}\r\n0\r\n\r\n"
        ),
    ];
    for post in bodies {
        let mut client = server.client()?;
        client.send([post.as_bytes(), &request("/")].concat())?;
        let refusal = client.response()?;
        ensure!(refusal.status == 405, "expected the status 405: {refusal:?}");
        is_hello(&client.response()?)?;
    }
    Ok(())
}

pub(super) fn an_old_client_may_ask_to_keep_the_connection(program: &Program) -> Result {
    let server = program.start()?;
    let mut client = server.client()?;
    for _ in 0..2 {
        client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")?;
        let response = client.response()?;
        is_hello(&response)?;
        let is_kept = response.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("keep-alive"));
        ensure!(is_kept, "an HTTP/1.0 client must be told that the connection is kept: {response:?}");
    }
    Ok(())
}

pub(super) fn answers_before_a_nap_do_not_wait_for_it(program: &Program) -> Result {
    let server = impatient(program).start()?;
    let mut client = server.client()?;
    client.send([request("/"), request("/nope"), request("/sleep"), request("/")].concat())?;
    is_hello(&client.response()?)?;
    is_not_found(&client.response()?)?;
    ensure!(client.is_silent()?, "the first answers came together with the nap's, or without it");
    Ok(())
}

pub(super) fn answers_after_a_nap_come_in_their_order(program: &Program) -> Result {
    let server = program.clone().nap(Duration::from_millis(500)).start()?;
    let mut client = server.client()?;
    client.send([request("/sleep"), request("/nope"), request("/")].concat())?;
    is_hello(&client.response()?)?;
    is_not_found(&client.response()?)?;
    is_hello(&client.response()?)
}

pub(super) fn a_thousand_idle_connections_stay_usable(program: &Program) -> Result {
    with_a_crowd(program, idle_connections_stay_usable)
}

fn idle_connections_stay_usable(server: &Server, number: usize) -> Result {
    let mut idle: Vec<Client> = Vec::new();
    for _ in 0..number {
        let mut client = server.client()?;
        client.ask()?;
        idle.push(client);
        idle[0].ask()?;
    }
    super::basics::serves(server)?;
    idle.iter_mut().try_for_each(|client| client.ask())
}
