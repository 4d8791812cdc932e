//! Nothing a client does stops the server: afterwards, the next client gets its page.

use super::basics::skip;
use crate::failure::ensure;
use crate::{Client, End, Program, Result, SAFETY, Server, request};
use std::process::{self, Command};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

/// How long a server without descriptors is watched.
const REST: Duration = Duration::from_millis(150);
/// How soon a server must serve again when descriptors have come back.
const RECOVERY: Duration = Duration::from_secs(5);

/// The next clients get their page: several, so that the server has had time to trip over the one before them.
fn serves(server: &Server) -> Result {
    (0..20).try_for_each(|_| super::basics::serves(server))
}

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
    serves(&server)
}

pub(super) fn clients_that_leave_in_mid_request(program: &Program) -> Result {
    let server = program.start()?;
    drop(half_a_request(&server)?);
    serves(&server)
}

pub(super) fn clients_that_reset_in_mid_request(program: &Program) -> Result {
    let server = program.start()?;
    half_a_request(&server)?.reset()?;
    serves(&server)
}

pub(super) fn clients_that_do_not_wait_for_the_answer(program: &Program) -> Result {
    let server = program.start()?;
    for _ in 0..20 {
        server.client()?.send_question()?;
        let mut client = server.client()?;
        client.send_question()?;
        client.reset()?;
    }
    serves(&server)
}

pub(super) fn clients_that_reset_in_mid_response(program: &Program) -> Result {
    let server = program.start()?;
    let requests = server.protocol().question().repeat(2_000);
    for _ in 0..3 {
        let mut client = server.client()?;
        client.send_as_much_as_possible(&requests, REST)?;
        client.answer()?;
        client.reset()?;
    }
    serves(&server)
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
    serves(&server)
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
    serves(&server)
}

pub(super) fn a_megabyte_of_header_and_lets_its_sender_read_the_answer(program: &Program) -> Result {
    let server = program.start()?;
    let field = format!("X: {}\r\n", "a".repeat(1_000));
    let head = format!("GET / HTTP/1.1\r\nHost: localhost\r\n{}\r\n", field.repeat(1_000));
    refuses(&server, head.as_bytes(), &[431])?;
    serves(&server)
}

pub(super) fn a_megabyte_of_target_and_lets_its_sender_read_the_answer(program: &Program) -> Result {
    let server = program.start()?;
    refuses(&server, &request(&format!("/{}", "a".repeat(1_000_000))), &[414])?;
    serves(&server)
}

pub(super) fn two_megabytes_of_body_and_lets_their_sender_read_the_answer(program: &Program) -> Result {
    let server = program.start()?;
    let head = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2000000\r\n\r\n";
    refuses(&server, &[head.as_slice(), &[b'a'; 2_000_000]].concat(), &[405, 413])?;
    serves(&server)
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
    serves(&server)
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
    serves(server)
}

/// Its descriptors are taken away while it runs, so that it cannot accept the next client, and are then given back.
pub(super) fn running_out_of_descriptors(program: &Program) -> Result {
    if !cfg!(target_os = "linux") {
        return skip("only Linux can take descriptors away from a running program");
    }
    let server = program.start()?;
    serves(&server)?;
    server.limit_descriptors(3)?; // standard input, output and error
    for _ in 0..server.threads().unwrap_or(1) {
        drop(server.client()?); // each thread that waits in `accept` already has a descriptor for one of these
    }
    let mut client = server.client()?;
    client.send_question()?;
    rests_while(&server, || {
        ensure!(client.stays_silent_for(REST)?, "it hung up, or it answered without a descriptor for the client");
        Ok(())
    })?;
    server.limit_descriptors(1_000)?;
    client.answer()
}

pub(super) fn two_hundred_clients_with_sixty_four_descriptors(program: &Program) -> Result {
    if !cfg!(target_os = "linux") {
        return skip("only Linux can limit the descriptors of a running program");
    }
    let server = program.clone().descriptor_limit(64).start()?;
    let clients: Vec<Client> = (0..200).map(|_| server.knock()).collect::<Result<_>>()?;
    rests_while(&server, || rest(REST))?;
    drop(clients);
    serves_again(&server)
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
    super::basics::serves(&server)?;
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
            return serves(&server);
        }
    }
    Err(crate::Failure::new("it has read a hundred megabytes from a client that it had refused"))
}

/// The log says what failed. No client has been given up.
pub(super) fn a_failed_accept_is_logged_as_what_it_is(program: &Program) -> Result {
    if !cfg!(target_os = "linux") {
        return skip("only Linux can take descriptors away from a running program");
    }
    let server = program.start()?;
    serves(&server)?;
    server.limit_descriptors(3)?; // standard input, output and error
    for _ in 0..server.threads().unwrap_or(1) {
        drop(server.client()?); // each thread that waits in `accept` already has a descriptor for one of these
    }
    let _waiting = server.client()?;
    server.wait_for_log("cannot accept: ")?;
    ensure!(!server.log().contains("gave "), "it says that it gave up on a client: {:?}", server.log());
    Ok(())
}

