//! What is measured: the ways to use a server, and the things to know of it.
//!
//! A program lists its own scenarios. The usual ones are here as functions; whatever is different is said with `..`:
//!
//! ```
//! use measure::{Echo, Measure, Protocol, Scenario};
//!
//! fn echo() -> Box<dyn Protocol> {
//!     Box::new(Echo::greeted())
//! }
//!
//! const HOLD_100: Scenario = Scenario {
//!     name: "hold-100",
//!     title: "idle connections",
//!     connections: Some(100),
//!     arguments: &["--delay", "0s"],
//!     figures: &[Measure::ResidentBytes, Measure::VirtualBytes, Measure::Threads],
//!     ..Scenario::hold(echo)
//! };
//! ```

use crate::figure::Measure;
use crate::protocol::Protocol;
use serde::{Serialize, Serializer};
use std::time::Duration;

/// Makes the protocol that a server is spoken to in: one for each thread that speaks.
pub type Speaker = fn() -> Box<dyn Protocol>;

/// One way to use a server, or one thing to know of it.
#[derive(Clone, Copy, Debug)]
pub struct Scenario {
    /// The name on the command line and in the raw data. No two of a list have the same.
    pub name: &'static str,
    /// The title in tables.
    pub title: &'static str,
    /// What it is, for `--help`.
    pub about: &'static str,
    /// How to speak to the servers.
    pub protocol: Speaker,
    /// What is done with a server.
    pub work: Work,
    /// How many connections it holds, unless told otherwise; none if it is not about connections.
    pub connections: Option<usize>,
    /// Where server and load run.
    pub cores: Cores,
    /// Another client that asks meanwhile, if there is one.
    pub beside: Option<Beside>,
    /// What the listed servers are started with, after the address.
    pub arguments: &'static [&'static str],
    /// What it measures. The first figure is the one that it is for.
    pub figures: &'static [Measure],
    /// Whether it is measured only if asked for.
    pub is_optional: bool,
}

/// What is done with a server.
#[derive(Clone, Copy, Debug)]
pub enum Work {
    /// Closed loop: each connection sends its next requests in one write, as soon as the last ones are answered.
    KeepAlive {
        /// How many requests a write has.
        pipelined: usize,
    },
    /// Closed loop with a new connection for each request.
    Reconnect,
    /// Open loop: requests are due at half of the rate that the first column reaches in another scenario, whether or not the earlier
    /// ones are answered.
    HalfTheRate {
        /// The other scenario.
        of: &'static Scenario,
    },
    /// The same at a rate that is the same for all, and everywhere.
    FixedRate {
        /// How many requests are due in a second.
        per_second: u32,
    },
    /// A request on each connection, all sent together. The servers are measured side by side, because they mostly wait. Yardsticks,
    /// which do not wait, are left out.
    AllAtOnce {
        /// How long a server takes that serves all at the same time.
        ideal: Duration,
        /// Whether a client leaves as soon as it is answered, so that a server with few hands can serve the next one.
        is_leaving: bool,
    },
    /// Idle connections.
    Hold,
    /// No client. The servers are measured side by side.
    Idle,
    /// From the start of the process to its first answer.
    StartUp,
    /// The binary without symbols.
    Size,
    /// The crates that the server consists of, by the feature that is called like its binary.
    Crates,
    /// A release build of the server with that feature, from nothing.
    Build,
}

/// A client beside the load, whose requests are not counted. It asks again some time after each answer.
#[derive(Clone, Copy, Debug)]
pub struct Beside {
    /// Its request, which is a line. The answer is one, too.
    pub request: &'static [u8],
    /// How long it rests after an answer.
    pub pause: Duration,
}

/// Where server and load run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cores {
    /// The server on the first core, the load on the others, if there are others.
    Apart,
    /// Both anywhere.
    Shared,
}

/// What every load yields. In a closed loop the rarest latencies mislead.
const OF_A_LOAD: &[Measure] = &[
    Measure::CpuPerRequest,
    Measure::KernelShare,
    Measure::RequestsPerSecond,
    Measure::LatencyMedian,
    Measure::LatencyP99,
];
/// And what can be counted where each connection asks again as soon as it is answered and the server has one core, so that threads
/// that wake each other do not add what chance decides.
const COUNTED: &[Measure] = &[
    Measure::CpuPerRequest,
    Measure::KernelShare,
    Measure::SystemCallsPerRequest,
    Measure::InstructionsPerRequest,
    Measure::RequestsPerSecond,
    Measure::LatencyMedian,
    Measure::LatencyP99,
];

impl Scenario {
    /// Connections that stay open, the server on one core.
    pub const fn keep_alive(protocol: Speaker) -> Self {
        Self {
            name: "keep-alive",
            title: "keep-alive, server on one core",
            about: "Connections that stay open, each asking again as soon as it is answered; the server on one core, the load on the others",
            protocol,
            work: Work::KeepAlive { pipelined: 1 },
            connections: Some(64),
            cores: Cores::Apart,
            beside: None,
            arguments: &[],
            figures: COUNTED,
            is_optional: false,
        }
    }

