//! Section 11.2: how late the slowest answers are, on threads and on loops.

#![allow(clippy::unwrap_used)] // in helpers, too: a test says what went wrong by failing at that line

use book_checks::report::{Report, Verdict};
use book_checks::{Result, assert_none, step};
use echo_compare::{ALONE, BESIDE, COMPUTES};
use harness::{Program, Protocol};
use measure::Work;
use measure::figure::Measure;
use std::sync::LazyLock;
use std::time::Duration;

static LATENCY: LazyLock<Report> = LazyLock::new(|| Report::committed("latency").unwrap());

#[test]
fn two_thousand_lines_a_second_were_measured_beside_50_ms_of_computing() {
    assert_none(LATENCY.failures());
    assert!(matches!(ALONE.work, Work::FixedRate { per_second: 2_000 }));
    assert_eq!((COMPUTES, BESIDE.beside.map(|beside| beside.pause)), ("0.05", Some(Duration::from_millis(200))));
}

#[test]
fn alone_no_server_has_slower_or_quicker_answers_than_threads_in_each_round() {
    for server in LATENCY.servers().into_iter().filter(|server| *server != "threads") {
        let verdict = LATENCY.verdict((Measure::LatencyP99, ALONE), server, "threads");
        assert_eq!(verdict, Some(Verdict::Open), "{server}");
    }
}

#[test]
fn beside_a_computation_the_clients_of_the_loop_and_of_tokio_wait_until_it_has_finished() {
    let range = |server| LATENCY.range((Measure::LatencyP99, BESIDE), server).unwrap();
    let computation = COMPUTES.parse::<f64>().unwrap();
    for server in ["loop", "tokio"] {
        assert!(range(server)[0] > 0.75 * computation, "{server}: {:?}", range(server));
    }
    assert!(range("threads")[2] < 0.25 * computation, "{:?}", range("threads"));
}

/// The same here and now, by the order of the answers.
#[test]
fn a_handler_that_computes_delays_the_other_clients_of_a_loop_and_not_those_of_threads() -> Result {
    for (name, is_delayed) in [("02_02_thread_per_connection", false), ("03_03_event_loop", true)] {
        let program: Program = step::program(name)?.speaking(Protocol::Echo);
        let server = program.environment("COMPUTE", "1.5").start()?;
        let (mut computing, mut other) = (server.client()?, server.client()?);
        computing.send(echo::COMPUTE)?;
        other.ask()?;
        assert_eq!(computing.is_silent()?, !is_delayed, "{name}");
    }
    Ok(())
}
