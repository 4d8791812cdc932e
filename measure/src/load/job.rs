//! The load: what plays the clients, as a process of its own.
//!
//! `compare` starts itself again as `compare load` and sends a [`Job`] as one line of JSON; the load answers with one line, an
//! [`Outcome`] or what went wrong. The load is lean, so that it is not the slowest part: fixed requests, one readiness loop per
//! core, one `read` and one `write` per answer. It measures its own CPU time, too, so that one can tell when it *was* the slowest part.

mod client;
mod keep_alive;
mod once;
mod rate;
mod reconnect;
mod window;

pub use window::{Length, Window};

use crate::compare::process;
use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};
use std::io::{self, BufRead, Write};
use std::net::SocketAddr;
use std::time::Duration;

/// What the load shall do.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Job {
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
    /// What to do with the connections.
    pub work: Work,
}

/// What the load does with its connections.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Work {
    /// Closed loop: each connection sends its next requests, `pipelined` in one write, as soon as the last ones are answered.
    KeepAlive { pipelined: usize, length: Length },
    /// Open loop: requests are due at a fixed rate, whether or not the earlier ones are answered.
    Rate { per_second: f64, window: Window },
    /// Closed loop with a new connection for each request.
    Reconnect { length: Length },
    /// One request on each connection for this path, if any, all sent at once; then the connections are held until the standard
    /// input ends.
    Once { path: Option<String> },
}

impl Work {
    /// Whether the connections are opened before the measurement.
    fn keeps_connections(&self) -> bool {
        !matches!(self, Self::Reconnect { .. })
    }

    /// How long the load goes on, if it does.
    fn length(&self) -> Option<Length> {
        match *self {
            Self::KeepAlive { length, .. } | Self::Reconnect { length } => Some(length),
            Self::Rate { window, .. } => Some(Length::Time(window)),
            Self::Once { .. } => None,
        }
    }
}

/// What the load saw. Times are in seconds.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Outcome {
    /// The requests answered while it was measured, all with status 200 and a whole body.
    pub requests: u64,
    /// The requests answered from the beginning to the end of the load.
    pub answered: u64,
    /// How long the measurement took.
    pub seconds: f64,
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
    fn of(nanoseconds: &Histogram<u64>) -> Self {
        let at = |quantile| Duration::from_nanos(nanoseconds.value_at_quantile(quantile)).as_secs_f64();
        Self { p50: at(0.5), p90: at(0.9), p99: at(0.99), p999: at(0.999), max: at(1.0) }
    }
}

/// Runs the load: a job on the standard input, an outcome on the standard output.
pub fn main() -> io::Result<()> {
    process::raise_descriptor_limit();
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    let job: Job = serde_json::from_str(&line)?;
    process::run_on(&job.cores)?;
    match &job.work {
        Work::Once { path } => once::run(&job, path.as_deref(), reply),
        _ => reply(&window::run(&job)),
    }
}

fn reply(result: &io::Result<Outcome>) -> io::Result<()> {
    let result = result.as_ref().map_err(ToString::to_string);
    let mut output = io::stdout().lock();
    writeln!(output, "{}", serde_json::to_string(&result)?)?;
    output.flush()
}