    /// The same with more connections, server and load sharing all the cores.
    pub const fn keep_alive_shared(protocol: Speaker) -> Self {
        Self {
            name: "keep-alive-shared",
            title: "keep-alive, cores shared with the load",
            about: "The same with more connections, server and load sharing all the cores",
            connections: Some(256),
            cores: Cores::Shared,
            figures: OF_A_LOAD,
            ..Self::keep_alive(protocol)
        }
    }

    /// A new connection for each request.
    pub const fn connection_per_request(protocol: Speaker) -> Self {
        Self {
            name: "connection-per-request",
            title: "a connection per request",
            about: "A new connection for each request; the server on one core",
            work: Work::Reconnect,
            ..Self::keep_alive(protocol)
        }
    }

    /// 16 requests in one write.
    pub const fn pipelined(protocol: Speaker) -> Self {
        Self {
            name: "pipelined",
            title: "16 requests pipelined",
            about: "16 requests in one write on each connection; the server on one core",
            work: Work::KeepAlive { pipelined: 16 },
            figures: &[
                Measure::CpuPerRequest,
                Measure::KernelShare,
                Measure::SystemCallsPerRequest,
                Measure::InstructionsPerRequest,
                Measure::RequestsPerSecond,
            ],
            ..Self::keep_alive(protocol)
        }
    }

    /// Requests at half of the rate that the first column reaches in another scenario.
    pub const fn half_the_rate(of: &'static Self) -> Self {
        Self {
            name: "rate",
            title: "at half of the first column's maximal rate",
            about: "Requests at half of the rate that the first column can do, whether or not the server keeps up; the server on one core",
            work: Work::HalfTheRate { of },
            figures: &[
                Measure::CpuPerRequest,
                Measure::KernelShare,
                Measure::RequestsPerSecond,
                Measure::LatencyMedian,
                Measure::LatencyP99,
                Measure::LatencyP999,
            ],
            ..Self::keep_alive(of.protocol)
        }
    }

    /// A request on each connection, all sent together, for an answer that takes a while.
    pub const fn all_at_once(protocol: Speaker, ideal: Duration) -> Self {
        Self {
            name: "all-at-once",
            title: "simultaneous requests",
            about: "Simultaneous requests, one on each connection",
            work: Work::AllAtOnce { ideal, is_leaving: false },
            connections: Some(1_000),
            cores: Cores::Shared,
            figures: &[Measure::AllAnswered],
            ..Self::keep_alive(protocol)
        }
    }

    /// The memory of an idle connection.
    pub const fn hold(protocol: Speaker) -> Self {
        Self {
            name: "memory",
            title: "idle keep-alive connections",
            about: "The memory of an idle connection",
            work: Work::Hold,
            connections: Some(10_000),
            cores: Cores::Shared,
            figures: &[Measure::BytesPerConnection],
            ..Self::keep_alive(protocol)
        }
    }

    /// The processor's work for a server without clients.
    pub const fn idle(protocol: Speaker) -> Self {
        let about = "The processor's work for a server without clients";
        Self { about, ..Self::alone(protocol, "idle", "no client connected", Work::Idle, &[Measure::IdleCpuPerSecond]) }
    }

    /// From the start of the process to its first answer.
    pub const fn start_up(protocol: Speaker) -> Self {
        let about = "From the start of the process to its first answer";
        Self { about, ..Self::alone(protocol, "start-up", "start-up", Work::StartUp, &[Measure::StartUp]) }
    }

    /// The binary without symbols.
    pub const fn size(protocol: Speaker) -> Self {
        let about = "The binary without symbols";
        Self { about, ..Self::alone(protocol, "size", "binary", Work::Size, &[Measure::BinaryBytes]) }
    }

    /// The crates that the server consists of.
    pub const fn crates(protocol: Speaker) -> Self {
        let about = "The crates that the server consists of";
        Self { about, ..Self::alone(protocol, "crates", "source", Work::Crates, &[Measure::Crates]) }
    }

    /// A release build, from nothing.
    pub const fn build(protocol: Speaker) -> Self {
        let about = "A release build of the server and all it needs, from nothing. Never measured unless asked for";
        let build = Self::alone(protocol, "build", "build", Work::Build, &[Measure::BuildTime]);
        Self { about, is_optional: true, ..build }
    }

    /// What has no connections.
    const fn alone(
        protocol: Speaker,
        name: &'static str,
        title: &'static str,
        work: Work,
        figures: &'static [Measure],
    ) -> Self {
        Self { name, title, work, connections: None, cores: Cores::Shared, figures, ..Self::keep_alive(protocol) }
    }

    /// Scenarios in which servers mostly wait, so that they can be measured side by side.
    pub fn is_waiting(self) -> bool {
        matches!(self.work, Work::AllAtOnce { .. } | Work::Idle)
    }

    /// Whether requests are due at a rate.
    pub fn has_rate(self) -> bool {
        matches!(self.work, Work::HalfTheRate { .. } | Work::FixedRate { .. })
    }

    /// Whether what a request costs can be counted.
    pub fn is_countable(self) -> bool {
        self.figures.contains(&Measure::SystemCallsPerRequest)
    }
}

impl PartialEq for Scenario {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Scenario {}

/// In the raw data it is its name.
impl Serialize for Scenario {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name)
    }
}