/// The system tells `accept` of a connection that has failed already. The next one is not to blame, and does not wait.
pub(super) fn connections_that_fail_before_they_are_accepted(program: &Program) -> Result {
    if !cfg!(target_os = "linux") || !Command::new("strace").arg("-V").output().is_ok_and(|said| said.status.success())
    {
        return skip("strace is not there to make accept fail");
    }
    for error in ["ECONNABORTED", "EPROTO"] {
        // With `-D`, the server is the process that is started here, and `strace` looks on.
        let inject = format!("inject=accept4:error={error}:when=1..20");
        let seen = env::temp_dir().join(format!("accept-{}-{:?}", process::id(), thread::current().id()));
        let written = seen.to_string_lossy();
        let arguments = ["-D", "-f", "-qq", "-o", &*written, "-e", "trace=accept4", "-e", &inject];
        let served_soon = || {
            let server = program.wrapped("strace", &arguments).start()?;
            let mut client = server.client()?;
            let start = Instant::now();
            client.ask()?;
            Ok::<_, crate::Failure>((server, start.elapsed()))
        };
        let (mut server, mut waited) = served_soon()?;
        for _ in 0..3 {
            if waited > Duration::from_millis(1_500) {
                (server, waited) = served_soon()?; // the machine may have been busy
            }
        }
        ensure!(waited < Duration::from_millis(1_500), "after twenty times {error}, a client waits for {waited:?}");
        let has_accepted = fs::read_to_string(&seen).is_ok_and(|seen| seen.contains("accept4"));
        let _ = fs::remove_file(&seen);
        if !has_accepted && !server.log().contains("cannot accept: ") {
            return skip("this server does not call accept4");
        }
        server.wait_for_log("cannot accept: ")?; // strace counts for each thread: the number of lines is unknown
    }
    Ok(())
}

pub(super) fn a_client_that_stays_silent_is_disconnected(program: &Program) -> Result {
    let server = program.start()?;
    let mut silent = server.client()?;
    silent.end()?;
    serves(&server)
}

/// New clients are served soon. They try again and again, because a full backlog takes none, and their system would
/// make them wait for a second.
pub(super) fn serves_again(server: &Server) -> Result {
    let (deadline, mut patience) = (Instant::now() + RECOVERY, RECOVERY / 100);
    while Instant::now() < deadline {
        let client = server.impatient_client(patience);
        if client.and_then(|mut client| client.ask()).is_ok() {
            return Ok(());
        }
        patience *= 2; // a client that the backlog has no room for would try again after a second
    }
    Err(crate::Failure::new(format!("it does not serve again within {RECOVERY:?}")))
}

/// The server does not spin meanwhile: it uses less than a tenth of a processor. On a machine that is busy with other things, one that spins
/// may get no more than that either, but it wants a processor whenever one looks; and one that rests may need more for what it has to do.
/// So a server that looks busy is looked at again, when nothing happens to it. Or it fills its log, and waits for its reader.
pub(super) fn rests_while(server: &Server, action: impl FnOnce() -> Result) -> Result {
    let (start, logged) = (Instant::now(), server.log().len());
    let first = seems_to_spin(server, action)?;
    if server.never_rests {
        return Ok(());
    }
    let Some(first) = first else { return skip("only Linux reports the processor time of a server") };
    let lines = server.log()[logged..].lines().count();
    ensure!(lines < 50, "it spins: in {:?} without anything to do it logged {lines} lines", start.elapsed());
    let spins = first && seems_to_spin(server, || rest(2 * REST))? == Some(true);
    ensure!(!spins, "it spins: without anything to do, it is at work");
    Ok(())
}

/// Whether it uses a tenth of a processor during this action, or wants one nearly always. (`None` if the system does not tell.)
fn seems_to_spin(server: &Server, action: impl FnOnce() -> Result) -> Result<Option<bool>> {
    let (start, before) = (Instant::now(), server.cpu_time());
    let busy = share_of_time_busy(server, action)?;
    let used = server.cpu_time().zip(before).map(|(after, before)| after.saturating_sub(before));
    Ok(used.map(|used| used * 10 >= start.elapsed() || busy > 0.9))
}

/// An action that leaves the server alone.
pub(super) fn rest(time: Duration) -> Result {
    thread::sleep(time);
    Ok(())
}

/// In which part of the looks at it the server is busy while something happens.
fn share_of_time_busy(server: &Server, action: impl FnOnce() -> Result) -> Result<f64> {
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let watch = scope.spawn(|| {
            let (mut looks, mut busy) = (0.0, 0.0);
            while !is_over.load(Relaxed) {
                looks += 1.0;
                busy += if server.is_busy() == Some(true) { 1.0 } else { 0.0 };
                thread::sleep(Duration::from_millis(5));
            }
            busy / looks
        });
        let ended = action();
        is_over.store(true, Relaxed);
        let share = watch.join().unwrap_or_default();
        ended.map(|()| share)
    })
}
