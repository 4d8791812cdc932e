//! Many connections at a time: one request on each of them, all together; then they are held.

use super::client::{Client, Pool};
use super::control::{histogram, record};
use super::job::{Job, Latency, Outcome};
use crate::linux::process;
use crate::protocol::Protocol;
use std::io::{self, Error, Read};
use std::time::Instant;

/// Sends the requests, if any, replies what was seen, and holds the connections until the standard input ends, if no client has left.
pub fn run(
    job: &Job,
    protocol: Box<dyn Protocol>,
    asks: bool,
    leaves: bool,
    reply: impl Fn(&io::Result<Outcome>) -> io::Result<()>,
) -> io::Result<()> {
    let start = Instant::now();
    let mut pool = match Pool::connect(job.address, job.connections, protocol, job.patience) {
        Ok(pool) => pool,
        Err(error) => return reply(&Err(error)),
    };
    let arrival = start.elapsed().as_secs_f64();
    let outcome = if asks { ask(job, leaves, &mut pool) } else { Ok(Outcome::default()) };
    reply(&outcome.map(|outcome| Outcome { arrival, ..outcome }))?;
    if leaves {
        return Ok(());
    }
    io::stdin().read_to_end(&mut Vec::new())?;
    let still_open = (0..job.connections).try_for_each(|index| pool.receive(index).map(drop));
    reply(&still_open.map(|()| Outcome::default()))
}

/// Begins to open connections, and holds what comes of that until the standard input ends.
pub fn knock(job: &Job, reply: impl Fn(&io::Result<Outcome>) -> io::Result<()>) -> io::Result<()> {
    let clients = (0..job.connections).map(|_| Client::start_connecting(job.address));
    let clients: io::Result<Vec<Client>> = clients.collect();
    reply(&clients.as_ref().map(|_| Outcome::default()).map_err(|error| Error::new(error.kind(), error.to_string())))?;
    io::stdin().read_to_end(&mut Vec::new())?;
    reply(&Ok(Outcome::default()))
}

/// The time of the outcome is that from the first request to the last answer.
fn ask(job: &Job, leaves: bool, pool: &mut Pool) -> io::Result<Outcome> {
    let mut latencies = histogram()?;
    let request = pool.request();
    let (server_cpu, load_cpu, start) = (process::cpu_time(&job.server)?, process::own_cpu_time(), Instant::now());
    pool.ask(0..job.connections, &request, job.patience, |pool, index| {
        record(&mut latencies, start.elapsed());
        if leaves { pool.leave(index) } else { Ok(()) }
    })?;
    Ok(Outcome {
        requests: job.connections as u64,
        answered: job.connections as u64,
        seconds: start.elapsed().as_secs_f64(),
        arrival: 0.0,
        server_cpu: (process::cpu_time(&job.server)?.saturating_sub(server_cpu)).as_secs_f64(),
        kernel_share: None,
        load_cpu: (process::own_cpu_time().saturating_sub(load_cpu)).as_secs_f64(),
        latency: Latency::of(&latencies),
    })
}
