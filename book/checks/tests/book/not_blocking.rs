//! Chapter 3: what it says of its steps, and the changes to them that break just that.

#![allow(clippy::unwrap_used)] // in helpers, too: a test says what went wrong by failing at that line

use crate::echo_costs::calls;
use book_checks::{has_tool, patch, read, snapshot, states, step};
use client::{Client, Connection, State};
use harness::{Program, Protocol, suite};
use std::collections::{BTreeSet, VecDeque};
use std::io::{self, ErrorKind, Read, Write};
use std::thread;
use std::time::{Duration, Instant};

#[path = "../../../../foundations/03_02_naive_polling/src/client.rs"]
mod client;

/// The program of a step, or of a step with a patch, which answers without a delay.
fn server(name: &str) -> Program {
    let program = if name.contains('+') { patch::program(name) } else { step::program(name) };
    program.unwrap().speaking(Protocol::Echo).environment("LOOPS", "2")
}

/// Each change, and the check that finds it.
const FOUND_BY: [(&str, &str); 8] = [
    ("03_02_naive_polling+polling_with_naps", "it_computes_while_no_client_sends"),
    ("03_03_event_loop+sleep_in_the_loop", "two_hundred_delays_pass_at_the_same_time"),
    ("03_03_event_loop+turns_without_end", "a_client_that_never_stops_delays_no_other_client"),
    ("03_03_event_loop+deadlines_by_search", "thousands_of_idle_clients_cost_nothing"),
    ("03_03_event_loop+no_pause", "running_out_of_descriptors"),
    ("03_03_event_loop+no_second_try", "running_out_of_descriptors"),
    ("03_03_event_loop+forgotten_end", "a_line_and_the_end_may_come_together"),
    ("03_04_event_loop_per_core+listener_for_each", "a_handler_that_blocks_its_thread_stops_no_other_client"),
];

#[test]
#[ignore = "checks a check, `cargo test --test book --test harness -- --ignored found` does it"]
fn each_change_that_breaks_a_loop_is_found() {
    let missed = |(name, check): &(&str, &str)| {
        let outcome = suite::only(check, &server(name).patience(Duration::from_secs(1)));
        outcome.is_ok().then(|| format!("{check} passes {name}"))
    };
    patch::build().unwrap();
    let missed: Vec<String> = thread::scope(|scope| {
        let running: Vec<_> = FOUND_BY.iter().map(|pair| scope.spawn(move || missed(pair))).collect();
        running.into_iter().filter_map(|check| check.join().unwrap()).collect()
    });
    assert!(missed.is_empty(), "{missed:?}");
}

#[test]
fn with_calls_that_block_step_3_1_waits_for_itself() {
    let program = patch::program("03_01_would_block+blocking_calls").unwrap();
    let ended = program.patience(Duration::from_millis(300)).run(&[]);
    assert!(ended.is_err(), "{ended:?}");
}

/// Every echo needs a call to wait, one to read and one to write. A client is registered once, when it arrives.
#[test]
fn an_echo_takes_four_system_calls() {
    if !has_tool("strace") {
        return;
    }
    let echoes = 200;
    let calls = calls(&step::program("03_03_event_loop").unwrap(), echoes);
    let count = |name| calls.get(name).copied().unwrap_or_default();
    let to_wait = count("epoll_wait") + count("epoll_pwait");
    assert_eq!(count("sendto"), echoes, "{calls:?}");
    for (number, expected) in [(to_wait, echoes), (count("recvfrom"), 2 * echoes)] {
        // A few more to listen, to accept, to say goodbye; a few less where the next line was there already.
        assert!((expected - expected / 10..expected + 10).contains(&number), "{number} of {calls:?}");
    }
    assert_eq!(count("epoll_ctl"), 2, "one for the listener, one for the client: {calls:?}");
}

/// What happens to a connection, one call after another.
struct Script(VecDeque<io::Result<&'static [u8]>>);

impl Read for Script {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let said = self.0.pop_front().unwrap_or(Err(ErrorKind::WouldBlock.into()))?;
        buffer[..said.len()].copy_from_slice(said);
        Ok(said.len())
    }
}

impl Write for Script {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.0.front() {
            Some(Err(_)) => Err(self.0.pop_front().unwrap().unwrap_err()),
            _ => Ok(bytes.len()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Connection for Script {
    fn finish_writing(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// In the picture, a client that the server gave up on comes before the one that has finished.
const GIVEN_UP: usize = 4;

fn place(state: State) -> usize {
    if state == State::Closed { GIVEN_UP + 1 } else { state as usize }
}

/// The ways that a client takes while its connection reports this, and then nothing more.
fn ways(script: Vec<io::Result<&'static [u8]>>) -> Vec<states::Way> {
    let (mut now, second) = (Instant::now(), Duration::from_secs(1));
    let (mut client, mut ways) = (Client::new(Script(script.into()), now, second, second), Vec::new());
    for _ in 0..100 {
        let before = place(client.state());
        match client.step(now) {
            Ok(()) => ways.push((before, place(client.state()))),
            Err(error) if error.kind() == ErrorKind::WouldBlock => now = client.deadline,
            Err(_) => {
                ways.push((before, GIVEN_UP));
                break;
            }
        }
    }
    ways.retain(|(from, to)| from != to);
    ways
}

#[test]
fn the_picture_of_the_states_shows_what_a_client_does() {
    let mut names = states::of_enum(&read("foundations/03_02_naive_polling/src/client.rs").unwrap());
    names.insert(GIVEN_UP, ("Given up".to_owned(), "A line in the log says why.".to_owned()));
    const LONG: &[u8] = &[b'a'; 1_000];
    let broken = || Err(ErrorKind::ConnectionReset.into());
    let lives = [
        vec![Ok(&b"hello\n"[..]), Ok(b"")],
        vec![Ok(b"hel")],
        vec![broken()],
        vec![Ok(b"hello\n"), broken()],
        (0..10).map(|_| Ok(LONG)).collect(),
    ];
    let seen: BTreeSet<states::Way> = lives.into_iter().flat_map(ways).collect();
    let when = [
        ((0, 1), "a line is complete"),
        ((0, 3), "the refusal was sent"),
        ((0, 4), "an error, or silence for too long"),
        ((0, 5), "the client has finished"),
        ((1, 2), "the delay is over"),
        ((2, 0), "the line was sent"),
        ((2, 4), "an error, or no room for too long"),
        ((3, 4), "the client has finished, or lingers for too long"),
    ];
    assert_eq!(seen, when.iter().map(|(way, _)| *way).collect(), "each way has a condition");
    let picture = states::draw("03_02", "What a client does, and what comes next", &names, &when);
    snapshot::check("generated/states_03_02.svg", &picture).unwrap();
}
