//! Which threads of a server do its work.

use super::{load, save};
use crate::step::{self, Package};
use crate::{Failure, Result};
use harness::{Server, request};
use serde::{Deserialize, Serialize};
use std::fs;

/// How a server's processor time is shared out among its threads, under a load of many clients.
#[derive(Debug, Serialize, Deserialize)]
pub struct Threads {
    /// The threads, in the order in which they were started.
    pub threads: Vec<Thread>,
}

/// A thread and its share.
#[derive(Debug, Serialize, Deserialize)]
pub struct Thread {
    /// Its name, which Linux cuts to 15 characters.
    pub name: String,
    /// Its share of the processor time, in percent.
    pub share: u64,
}

/// The steps whose manifests say that they are measured: `[package.metadata.threads]`, `are_measured = true`.
pub fn steps() -> Result<Vec<&'static str>> {
    let measured = |step: &&Package| step.metadata["threads"]["are_measured"].as_bool() == Some(true);
    Ok(step::all()?.into_iter().filter(measured).map(Package::step).collect())
}

impl Threads {
    /// The shares that are in the book.
    pub fn committed(step: &str) -> Result<Self> {
        load(&file(step))
    }

    /// Measures them again.
    pub fn measure(step: &str) -> Result {
        save(&file(step), &Self::observe(step)?)
    }

    /// Lets twenty clients come a hundred times each, and ask. The runtime uses two threads, whatever the machine has.
    pub fn observe(step: &str) -> Result<Self> {
        let server = step::program(step)?.environment("ASYNC_STD_THREAD_COUNT", "2").start()?;
        for _ in 0..100 {
            let mut clients = (0..20).map(|_| server.client()).collect::<Result<Vec<_>>>()?;
            for client in &mut clients {
                client.send(request("/"))?;
            }
            for client in &mut clients {
                client.response()?;
            }
        }
        Self::of(&server)
    }

    fn of(server: &Server) -> Result<Self> {
        let names = server.thread_names().ok_or(Failure::new("only Linux reports the names of threads"))?;
        let mut times = Vec::new();
        for (number, name) in names {
            let name = if number == server.process() { "main".to_owned() } else { name };
            // The first number in it is the time on a processor, in nanoseconds (Linux: Documentation/scheduler/sched-stats).
            let statistics = fs::read_to_string(format!("/proc/{}/task/{number}/schedstat", server.process()))?;
            let time: u64 = statistics.split_whitespace().next().and_then(|time| time.parse().ok()).unwrap_or_default();
            times.push((name, time));
        }
        let total = times.iter().map(|(_, time)| time).sum::<u64>().max(1);
        let threads = times.into_iter().map(|(name, time)| Thread { name, share: (time * 100 + total / 2) / total });
        Ok(Self { threads: threads.collect() })
    }

    /// The shares of the threads whose names begin like this.
    pub fn shares(&self, name: &str) -> Vec<u64> {
        self.threads.iter().filter(|thread| thread.name.starts_with(name)).map(|thread| thread.share).collect()
    }
}

fn file(step: &str) -> String {
    format!("threads_{}.json", &step[..5])
}
