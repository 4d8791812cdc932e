//! The load as the program that measures sees it: another process.

use crate::linux::children::Group;
use crate::linux::load::{Job, Length, Outcome, Task};
use crate::linux::plan::Plan;
use crate::linux::server::Server;
use crate::scenario::{Scenario, Work};
use std::io::{self, BufRead, BufReader, Error, Write};
use std::process::{ChildStdout, Command, Stdio};

/// What each connection does in the scenarios in which it asks again as soon as it is answered.
pub fn closed_loop(scenario: Scenario, length: Length) -> Task {
    match scenario.work {
        Work::Reconnect => Task::Reconnect { length },
        Work::KeepAlive { pipelined } => Task::KeepAlive { pipelined, length },
        _ => Task::KeepAlive { pipelined: 1, length },
    }
}

/// The load of a scenario, as it is sent to the process that makes it.
///
/// A server may listen before all its processes run; once it has answered, they do.
pub fn job(scenario: Scenario, server: &Server, plan: &Plan, task: Task) -> io::Result<Job> {
    if matches!(task, Task::KeepAlive { .. } | Task::Reconnect { .. } | Task::Rate { .. }) {
        server.ask((scenario.protocol)().as_mut())?;
    }
    let cores = plan.load_cores(scenario).to_vec();
    Ok(Job {
        scenario: scenario.name.to_owned(),
        address: server.address,
        connections: plan.connections(scenario),
        threads: plan.cores_of(&cores),
        cores,
        server: server.processes(),
        patience: plan.patience(scenario),
        task,
    })
}

/// A load at work.
pub struct Load {
    group: Group,
    output: BufReader<ChildStdout>,
}

impl Load {
    /// Starts it.
    pub fn start(job: &Job) -> io::Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("load").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut group = Group::start(&mut command)?;
        let (Some(input), Some(output)) = (&mut group.0.stdin, group.0.stdout.take()) else {
            return Err(Error::other("the load has no pipes"));
        };
        writeln!(input, "{}", serde_json::to_string(job)?)?;
        Ok(Self { group, output: BufReader::new(output) })
    }

    /// Waits for what it saw.
    pub fn outcome(&mut self) -> io::Result<Outcome> {
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        if line.is_empty() {
            return Err(Error::other("the load ended without a report"));
        }
        serde_json::from_str::<Result<Outcome, String>>(&line)?.map_err(Error::other)
    }

    /// Lets the connections go, all of which must still be open.
    pub fn release(mut self) -> io::Result<()> {
        drop(self.group.0.stdin.take());
        self.outcome().map(drop)
    }
}
