//! Nothing a client does stops the server: afterwards, the next client gets its page.

use super::basics::{keeps_serving, serves, skip};
use crate::failure::ensure;
use crate::{Client, End, Failure, Program, Result, SAFETY, Server, request};
use std::time::Duration;

/// Half a request, which the server has read.
fn half_a_request(server: &Server) -> Result<Client> {
    let mut client = server.client()?;
    client.ask_half()?;
    Ok(client)
}

pub(super) fn clients_that_leave_before_they_ask(program: &Program) -> Result {
    let server = program.start()?;
    drop(server.client()?);
    server.client()?.reset()?;
    keeps_serving(&server)
}

pub(super) fn clients_that_leave_in_mid_request(program: &Program) -> Result {
    let server = program.start()?;
    drop(half_a_request(&server)?);
    keeps_serving(&server)
}

pub(super) fn clients_that_reset_in_mid_request(program: &Program) -> Result {
    let server = program.start()?;
    half_a_request(&server)?.reset()?;
    keeps_serving(&server)
}

/// How many clients fail, one after the other: as many as fit in a backlog.
const CLUMSY: usize = 120;

/// Each of them is worth a line in the log, but all of them are not worth the disk.
pub(super) fn clients_that_fail_on_purpose_do_not_fill_the_log(program: &Program) -> Result {
    let server = program.start()?;
    for _ in 0..CLUMSY {
        let mut client = server.client()?;
        client.send(server.protocol().half_a_question())?;
        client.reset()?; // the server finds that in its backlog
    }
    serves(&server)?;
    let lines = server.log().lines().count();
    ensure!(lines < 100, "{CLUMSY} clients wrote {lines} lines into the log"); // eight processes may write ten each
    Ok(())
}

pub(super) fn clients_that_do_not_wait_for_the_answer(program: &Program) -> Result {
    let server = program.start()?;
    for _ in 0..20 {
        server.client()?.send_question()?;
        let mut client = server.client()?;
        client.send_question()?;
        client.reset()?;
    }
    keeps_serving(&server)
}

pub(super) fn clients_that_reset_in_mid_response(program: &Program) -> Result {
    let server = program.start()?;
    let requests = server.protocol().question().repeat(2_000);
    let stuck = Duration::from_millis(150);
    for _ in 0..3 {
        let mut client = server.client()?;
        client.send_as_much_as_possible(&requests, stuck)?;
        client.answer()?;
        client.reset()?;
    }
    keeps_serving(&server)
}

pub(super) fn clients_that_send_noise(program: &Program) -> Result {
    let server = program.start()?;
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    for round in 0..32 {
        let mut noise: Vec<u8> = (0..2_000).map(|_| random_byte(&mut state)).collect();
        if round % 2 == 0 {
            noise.splice(..0, *b"GET / HTTP/1.1\r\n");
        }
        let mut client = server.client()?;
        client.send_as_much_as_possible(&noise, SAFETY)?;
        let _ = client.finish_sending(); // the server may have hung up already
        client.end()?;
    }
    keeps_serving(&server)
}

/// Marsaglia's xorshift generator: noise, but the same in every run.
fn random_byte(state: &mut u64) -> u8 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    state.to_le_bytes()[3]
}

