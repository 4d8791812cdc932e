//! How it ends when a signal tells it to: at once, or well. (Only Unix has the signals for it.)

use super::basics::{WATCH, impatient, skip};
use crate::failure::ensure;
use crate::page::{is_hello, is_not_found};
use crate::tools::with_time_enough;
use crate::{Client, End, Program, Result, SAFETY, Server, request};
use std::io::ErrorKind;
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

/// What a server that stops well says when it begins to.
const STOPPING: &str = "press Ctrl-C again to stop at once";
/// For checks that wait for its end, and for what has to happen meanwhile.
const NAP: Duration = Duration::from_millis(400);

pub(super) fn ctrl_c_ends_it_in_mid_request(program: &Program) -> Result {
    ends_in_mid_request(program, Server::interrupt)
}

pub(super) fn sigterm_ends_it_in_mid_request(program: &Program) -> Result {
    ends_in_mid_request(program, Server::terminate)
}

/// It dies of the signal, although it waits for the rest of a request.
fn ends_in_mid_request(program: &Program, tell: fn(&Server) -> Result) -> Result {
    let mut server = impatient(program).start()?;
    let mut client = server.client()?;
    client.ask_half()?;
    tell(&server)?;
    let status = server.wait_for_exit().map_err(|failure| failure.context("it ignores the signal"))?;
    ensure!(status.code().is_none(), "the signal was to end it, but it ended by itself: {status}");
    ensure!(client.rest().map_or(true, |answer| answer.is_empty()), "half a request was answered");
    Ok(())
}

pub(super) fn on_ctrl_c_it_finishes_answers_and_disconnects_all_other_clients(program: &Program) -> Result {
    with_time_enough(NAP, |nap| everyone_else_is_sent_away_during_a_nap(&program.clone().nap(nap)))
}

fn everyone_else_is_sent_away_during_a_nap(program: &Program) -> Result {
    let mut server = program.start()?;
    let mut idle = server.client()?;
    is_hello(&idle.get("/")?)?;
    let mut asleep = asleep(&server, &[])?;

    server.interrupt()?;
    server.wait_for_log(STOPPING)?;
    ensure!(idle.end()? == End::Closed, "an idle connection was reset");
    // The listener may be closed a little later than the log says.
    server.wait_until("it accepts no client", |server| {
        TcpStream::connect_timeout(&server.address(), WATCH)
            .is_err_and(|error| error.kind() == ErrorKind::ConnectionRefused)
    })?;
    ensure!(asleep.is_silent()?, "the nap was over before all other clients were disconnected");

    is_hello(&asleep.response()?)?;
    ends_well(&mut server)
}

pub(super) fn a_request_that_has_begun_to_arrive_is_answered(program: &Program) -> Result {
    let mut server = program.start()?;
    let mut client = server.client()?;
    client.send([request("/").as_slice(), b"GET /nope HTTP/1.1\r\nHo"].concat())?;
    is_hello(&client.response()?)?;
    client.wait_until_read()?;

    server.terminate()?;
    server.wait_for_log(STOPPING)?;
    client.send("st: localhost\r\n\r\n")?;
    is_not_found(&client.response()?)?;
    ends_well(&mut server)
}

pub(super) fn a_refused_client_that_stays_holds_nothing_up(program: &Program) -> Result {
    let mut server = impatient(program).start()?;
    let mut client = server.client()?;
    client.send("nonsense\r\n\r\n")?;
    ensure!(client.response()?.status == 400, "expected a refusal");
    server.terminate()?;
    ends_well(&mut server)
}

pub(super) fn requests_behind_a_nap_are_answered(program: &Program) -> Result {
    with_time_enough(NAP, |nap| all_requests_are_answered_after_a_nap(&program.clone().nap(nap)))
}

fn all_requests_are_answered_after_a_nap(program: &Program) -> Result {
    let mut server = program.start()?;
    let mut asleep = asleep(&server, &request("/nope").repeat(500))?;
    server.interrupt()?;
    server.wait_for_log(STOPPING)?;
    is_hello(&asleep.response()?)?;
    (0..500).try_for_each(|_| is_not_found(&asleep.response()?))?;
    ends_well(&mut server)
}

