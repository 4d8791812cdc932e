//! What `models-compare` measures: the echo servers of chapters 2 to 5 with a hundred, a thousand and ten thousand connections.

use measure::{Comparison, Echo, Hands, Measure, Own, Protocol, Scenario, Work};
use std::time::Duration;

const MIB: u64 = 1024 * 1024;

/// The command.
pub const COMPARISON: Comparison = Comparison {
    name: "models-compare",
    about: "Holds many connections on each model of a server, and says what they cost.",
    servers: &[
        threads("threads", 2 * MIB, &[]), // which is what Rust gives a thread
        threads("threads-8M", 8 * MIB, &[("RUST_MIN_STACK", "8388608")]),
        few("pool", "thread_pool", "02_03_thread_pool"),
        few("prefork", "prefork", "02_04_prefork"),
        Own::new("loop", "event_loop", "03_03_event_loop"),
        Own::new("loops", "event_loop_per_core", "03_04_event_loop_per_core"),
        Own::new("executor", "reactor", "05_05_reactor"),
        Own::new("executors", "many_threads", "05_06_many_threads"),
    ],
    scenarios: &[HOLD[0], HOLD[1], HOLD[2], START_UP, SERVE[0], SERVE[1], SERVE[2], IDLE],
    crates: &["mio"],
};

/// How many clients a pool of threads or processes serves at a time.
pub const WORKERS: usize = 8;
/// How long a server takes to send a line back, where that is measured.
pub const DELAY: Duration = Duration::from_secs(1);

/// A thread for each client.
const fn threads(name: &'static str, stack: u64, environment: &'static [(&'static str, &'static str)]) -> Own {
    let own = Own::new(name, "thread_per_connection", "02_02_thread_per_connection");
    Own { hands: Hands::ThreadEach { stack }, environment, ..own }
}

/// A few threads or processes for all of them.
const fn few(name: &'static str, package: &'static str, binary: &'static str) -> Own {
    Own { hands: Hands::Few(WORKERS), ..Own::new(name, package, binary) }
}

/// Connections that are not used.
pub const HOLD: [Scenario; 3] = [hold("hold-100", 100), hold("hold-1000", 1_000), hold("hold-10000", 10_000)];
/// A line on each connection, which comes back after [`DELAY`].
pub const SERVE: [Scenario; 3] = [serve("serve-100", 100), serve("serve-1000", 1_000), serve("serve-10000", 10_000)];
/// From the start of a server to its first answer.
pub const START_UP: Scenario = Scenario { arguments: &["--delay", "0s"], ..Scenario::start_up(echo) };
/// No clients. Only if asked for: it shows the difference between servers that rest and servers that ask again and again, and all of these rest.
pub const IDLE: Scenario = Scenario { arguments: &["--delay", "0s"], is_optional: true, ..Scenario::idle(echo) };

const fn hold(name: &'static str, connections: usize) -> Scenario {
    Scenario {
        name,
        title: "idle",
        about: "What a server takes up while it holds connections that nobody uses",
        connections: Some(connections),
        arguments: &["--delay", "0s"],
        figures: &[
            Measure::ResidentBytes,
            Measure::VirtualBytes,
            Measure::PageTableBytes,
            Measure::BytesPerConnection,
            Measure::Arrival,
            Measure::Threads,
            Measure::Processes,
        ],
        ..Scenario::hold(echo)
    }
}

/// A client leaves when it is served, so that a server that serves a few at a time serves them all in the end.
const fn serve(name: &'static str, connections: usize) -> Scenario {
    Scenario {
        name,
        title: "served, with a delay of 1 s",
        about: "As many clients as there are connections, each with a line that comes back after a second",
        work: Work::AllAtOnce { ideal: DELAY, is_leaving: true },
        connections: Some(connections),
        arguments: &["--delay", "1s"],
        figures: &[Measure::AllAnswered, Measure::CpuPerRequest],
        ..Scenario::all_at_once(slow_echo, DELAY)
    }
}

fn echo() -> Box<dyn Protocol> {
    Box::new(Echo::greeted())
}

fn slow_echo() -> Box<dyn Protocol> {
    Box::new(Echo::ungreeted())
}
