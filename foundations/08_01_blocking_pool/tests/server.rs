//! Step 8.1: a computation keeps its thread to itself, so it had better be another thread.

#![allow(clippy::unwrap_used)] // in helpers, too: a test says what went wrong by failing at that line

use harness::{Client, Program, Result, Server, suite};
use std::fs;
use std::time::Duration;

/// It takes a moment to count so far.
const LARGE: &str = "200000\n";
const COUNT: &[u8] = b"17984\n";
/// It takes until long after the test.
const HUGE: &str = "4294967295\n";
const FULL: &[u8] = b"error: too many requests, try again later\n";

fn server() -> Program {
    Program::echo(env!("CARGO_BIN_EXE_08_01_blocking_pool"))
}

fn server_on(place: &str) -> Program {
    server().argument("--on").argument(place)
}

/// A client that asked for the primes up to a number, and then one that sent a word.
fn computing_and_quick(server: &Server, number: &str) -> Result<(Client, Client)> {
    let (mut computing, mut quick) = (server.client()?, server.client()?);
    computing.ask()?;
    quick.ask()?;
    quick.wait_until_read()?; // it sleeps, so what comes first is what it is woken for first
    computing.send(number)?;
    quick.send_question()?;
    Ok((computing, quick))
}

#[test]
fn on_the_loop_a_computation_holds_up_all_others() -> Result {
    let server = server_on("loop").start()?;
    let (mut computing, mut quick) = computing_and_quick(&server, LARGE)?;
    quick.answer()?;
    assert!(!computing.is_silent()?, "the quick client was answered first");
    assert_eq!(computing.line()?, COUNT);
    Ok(())
}

#[test]
fn on_other_threads_a_computation_delays_no_other_client() -> Result {
    for place in ["pool", "rayon"] {
        let server = server_on(place).start()?;
        let (mut computing, mut quick) = computing_and_quick(&server, HUGE)?;
        quick.answer()?;
        assert!(computing.is_silent()?, "{place}");
        computing = server.client()?;
        computing.send(LARGE)?;
        if place == "pool" {
            assert_eq!(computing.line()?, COUNT, "there is a second thread");
        }
    }
    Ok(())
}

/// The patience is for the answer that a blocked loop does not give.
#[test]
fn each_of_the_two_would_fail_where_the_other_holds() -> Result {
    let server = server_on("loop").patience(Duration::from_millis(500)).start()?;
    let (_computing, mut quick) = computing_and_quick(&server, HUGE)?;
    assert!(quick.answer().is_err(), "a word was answered while the loop's own thread computed");
    let server = server_on("pool").start()?;
    let (mut computing, mut quick) = computing_and_quick(&server, HUGE)?;
    quick.answer()?;
    assert!(computing.is_silent()?, "the loop's own thread computed");
    Ok(())
}

#[test]
fn when_the_queue_is_full_the_next_request_is_refused_and_words_are_still_answered() -> Result {
    for place in ["pool", "rayon"] {
        let program = ["--threads", "1", "--queue", "2"].into_iter().fold(server_on(place), Program::argument);
        let server = program.start()?;
        let mut clients: Vec<Client> = (0..4).map(|_| server.client()).collect::<Result<_>>()?;
        clients.iter_mut().try_for_each(Client::ask)?;
        clients[3].wait_until_read()?;
        clients.iter_mut().try_for_each(|client| client.send(HUGE))?;
        assert_eq!(String::from_utf8_lossy(&clients[3].line()?), String::from_utf8_lossy(FULL), "{place}");
        for client in &mut clients[..3] {
            assert!(client.is_silent()?, "{place}: there is a thread and room for two more");
        }
        clients[3].ask()?;
    }
    Ok(())
}

/// A server with a single thread to compute on, and a client whose answer took too long.
fn after_a_deadline(program: Program) -> Result<Server> {
    let program = ["--threads", "1", "--queue", "0", "--deadline", "50ms"].into_iter().fold(program, Program::argument);
    let server = program.start()?;
    let mut client = server.client()?;
    client.send(HUGE)?;
    assert_eq!(client.line()?, b"error: not finished within 50ms\n");
    Ok(server)
}