/// Its requests arrive in one packet, but there is not room for all the answers on its side.
pub(super) fn a_client_that_reads_late_gets_all_its_answers(program: &Program) -> Result {
    let mut server = program.start()?;
    let mut client = server.client()?;
    client.send(request("/").repeat(900))?;
    is_hello(&client.response()?)?;
    server.interrupt()?;
    server.wait_for_log(STOPPING)?;
    thread::sleep(WATCH); // a server that hangs up now does it before they are read
    (1..900).try_for_each(|_| is_hello(&client.response()?))?;
    ends_well(&mut server)
}

/// Until then, each answer leaves the connection open.
pub(super) fn the_last_answer_says_that_it_is_the_last(program: &Program) -> Result {
    with_time_enough(NAP, |nap| the_answer_after_a_nap_is_the_last(&program.clone().nap(nap)))
}

fn the_answer_after_a_nap_is_the_last(program: &Program) -> Result {
    let mut server = program.start()?;
    let mut alone = asleep(&server, &[])?;
    let mut pipelined = asleep(&server, &[request("/"), request("/nope")].concat())?;
    server.terminate()?;
    server.wait_for_log(STOPPING)?;
    let last = alone.response()?;
    ensure!(last.announces_close(), "expected `Connection: close`: {last:?}");
    for is_last in [false, false, true] {
        let answer = pipelined.response()?;
        ensure!(
            answer.announces_close() == is_last,
            "expected `Connection: close` at the end, and only there: {answer:?}"
        );
    }
    for mut client in [alone, pipelined] {
        ensure!(client.end()? == End::Closed, "the connection was reset, which can destroy the last answer");
    }
    ends_well(&mut server)
}

/// All of it has happened when the server goes on: requests have arrived, some over connections that it has not accepted, and
/// the signal.
pub(super) fn requests_that_arrive_with_the_signal_are_answered(program: &Program) -> Result {
    let mut server = program.start()?;
    let mut clients: Vec<Client> = (0..10).map(|_| server.client()).collect::<Result<_>>()?;
    clients.iter_mut().try_for_each(Client::ask)?;
    server.while_suspended(|server| {
        for _ in 0..20 {
            clients.push(server.client()?);
        }
        clients.iter_mut().try_for_each(Client::send_question)?;
        server.terminate()
    })?;
    for (number, client) in clients.iter_mut().enumerate() {
        client.answer().map_err(|failure| failure.context(format_args!("client {number} of 30")))?;
    }
    ends_well(&mut server)
}

/// There were no descriptors for them, so the server rests when the signal comes. They wait in the backlog, and have asked.
pub(super) fn clients_that_cannot_be_accepted_before_the_signal_are_answered(program: &Program) -> Result {
    if !cfg!(target_os = "linux") {
        return skip("only Linux can take descriptors away from a running program");
    }
    let mut server = program.start()?;
    server.client()?.ask()?;
    server.limit_descriptors(3)?; // standard input, output and error
    let mut clients: Vec<Client> = (0..10).map(|_| server.client()).collect::<Result<_>>()?;
    clients.iter_mut().try_for_each(Client::send_question)?;
    server.wait_for_log("cannot accept: ")?;
    server.terminate()?;
    server.wait_for_log(STOPPING)?;
    server.limit_descriptors(1_000)?;
    for (number, client) in clients.iter_mut().enumerate() {
        client.answer().map_err(|failure| failure.context(format_args!("client {number} of 10")))?;
    }
    ends_well(&mut server)
}

/// The client has begun to ask, and says nothing more: the server waits for it, but not until it has to give up on all.
pub(super) fn half_a_question_does_not_make_the_stop_fail(program: &Program) -> Result {
    let mut server = program.clone().patience_for_clients(Duration::from_millis(600)).start()?;
    let mut client = server.client()?;
    client.ask_half()?;
    client.wait_until_read()?;
    server.terminate()?;
    let status = server.wait_for_exit()?;
    ensure!(status.code() == Some(0), "with half a question, it ended with {status}: {}", server.log());
    Ok(())
}

