//! What `echo-compare` measures: the same echo server on the loops of chapter 3, on the executors of chapter 5, and on three runtimes,
//! beside a yardstick.

use measure::{Beside, Comparison, Cores, Echo, Measure, Own, Protocol, Scenario, Work};
use std::time::Duration;

/// The command.
pub const COMPARISON: Comparison = Comparison {
    name: "echo-compare",
    about: "Measures what an echo costs: on the loops and executors of this book, and on three well-known runtimes.",
    servers: &[
        // The goal of chapter 5 is a ratio to it.
        Own::new("loop", "event_loop", "03_03_event_loop"),
        Own::new("loops", "event_loop_per_core", "03_04_event_loop_per_core"),
        Own::new("executor", "reactor", "05_05_reactor"),
        Own::new("executors", "many_threads", "05_06_many_threads"),
        server("async-std", "async_std_echo"),
        server("tokio", "tokio_echo"),
        server("smol", "smol_echo"),
        Own { is_yardstick: true, ..server("limit", "bare_loop") },
    ],
    scenarios: &[ONE_CORE, ALL_CORES, FEW_CLIENTS],
    crates: &["async-executor", "async-io", "async-std", "mio", "smol", "tokio"],
};

/// The command that compares completions with readiness: section 3.6.
pub const COMPLETIONS: Comparison = Comparison {
    name: "completions-compare",
    about: "Measures what an echo costs on epoll and on io_uring, with one client and with a thousand.",
    servers: &[
        Own::new("loop", "event_loop", "03_03_event_loop"),
        Own::new("loops", "event_loop_per_core", "03_04_event_loop_per_core"),
        Own::new("ring", "completions", "03_06_completions"),
    ],
    scenarios: &[ONE_CLIENT, THOUSAND_CLIENTS],
    crates: &["io-uring", "mio"],
};

/// One connection, the server on one core.
pub const ONE_CLIENT: Scenario =
    Scenario { name: "one-client", title: "one client, server on one core", connections: Some(1), ..ONE_CORE };
/// A thousand of them.
pub const THOUSAND_CLIENTS: Scenario = Scenario {
    name: "thousand-clients",
    title: "1,000 clients, server on one core",
    connections: Some(1_000),
    ..ONE_CORE
};

/// The command that measures how long the slowest answers take, on threads and on loops: section 11.2.
pub const LATENCY: Comparison = Comparison {
    name: "latency-compare",
    about: "Measures how long the slowest answers take, on threads and on loops, alone and beside a handler that computes.",
    servers: &[
        computing(Own::new("threads", "thread_per_connection", "02_02_thread_per_connection")),
        computing(Own::new("loop", "event_loop", "03_03_event_loop")),
        computing(Own::new("loops", "event_loop_per_core", "03_04_event_loop_per_core")),
        computing(Own::new("executors", "many_threads", "05_06_many_threads")),
        computing(server("async-std", "async_std_echo")),
        computing(server("tokio", "tokio_echo")),
        computing(server("smol", "smol_echo")),
    ],
    scenarios: &[ALONE, BESIDE],
    crates: &["async-executor", "async-io", "async-std", "mio", "smol", "tokio"],
};

/// So few lines that no server is busy for more than a fraction of the time. Server and load share the processors.
pub const ALONE: Scenario = Scenario {
    name: "alone",
    title: "2,000 lines a second",
    about: "Lines that are due at a fixed rate, whether or not the server keeps up",
    work: Work::FixedRate { per_second: 2_000 },
    connections: Some(32),
    cores: Cores::Shared,
    arguments: AT_ONCE,
    figures: LATENCIES,
    ..Scenario::half_the_rate(&ONE_CORE)
};
/// The same, while the handler of another client computes for a fifth of the time.
pub const BESIDE: Scenario = Scenario {
    name: "beside",
    title: "the same, beside a handler that computes",
    beside: Some(Beside { request: echo::COMPUTE, pause: Duration::from_millis(200) }),
    ..ALONE
};

const LATENCIES: &[Measure] =
    &[Measure::LatencyP999, Measure::LatencyP99, Measure::LatencyMedian, Measure::RequestsPerSecond];

/// How long a handler computes when a client asks for it, in seconds.
pub const COMPUTES: &str = "0.05";

const fn computing(own: Own) -> Own {
    Own { environment: &[("COMPUTE", COMPUTES)], ..own }
}

const fn server(name: &'static str, binary: &'static str) -> Own {
    Own::new(name, "echo-compare", binary)
}

/// Connections that stay open, the server on one core.
pub const ONE_CORE: Scenario = Scenario { arguments: AT_ONCE, ..Scenario::keep_alive(echo) };
/// The same on all cores, which server and load share.
pub const ALL_CORES: Scenario = Scenario { arguments: AT_ONCE, ..Scenario::keep_alive_shared(echo) };

/// So few connections that a task seldom finds another one beside it.
pub const FEW_CLIENTS: Scenario = Scenario {
    name: "few-clients",
    title: "few clients, cores shared with the load",
    about: "The same with few connections. Never measured unless asked for",
    connections: Some(16),
    is_optional: true,
    ..ALL_CORES
};

const AT_ONCE: &[&str] = &["--delay", "0s"];

fn echo() -> Box<dyn Protocol> {
    Box::new(Echo::greeted())
}