pub(super) fn clients_that_want_tls(program: &Program) -> Result {
    let server = program.start()?;
    let client_hello = [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".as_slice(), &[7; 506]].concat();
    refuses(&server, &client_hello, &[400])?;
    keeps_serving(&server)
}

pub(super) fn a_megabyte_of_header_and_lets_its_sender_read_the_answer(program: &Program) -> Result {
    let server = program.start()?;
    let field = format!("X: {}\r\n", "a".repeat(1_000));
    let head = format!("GET / HTTP/1.1\r\nHost: localhost\r\n{}\r\n", field.repeat(1_000));
    refuses(&server, head.as_bytes(), &[431])?;
    keeps_serving(&server)
}

pub(super) fn a_megabyte_of_target_and_lets_its_sender_read_the_answer(program: &Program) -> Result {
    let server = program.start()?;
    refuses(&server, &request(&format!("/{}", "a".repeat(1_000_000))), &[414])?;
    keeps_serving(&server)
}

pub(super) fn two_megabytes_of_body_and_lets_their_sender_read_the_answer(program: &Program) -> Result {
    let server = program.start()?;
    let head = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2000000\r\n\r\n";
    refuses(&server, &[head.as_slice(), &[b'a'; 2_000_000]].concat(), &[405, 413])?;
    keeps_serving(&server)
}

/// The request gets one of these statuses, and the connection is closed in a way that destroys no answer: a reset could
/// overtake it.
fn refuses(server: &Server, request: &[u8], statuses: &[u16]) -> Result {
    let mut client = server.client()?;
    client.send_as_much_as_possible(request, SAFETY)?;
    let response = client.response()?;
    ensure!(statuses.contains(&response.status), "expected one of {statuses:?}: {response:?}");
    let ended = client.finish_sending().and_then(|()| client.end());
    ensure!(ended == Ok(End::Closed), "the connection was reset, which can destroy the answer: {ended:?}");
    Ok(())
}

pub(super) fn what_is_sent_after_the_last_request(program: &Program) -> Result {
    let server = program.start()?;
    let mut client = server.client()?;
    let last = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    client.send([last.as_slice(), &[b'a'; 10_000]].concat())?;
    ensure!(client.response()?.status == 200, "expected the page");
    ensure!(client.end()? == End::Closed, "the connection was reset, which can destroy the page");
    drop(client);
    keeps_serving(&server)
}

pub(super) fn a_thousand_visits_without_growing(program: &Program) -> Result {
    let mut server = program.start()?;
    visit(&server, 500)?; // whatever it allocates once, it has allocated now
    let before = (server.descriptors(), server.resident_memory());
    visit(&server, 1_000)?;
    let (Some(descriptors), Some(memory)) = before else { return skip("only Linux reports what a server holds") };
    server.wait_until("it has closed what its clients closed", |server| server.descriptors() <= Some(descriptors))?;
    let growth = server.resident_memory().unwrap_or_default().saturating_sub(memory);
    ensure!(growth < 1_000_000, "a thousand visits made it grow by {growth} bytes");
    Ok(())
}

/// Clients that come, and leave in one of four ways.
fn visit(server: &Server, clients: usize) -> Result {
    for number in 0..clients {
        let mut client = server.client()?;
        match number % 4 {
            0 => {}
            1 => client.reset()?,
            2 => client.send(server.protocol().half_a_question())?,
            _ => client.ask()?, // it waits for its turn, so that the backlog never overflows
        }
    }
    keeps_serving(server)
}

/// A call that blocks in the meantime may be interrupted. This is no reason to give a client up.
pub(super) fn being_suspended_in_mid_request(program: &Program) -> Result {
    if !cfg!(unix) {
        return skip("only Unix can suspend a program");
    }
    let mut server = program.start()?;
    let question = server.protocol().question();
    let mut client = server.client()?;
    client.send_in_pieces([&question[..10]])?;
    server.suspend_for_a_moment()?;
    client.wait_until_read()?;
    client.send(&question[10..])?;
    client.answer()
}

/// A call that reads stops at an urgent byte. This does not mean that nothing has come after it.
pub(super) fn an_urgent_byte_in_mid_request(program: &Program) -> Result {
    if !cfg!(target_os = "linux") {
        return skip("other systems may do something else at an urgent byte");
    }
    let mut server = program.start()?;
    serves(&server)?;
    let question = server.protocol().question();
    let mut client = server.client()?;
    client.wait_until_read()?; // it has been accepted
    server.while_suspended(|_| {
        client.send(&question[..10])?;
        client.send_urgently(b'!')?;
        client.send(&question[10..])
    })?;
    client.answer()
}

/// It has been refused, and goes on sending. The server reads on, so that the client can read the refusal, but not forever.
pub(super) fn a_flood_after_a_refusal_is_cut_off(program: &Program) -> Result {
    let server = program.start()?;
    let mut client = server.client()?;
    client.send("nonsense\r\n\r\n")?;
    let megabyte = vec![b'x'; 1 << 20];
    for _ in 0..100 {
        if client.send_as_much_as_possible(&megabyte, SAFETY)? < megabyte.len() {
            return keeps_serving(&server);
        }
    }
    Err(Failure::new("it has read a hundred megabytes from a client that it had refused"))
}

pub(super) fn a_client_that_stays_silent_is_disconnected(program: &Program) -> Result {
    let server = program.start()?;
    let mut silent = server.client()?;
    silent.end()?;
    keeps_serving(&server)
}
