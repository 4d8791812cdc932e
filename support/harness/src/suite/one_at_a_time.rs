//! It serves one connection at a time, and one request a connection: all others wait. This is what the first steps
//! teach, so it is asserted, not forgiven.

use super::basics::{WATCH, serves, serves_again, skip};
use crate::failure::ensure;
use crate::page::{is_hello, is_not_found};
use crate::{Client, Program, Result, request};
use std::thread;
use std::time::{Duration, Instant};

pub(super) fn a_connection_is_closed_after_one_answer(program: &Program) -> Result {
    let server = program.start()?;
    let mut client = server.client()?;
    let response = client.get("/")?;
    ensure!(response.announces_close(), "expected `Connection: close`: {response:?}");
    client.finish_sending()?;
    ensure!(client.rest()?.is_empty(), "expected one answer");
    Ok(())
}

pub(super) fn only_the_first_of_pipelined_requests_is_answered(program: &Program) -> Result {
    let server = program.start()?;
    let mut client = server.client()?;
    client.send(request("/").repeat(3))?;
    client.finish_sending()?;
    is_hello(&client.response()?)?;
    ensure!(client.rest()?.is_empty(), "expected one answer");
    Ok(())
}

// ANCHOR: the_second_client_waits
pub(super) fn the_second_client_waits_for_the_first(program: &Program) -> Result {
    let server = program.start()?;
    let question = server.protocol().question();
    let (mut first, mut second) = (server.client()?, server.client()?);
    first.send_in_pieces([&question[..10]])?;
    second.send(&question)?;
    ensure!(second.stays_silent_for(WATCH)?, "the second client was answered while the first was served");
    first.send(&question[10..])?;
    first.finish_sending()?;
    second.answer()?;
    ensure!(!first.is_silent()?, "the second client was answered before the first");
    first.answer()
}
// ANCHOR_END: the_second_client_waits

pub(super) fn a_silent_client_holds_up_all_others(program: &Program) -> Result {
    let server = program.start()?;
    let (silent, mut other) = (server.client()?, server.client()?);
    other.send_question()?;
    ensure!(other.stays_silent_for(WATCH)?, "a client was answered although another one was there before it");
    drop(silent);
    other.answer()
}

pub(super) fn a_client_that_never_reads_holds_up_all_others(program: &Program) -> Result {
    let server = program.start()?;
    let mut greedy = server.client()?;
    greedy.shrink_receive_buffer()?;
    greedy.send_as_much_as_possible(&server.protocol().flood(), WATCH)?;
    let mut other = server.client()?;
    other.send_question()?;
    ensure!(other.stays_silent_for(WATCH)?, "a client was answered although another one was there before it");
    greedy.reset()?;
    other.answer()
}

/// On a busy machine they take longer, never less.
pub(super) fn five_clients_take_five_delays(program: &Program) -> Result {
    let delay = Duration::from_millis(40);
    let server = program.clone().delay(delay).start()?;
    let mut clients: Vec<Client> = (0..5).map(|_| server.client()).collect::<Result<_>>()?;
    let start = Instant::now();
    clients.iter_mut().try_for_each(Client::send_question)?;
    for number in 1..=5 {
        clients.remove(0).answer()?;
        let passed = start.elapsed();
        ensure!(passed >= delay * number, "{number} clients were answered after {passed:?}, with a delay of {delay:?}");
    }
    Ok(())
}

pub(super) fn clients_are_served_in_the_order_in_which_they_connected(program: &Program) -> Result {
    let server = program.start()?;
    let first = server.client()?;
    let mut next = server.client()?;
    let mut later: Vec<Client> = (0..5).map(|_| server.client()).collect::<Result<_>>()?;
    for client in later.iter_mut().rev() {
        client.send_question()?;
        client.finish_sending()?;
    }
    all_stay_silent(&mut later, "a client was answered while the first was being served")?;
    drop(first);
    // The next one has not asked yet: its turn goes on until it has.
    all_stay_silent(&mut later, "a client was answered before one that had connected earlier")?;
    next.send_question()?;
    next.finish_sending()?;
    next.answer()?;
    later.iter_mut().try_for_each(|client| client.answer().map(drop))?;
    serves(&server)
}

fn all_stay_silent(clients: &mut [Client], otherwise: &str) -> Result {
    thread::sleep(WATCH);
    for client in clients {
        ensure!(client.is_silent()?, "{otherwise}");
    }
    Ok(())
}

pub(super) fn a_client_that_connects_during_a_nap_waits_for_its_end(program: &Program) -> Result {
    let server = program.clone().nap(Duration::from_millis(500)).start()?;
    let (mut napping, mut other) = (server.client()?, server.client()?);
    napping.send(request("/sleep"))?;
    napping.finish_sending()?;
    other.send(request("/"))?;
    is_hello(&other.response()?)?;
    ensure!(!napping.is_silent()?, "the other client was answered before the nap was over");
    is_hello(&napping.response()?)
}

/// However many wait in line, their descriptors are the kernel's, not the server's.
pub(super) fn a_crowd_takes_one_descriptor_at_a_time(program: &Program) -> Result {
    let server = program.start()?;
    serves(&server)?;
    let Some(alone) = server.descriptors() else { return skip("only Linux reports the descriptors of a server") };
    let mut crowd: Vec<Client> = (0..200).map(|_| server.knock()).collect::<Result<_>>()?;
    let first = crowd.swap_remove(0);
    ensure!(crowd[1].stays_silent_for(WATCH)?, "a client was served, or sent away, although others came before it");
    let crowded = server.descriptors().unwrap_or_default();
    // A runtime may open a few of its own in the meantime.
    ensure!(crowded < alone + 10, "it had {alone} descriptors, and {crowded} with a crowd");
    drop((first, crowd));
    serves_again(&server)
}

pub(super) fn there_is_no_slow_route(program: &Program) -> Result {
    is_not_found(&program.start()?.client()?.get("/sleep")?)
}
