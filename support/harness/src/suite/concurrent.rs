//! No client waits for another.

use super::basics::{impatient, keeps_serving, serves, serves_again, skip, with_a_crowd};
use super::resting::rests_while;
use crate::failure::ensure;
use crate::page::is_hello;
use crate::{Client, Program, Result, SAFETY, Server, request};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

/// For checks that wait for its end.
const NAP: Duration = Duration::from_millis(500);

fn clients(server: &Server, number: usize) -> Result<Vec<Client>> {
    (0..number).map(|_| server.client()).collect()
}

pub(super) fn the_last_to_connect_can_be_the_first_to_be_answered(program: &Program) -> Result {
    let server = impatient(program).start()?;
    let mut clients = clients(&server, 20)?;
    while let Some(mut last) = clients.pop() {
        last.ask()?;
    }
    Ok(())
}

// ANCHOR: a_silent_client_delays_no_other_client
pub(super) fn a_silent_client_delays_no_other_client(program: &Program) -> Result {
    let server = impatient(program).start()?;
    let mut silent = server.client()?;
    serves(&server)?;
    silent.ask()
}
// ANCHOR_END: a_silent_client_delays_no_other_client

pub(super) fn naps_delay_no_other_client(program: &Program) -> Result {
    let server = impatient(program).nap(SAFETY * 2).start()?;
    let mut napping = clients(&server, 64)?;
    napping.iter_mut().try_for_each(|client| client.send(request("/sleep")))?;
    (0..200).try_for_each(|_| serves(&server))?;
    for client in &mut napping {
        ensure!(client.is_silent()?, "a nap was over before two hundred other requests were answered");
    }
    Ok(())
}

/// They have been refused, and go on sending as fast as they can. When one is cut off, it comes again.
pub(super) fn floods_after_a_refusal_delay_no_other_client(program: &Program) -> Result {
    let server = impatient(program).start()?;
    let megabyte = vec![b'x'; 1 << 20];
    let (is_over, floods) = (AtomicBool::new(false), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while !is_over.load(Relaxed) {
                    let Ok(mut client) = server.client() else { return };
                    let refused = client.send("nonsense\r\n\r\n").is_ok();
                    floods.fetch_add(1, Relaxed);
                    while refused && !is_over.load(Relaxed) {
                        let sent = client.send_as_much_as_possible(&megabyte, Duration::from_millis(100));
                        if !sent.is_ok_and(|sent| sent == megabyte.len()) {
                            break;
                        }
                    }
                }
            });
        }
        let start = Instant::now();
        let served = (0..40).try_for_each(|number| {
            serves(&server)?;
            ensure!(start.elapsed() < server.patience, "{number} others took {:?} beside them", start.elapsed());
            Ok(())
        });
        is_over.store(true, Relaxed);
        served
    })?;
    ensure!(floods.load(Relaxed) >= 3, "not all of them could connect");
    Ok(())
}

/// Each connection is a visit. They come at the same time, and each is counted.
pub(super) fn no_visit_is_lost(program: &Program) -> Result {
    let server = program.start()?;
    thread::scope(|scope| {
        let visitors = [(); 8].map(|()| scope.spawn(|| (0..50).try_for_each(|_| serves(&server))));
        visitors.into_iter().try_for_each(|visitor| match visitor.join() {
            Ok(visited) => visited,
            Err(_) => Err(crate::Failure::new("a visitor panicked")),
        })
    })?;
    let response = server.client()?.get("/visits")?;
    ensure!(response.body == b"401 visits\n", "expected the 401st visit: {response:?}");
    Ok(())
}

pub(super) fn a_thousand_unfinished_requests_delay_no_other_client(program: &Program) -> Result {
    with_a_crowd(program, unfinished_requests_delay_no_others)
}

