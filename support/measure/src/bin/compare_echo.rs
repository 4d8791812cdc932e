//! Measures servers that echo lines: how a program that measures looks, and what the tests of this crate run.
//!
//! Run: `cargo run --release -p measure --bin compare_echo -- --quick`
//! Try: `--server 'mine=PROGRAM {addr}'`; `--scenario hold --connections 1000`
//! You should see: a table with a column per server, and where the report is.

use measure::{Comparison, Echo, Measure, Own, Protocol, Scenario, Work};
use std::process::ExitCode;
use std::time::Duration;

const TINY: Own = Own::new("tiny", "measure", "tiny_echo_server");

const COMPARISON: Comparison = Comparison {
    name: "compare_echo",
    about: "Measures servers that send each line back.",
    servers: &[TINY],
    scenarios: &[
        KEEP_ALIVE,
        Scenario::connection_per_request(echo),
        Scenario::pipelined(echo),
        Scenario::half_the_rate(&KEEP_ALIVE),
        SERVE,
        HOLD,
        Scenario::idle(echo),
        Scenario::start_up(echo),
    ],
    crates: &[],
};

const KEEP_ALIVE: Scenario = Scenario::keep_alive(echo);

/// A client leaves when it is served, so that a server that serves a few at a time serves them all in the end.
const SERVE: Scenario = Scenario {
    name: "serve",
    title: "served after 100 ms each",
    about: "As many clients as there are connections, each with a line that is sent back after 100 ms",
    work: Work::AllAtOnce { ideal: Duration::from_millis(100), is_leaving: true },
    connections: Some(100),
    arguments: &["--delay", "100ms"],
    ..Scenario::all_at_once(slow_echo, Duration::from_millis(100))
};

const HOLD: Scenario = Scenario {
    name: "hold",
    title: "idle connections",
    about: "What a server takes up while it holds idle connections",
    connections: Some(100),
    figures: &[Measure::ResidentBytes, Measure::VirtualBytes, Measure::Threads, Measure::BytesPerConnection],
    ..Scenario::hold(echo)
};

fn main() -> ExitCode {
    COMPARISON.main()
}

fn echo() -> Box<dyn Protocol> {
    Box::new(Echo::greeted())
}

fn slow_echo() -> Box<dyn Protocol> {
    Box::new(Echo::ungreeted())
}
