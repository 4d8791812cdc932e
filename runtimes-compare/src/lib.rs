//! What `compare` measures: the last step on three runtimes, beside three yardsticks.

#![cfg(feature = "compare")]

use measure::{Comparison, Cores, Http, Own, Protocol, Scenario};
use std::time::Duration;

/// The command.
pub const COMPARISON: Comparison = Comparison {
    name: "compare",
    about: "Measures servers side by side: the last step on three runtimes, hyper, compio, and the least that the kernel allows.",
    servers: &[
        // What users would pick instead comes first: everything is shown as a ratio to it.
        server("hyper", "hyper_server"),
        server("async-std", "async_std_server"),
        server("tokio", "tokio_server"),
        server("smol", "smol_server"),
        server("compio", "compio_server"),
        Own { is_yardstick: true, ..server("limit", "limit") },
    ],
    scenarios: &[
        KEEP_ALIVE,
        KEEP_ALIVE_SHARED,
        CONNECTION_PER_REQUEST,
        CONNECTION_PER_REQUEST_SHARED,
        PIPELINED,
        RATE,
        SLEEP,
        MEMORY,
        IDLE,
        START_UP,
        SIZE,
        CRATES,
        BUILD,
    ],
    crates: &["async-executor", "async-io", "async-std", "compio", "httparse", "hyper", "mio", "smol", "tokio"],
};

const fn server(name: &'static str, binary: &'static str) -> Own {
    Own::new(name, "runtimes-compare", binary)
}

/// Connections that stay open, the server on one core.
pub const KEEP_ALIVE: Scenario = Scenario::keep_alive(hello);
/// The same on all cores, which server and load share.
pub const KEEP_ALIVE_SHARED: Scenario = Scenario::keep_alive_shared(hello);
/// A new connection for each request.
pub const CONNECTION_PER_REQUEST: Scenario = Scenario::connection_per_request(hello);
/// The same on all cores, which server and load share.
pub const CONNECTION_PER_REQUEST_SHARED: Scenario = Scenario {
    name: "connection-per-request-shared",
    title: "a connection per request, cores shared with the load",
    about: "The same, server and load sharing all the cores",
    cores: Cores::Shared,
    figures: KEEP_ALIVE_SHARED.figures, // threads that wake each other add what chance decides, so it is not counted
    ..CONNECTION_PER_REQUEST
};
/// 16 requests in one write.
pub const PIPELINED: Scenario = Scenario::pipelined(hello);
/// Half of the rate that the first column can do.
pub const RATE: Scenario = Scenario::half_the_rate(&KEEP_ALIVE);
/// `/sleep`, for many at the same time.
pub const SLEEP: Scenario = Scenario {
    name: "sleep",
    title: "simultaneous /sleep of 5 s",
    about: "Simultaneous requests for /sleep, which takes 5 seconds",
    ..Scenario::all_at_once(sleep, Duration::from_secs(5))
};
/// What an idle connection occupies.
pub const MEMORY: Scenario = Scenario::hold(hello);
/// No client is connected.
pub const IDLE: Scenario = Scenario::idle(hello);
/// From the start to the first answer.
pub const START_UP: Scenario = Scenario::start_up(hello);
/// The size of the binary.
pub const SIZE: Scenario = Scenario::size(hello);
/// The crates in it.
pub const CRATES: Scenario = Scenario::crates(hello);
/// The time to build it.
pub const BUILD: Scenario = Scenario::build(hello);

fn hello() -> Box<dyn Protocol> {
    Box::new(Http::get("/"))
}

fn sleep() -> Box<dyn Protocol> {
    Box::new(Http::get("/sleep"))
}

/// The step that is ported.
pub const LAST_STEP: &str = "09_07_graceful_server";
/// The port to async-std, which is the step itself.
pub const ASYNC_STD: &str = "09_07_graceful_server/src/main.rs";
/// The port to smol.
pub const SMOL: &str = "runtimes-compare/src/bin/smol_server.rs";
/// The port to tokio.
pub const TOKIO: &str = "runtimes-compare/src/bin/tokio_server.rs";
/// The step that the patches in `runtimes-compare/ideas` change.
pub const CHANGED_STEP: &str = LAST_STEP;
