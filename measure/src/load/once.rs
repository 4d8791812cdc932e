//! Many connections at a time: one request on each of them, all at once; then they are held.

use super::client::Pool;
use super::{Job, Latency, Outcome, window};
use crate::compare::process;
use hdrhistogram::Histogram;
use std::io::{self, Error, Read};
use std::time::{Duration, Instant};

/// How long to wait for an answer: three times what `/sleep` takes.
const PATIENCE: Duration = Duration::from_secs(15);

/// Sends the requests, if any, replies what was seen, and holds the connections until the standard input ends.
pub fn run(job: &Job, path: Option<&str>, reply: impl Fn(&io::Result<Outcome>) -> io::Result<()>) -> io::Result<()> {
    let mut pool = match Pool::connect(job.address, job.connections) {
        Ok(pool) => pool,
        Err(error) => return reply(&Err(error)),
    };
    reply(&path.map_or(Ok(Outcome::default()), |path| ask(job, path, &mut pool)))?;
    io::stdin().read_to_end(&mut Vec::new())?;
    let still_open = (0..job.connections).try_for_each(|index| pool.receive(index).map(drop));
    reply(&still_open.map(|()| Outcome::default()))
}

/// The time of the outcome is that from the first request to the last answer.
fn ask(job: &Job, path: &str, pool: &mut Pool) -> io::Result<Outcome> {
    let mut latencies = Histogram::new(3).map_err(Error::other)?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").into_bytes();
    let (server_cpu, load_cpu, start) = (process::cpu_time(&job.server)?, process::own_cpu_time(), Instant::now());
    pool.ask(0..job.connections, &request, PATIENCE, |_| window::record(&mut latencies, start.elapsed()))?;
    Ok(Outcome {
        requests: job.connections as u64,
        answered: job.connections as u64,
        seconds: start.elapsed().as_secs_f64(),
        server_cpu: (process::cpu_time(&job.server)?.saturating_sub(server_cpu)).as_secs_f64(),
        kernel_share: None,
        load_cpu: (process::own_cpu_time().saturating_sub(load_cpu)).as_secs_f64(),
        latency: Latency::of(&latencies),
    })
}
