//! What a load is asked for, and what it answers.

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::time::Duration;

/// What the load should do.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Job {
    /// The scenario, which tells the protocol.
    pub scenario: String,
    /// Where the server listens.
    pub address: SocketAddr,
    /// How many connections to hold at a time.
    pub connections: usize,
    /// How many readiness loops to run.
    pub threads: usize,
    /// The cores to run on; empty for any.
    pub cores: Vec<usize>,
    /// The processes whose CPU time is the server's.
    pub server: Vec<i32>,
    /// How long to wait for an answer, if nothing else happens.
    pub patience: Duration,
    /// What to do with the connections.
    pub task: Task,
}

/// What the load does with its connections.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Task {
    /// Closed loop: each connection sends its next requests, `pipelined` in one write, as soon as the last ones are answered.
    KeepAlive { pipelined: usize, length: Length },
    /// Open loop: requests are due at a fixed rate, whether or not the earlier ones are answered.
    Rate { per_second: f64, window: Window },
    /// Closed loop with a new connection for each request.
    Reconnect { length: Length },
    /// One request on each connection, if it `asks`, all sent together. Then it `leaves`, each connection by itself as soon as it is
    /// answered; or all are held until the standard input ends.
    Once { asks: bool, leaves: bool },
    /// Connections that are only begun, and held until the standard input ends: a server that serves a few at a time does not let most
    /// of them in.
    Knock,
}

impl Task {
    /// Whether the connections are opened before the measurement.
    pub fn keeps_connections(&self) -> bool {
        !matches!(self, Self::Reconnect { .. })
    }

    /// How long the load goes on, if it does.
    pub fn length(&self) -> Option<Length> {
        match *self {
            Self::KeepAlive { length, .. } | Self::Reconnect { length } => Some(length),
            Self::Rate { window, .. } => Some(Length::Time(window)),
            Self::Once { .. } | Self::Knock => None,
        }
    }
}

/// What the load saw. Times are in seconds.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Outcome {
    /// The requests answered while it was measured, all of them well.
    pub requests: u64,
    /// The requests answered from the beginning to the end of the load.
    pub answered: u64,
    /// How long the measurement took.
    pub seconds: f64,
    /// How long it took before that until all clients had come.
    pub arrival: f64,
    /// The server's CPU time, user and system, meanwhile.
    pub server_cpu: f64,
    /// The part of it that passed in the kernel, if it could be told.
    pub kernel_share: Option<f64>,
    /// The load's own CPU time meanwhile.
    pub load_cpu: f64,
    /// How long the answers took.
    pub latency: Latency,
}

/// How long answers took, in seconds.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Latency {
    pub p50: f64,
    pub p90: f64,
    pub p99: f64,
    pub p999: f64,
    pub max: f64,
}

impl Latency {
    pub fn of(nanoseconds: &Histogram<u64>) -> Self {
        let at = |quantile| Duration::from_nanos(nanoseconds.value_at_quantile(quantile)).as_secs_f64();
        Self { p50: at(0.5), p90: at(0.9), p99: at(0.99), p999: at(0.999), max: at(1.0) }
    }
}

/// How long to load before measuring, and how long to measure.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Window {
    /// Caches fill, pools of threads start: nothing is measured.
    pub warm_up: Duration,
    /// What is measured.
    pub measured: Duration,
}

/// How long a load goes on.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub enum Length {
    /// For this time, of which a part is measured.
    Time(Window),
    /// Until so many requests are answered, however long that takes; nothing else is measured.
    Requests(u64),
}