/// Whether the thread is free again, sooner or later.
fn computes_again(server: &mut Server) -> Result {
    server.wait_until("it computes again", |server| {
        let answer = server.client().and_then(|mut client| {
            client.send("10\n")?;
            client.line()
        });
        answer.is_ok_and(|line| line == b"4\n")
    })
}

#[test]
fn a_computation_whose_client_has_left_ends() -> Result {
    for place in ["pool", "rayon"] {
        computes_again(&mut after_a_deadline(server_on(place))?)?;
    }
    Ok(())
}

/// The clock is looked at only when the loop has its thread back.
#[test]
fn on_the_loop_a_deadline_comes_too_late() -> Result {
    let server = server_on("loop").argument("--deadline").argument("1ms").start()?;
    let mut client = server.client()?;
    client.send("1000000\n")?;
    assert_eq!(client.line()?, b"78498\n");
    Ok(())
}

#[test]
fn a_signal_lets_it_finish_what_it_computes() -> Result {
    let mut server = server().start()?;
    let (mut computing, mut idle) = (server.client()?, server.client()?);
    computing.ask()?;
    idle.ask()?;
    idle.wait_until_read()?;
    computing.send("1000000\n")?;
    idle.ask()?; // so the number has been read, too
    server.terminate()?;
    assert!(idle.rest()?.is_empty());
    assert_eq!(computing.line()?, b"78498\n");
    drop(computing);
    assert!(server.wait_for_exit()?.success());
    Ok(())
}

#[test]
fn a_second_signal_ends_it_at_once() -> Result {
    let mut server = server().start()?;
    let (_computing, mut quick) = computing_and_quick(&server, HUGE)?;
    quick.answer()?; // so the number has been read, too
    server.interrupt()?;
    server.wait_for_log("press Ctrl-C again")?;
    server.interrupt()?;
    assert_eq!(server.wait_for_exit()?.code(), Some(1));
    Ok(())
}

/// How much CPU time, in hundredths of a second, each thread whose name begins so has used.
fn times_of(server: &Server, name: &str) -> Vec<u64> {
    let names = server.thread_names().unwrap_or_default().into_iter().filter(|(_, own)| own.starts_with(name));
    let stats = names
        .filter_map(|(thread, _)| fs::read_to_string(format!("/proc/{}/task/{thread}/stat", server.process())).ok());
    stats.map(|stat| stat.rsplit_once(')').unwrap().1.split_whitespace().nth(11).unwrap().parse().unwrap()).collect()
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "only Linux reports the CPU time of a thread")]
fn rayon_has_all_threads_count_for_one_client_and_the_next_one_waits() -> Result {
    let mut server = server_on("rayon").start()?;
    let mut client = server.client()?;
    client.send(HUGE)?;
    server.wait_until("two threads compute", |server| {
        times_of(server, "rayon-").iter().filter(|&&time| time > 0).count() == 2
    })?;
    let mut next = server.client()?;
    next.send("10\n")?;
    for _ in 0..20 {
        server.client()?.ask()?; // a word needs no thread
    }
    assert!(next.is_silent()?, "a thread that is free would have counted to ten long ago");
    Ok(())
}

#[test]
fn each_line_comes_back() {
    suite::echoes(server()).assert_passed();
}

#[test]
fn it_survives_its_clients() {
    suite::echo_survives(server()).assert_passed();
}

#[test]
fn no_client_waits_for_another() {
    suite::echo_concurrent(server()).assert_passed();
}

#[test]
fn its_command_line_follows_the_conventions() {
    suite::command_line(server()).assert_passed();
}

#[test]
fn all_handlers_share_one_thread() {
    suite::on_one_thread(server()).assert_passed();
}

#[test]
fn on_a_signal_it_answers_connected_clients_and_waits_for_none_that_trickles() -> Result {
    suite::only("requests_that_arrive_with_the_signal_are_answered", &server())?;
    suite::only("half_a_question_does_not_make_the_stop_fail", &server())?;
    suite::only("a_client_that_trickles_does_not_keep_it_from_stopping", &server())
}