fn unfinished_requests_delay_no_others(server: &Server, clients: usize) -> Result {
    let mut unfinished = Vec::new();
    for number in 0..clients {
        let mut client = server.client()?;
        client.send("GET / HTTP/1.1\r\n")?;
        unfinished.push(client);
        if number % 50 == 0 {
            serves(server)?;
        }
    }
    serves(server)?;
    for client in &mut unfinished {
        ensure!(client.is_silent()?, "a request was answered before it was complete");
        client.send("Host: localhost\r\n\r\n")?;
    }
    unfinished.iter_mut().try_for_each(|client| is_hello(&client.response()?))
}

/// They ask for far more than all the buffers on the way can hold.
pub(super) fn clients_that_never_read_delay_no_other_client(program: &Program) -> Result {
    let server = impatient(program).start()?;
    let mut greedy = clients(&server, 4)?;
    let requests = server.protocol().flood();
    let stuck = Duration::from_millis(100);
    thread::scope(|scope| {
        let sending: Vec<_> = greedy
            .iter_mut()
            .map(|client| {
                let requests = &requests;
                scope.spawn(move || {
                    client.shrink_receive_buffer()?;
                    client.send_as_much_as_possible(requests, stuck)
                })
            })
            .collect();
        sending.into_iter().try_for_each(|sender| match sender.join() {
            Ok(sent) => sent.map(drop),
            Err(_) => Err(crate::Failure::new("a sender panicked")),
        })
    })?;
    greedy[0].wait_until_read()?;
    if let Some(memory) = server.resident_memory() {
        ensure!(memory < 50_000_000, "it keeps {memory} bytes for clients that do not read");
    }
    keeps_serving(&server)
}

/// It asks without a pause, and reads all that comes back. On a busy machine it has to pause now and then, and another client is served. But
/// all the others together wait no longer than a client should.
pub(super) fn a_client_that_never_stops_delays_no_other_client(program: &Program) -> Result {
    let server = impatient(program).start()?;
    let mut client = server.client()?;
    let start = Instant::now();
    client.ask_on_while(|| {
        (0..40).try_for_each(|number| {
            serves(&server)?;
            ensure!(start.elapsed() < server.patience, "{number} others took {:?} beside it", start.elapsed());
            Ok(())
        })
    })
}

pub(super) fn without_descriptors_connected_clients_are_still_served(program: &Program) -> Result {
    if !cfg!(target_os = "linux") {
        return skip("only Linux can limit the descriptors of a running program");
    }
    let mut server = impatient(program).descriptor_limit(64).start()?;
    let mut inside = clients(&server, 10)?; // each asks once, because a server may answer only one question
    inside.iter_mut().try_for_each(Client::ask_half)?;
    let mut crowd: Vec<Client> = (0..200).map(|_| server.knock()).collect::<Result<_>>()?;
    let mut newcomer = crowd.swap_remove(100); // beyond the limit, but not beyond the backlog
    newcomer.send_question()?;
    server.wait_until("it has no descriptors left", |server| server.descriptors() >= Some(64))?;
    rests_while(&server, || {
        for client in &mut inside {
            client.ask_the_rest()?;
            thread::sleep(Duration::from_millis(15));
        }
        Ok(())
    })?;
    ensure!(newcomer.is_silent()?, "a new client was answered, or sent away, without a descriptor for it");
    drop(crowd);
    newcomer.answer()?;
    serves_again(&server)
}

/// Were they not all asleep at the same time, they would take five hundred seconds.
pub(super) fn a_thousand_naps_end_together(program: &Program) -> Result {
    let server = program.clone().nap(NAP).start()?;
    let deadline = Instant::now() + Duration::from_secs(100);
    let mut napping = Vec::new();
    for number in 0..1_000 {
        let mut client = server.client()?;
        client.send(request("/sleep"))?;
        napping.push(client);
        if number % 50 == 0 {
            serves(&server)?;
        }
        ensure!(Instant::now() < deadline, "{number} clients could not wait at the same time");
    }
    napping.iter_mut().try_for_each(|client| is_hello(&client.response()?))?;
    ensure!(Instant::now() < deadline, "a thousand naps took more than a hundred seconds");
    Ok(())
}
