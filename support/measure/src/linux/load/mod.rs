//! The load: what plays the clients, as a process of its own.
//!
//! The program that measures starts itself again as `PROGRAM load` and sends a [`Job`] as one line of JSON; the load answers with one
//! line, an [`Outcome`] or what went wrong. The load is lean, so that it is not the slowest part: fixed requests, one readiness loop
//! per core, one `read` and one `write` per answer. It measures its own CPU time, too, so that it shows when it *was* the slowest
//! part.

mod client;
mod control;
mod job;
mod keep_alive;
mod once;
mod rate;
mod reconnect;
mod timed;

pub use job::{Job, Length, Outcome, Task, Window};

use crate::linux::process;
use crate::scenario::Scenario;
use std::io::{self, BufRead, Error, Write};

/// Runs the load: a job on the standard input, an outcome on the standard output.
pub fn main(scenarios: &[Scenario]) -> io::Result<()> {
    process::raise_descriptor_limit();
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    let job: Job = serde_json::from_str(&line)?;
    let scenario = scenarios.iter().find(|scenario| scenario.name == job.scenario);
    let protocol = scenario.ok_or_else(|| Error::other(format!("there is no scenario {}", job.scenario)))?.protocol;
    process::run_on(&job.cores)?;
    match job.task {
        Task::Once { asks, leaves } => once::run(&job, protocol(), asks, leaves, reply),
        Task::Knock => once::knock(&job, reply),
        _ => reply(&timed::run(&job, protocol)),
    }
}

fn reply(result: &io::Result<Outcome>) -> io::Result<()> {
    let result = result.as_ref().map_err(ToString::to_string);
    let mut output = io::stdout().lock();
    writeln!(output, "{}", serde_json::to_string(&result)?)?;
    output.flush()
}