/// One client stalls in a head, the other in a body, of which a byte comes now and then.
pub(super) fn half_a_request_that_stalls_does_not_outlast_the_grace_period(program: &Program) -> Result {
    let mut server = program.start()?;
    let (mut in_head, mut in_body) = (server.client()?, server.client()?);
    in_head.ask_half()?;
    in_body.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900000\r\n\r\n")?;
    in_body.wait_until_read()?;
    server.terminate()?;
    let deadline = Instant::now() + server.patience;
    while in_body.is_silent()? {
        ensure!(Instant::now() < deadline, "it still waits for the rest of a request");
        let _ = in_body.send([b'x'; 1_000]); // the server may hang up at this moment
        thread::sleep(Duration::from_millis(20));
    }
    for mut client in [in_head, in_body] {
        let answer = client.response()?;
        ensure!(answer.status == 408 && answer.announces_close(), "expected the status 408 and the end: {answer:?}");
    }
    ends_well(&mut server)
}

/// Half a request is under way all the time, and the other half never comes. Each byte of it arrives before the patience ends.
pub(super) fn a_client_that_trickles_does_not_keep_it_from_stopping(program: &Program) -> Result {
    let mut server = program.clone().patience_for_clients(Duration::from_millis(500)).start()?;
    let mut client = server.client()?;
    client.ask_half()?;
    server.terminate()?;
    server.wait_until("it ends, although a client sends a byte now and then", |server| {
        let _ = client.send("x"); // it may have hung up
        thread::sleep(Duration::from_millis(20));
        server.has_ended()
    })
}

pub(super) fn hundreds_of_idle_connections_are_closed(program: &Program) -> Result {
    let mut server = impatient(program).start()?;
    let mut idle: Vec<Client> = Vec::new();
    for _ in 0..150 {
        let silent = server.client()?;
        let mut client = server.client()?;
        is_hello(&client.get("/")?)?; // so the one before it was let in as well
        idle.extend([silent, client]);
    }
    server.terminate()?;
    for client in &mut idle {
        ensure!(client.end()? == End::Closed, "an idle connection was reset");
    }
    ends_well(&mut server)
}

pub(super) fn without_clients_it_ends_at_once(program: &Program) -> Result {
    let mut server = impatient(program).start()?;
    server.interrupt()?;
    ends_well(&mut server)
}

pub(super) fn a_second_ctrl_c_ends_it_at_once(program: &Program) -> Result {
    let mut server = program.clone().nap(SAFETY * 2).start()?;
    let mut asleep = asleep(&server, &[])?;
    server.interrupt()?;
    server.wait_for_log(STOPPING)?;
    server.interrupt()?;
    ends_with_an_answer_unsent(&mut server)?;
    ensure!(asleep.rest().map_or(true, |answer| answer.is_empty()), "the nap was over before the server ended");
    Ok(())
}

/// Three naps in a row take longer than what a server grants the answers in flight.
pub(super) fn answers_that_take_too_long_are_abandoned(program: &Program) -> Result {
    let mut server = program.start()?;
    let mut asleep = asleep(&server, &request("/sleep").repeat(2))?;
    server.interrupt()?;
    server.wait_for_log(STOPPING)?;
    is_hello(&asleep.response()?)?;
    ends_with_an_answer_unsent(&mut server)?;
    let answers = asleep.rest().map_or(0, |rest| String::from_utf8_lossy(&rest).matches("HTTP/1.1 ").count());
    ensure!(answers < 2, "all the naps were over before the server ended");
    Ok(())
}

/// A client whose `/sleep` is under way, because the answer to the request before it has arrived. Then it sends this.
fn asleep(server: &Server, then: &[u8]) -> Result<Client> {
    let mut client = server.client()?;
    client.send([&request("/"), &request("/sleep"), then].concat())?;
    is_hello(&client.response()?)?;
    Ok(client)
}

fn ends_well(server: &mut Server) -> Result {
    let ended = server.ended()?;
    ensure!(ended.code == Some(0), "expected the code 0: {ended:?}");
    Ok(())
}

fn ends_with_an_answer_unsent(server: &mut Server) -> Result {
    let status = server.wait_for_exit()?;
    ensure!(status.code() == Some(1), "expected the code 1, because an answer was not sent: {status}");
    Ok(())
}
