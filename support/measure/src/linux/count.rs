//! What a request costs in system calls, and in instructions of the server itself: counted by `strace` and `valgrind`.
//!
//! Such counts depend little on what else the machine does. Both tools count from the start of a server to its end. So the server runs
//! twice, once with few requests and once with many, and what start and end cost cancels out in the difference.

use crate::figure::Measure;
use crate::linux::load::Length;
use crate::linux::loading::{Load, closed_loop, job};
use crate::linux::plan::Plan;
use crate::linux::results::Yield;
use crate::linux::server::Recipe;
use crate::linux::source::Scratch;
use crate::scenario::Scenario;
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Error};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

/// What was counted in one run, by name.
type Counts = BTreeMap<String, f64>;

/// A program that runs a server and counts.
struct Counter {
    name: &'static str,
    /// Its arguments before the file to write.
    arguments: &'static [&'static str],
    /// Reads the file.
    read: fn(&str) -> Counts,
}

/// The system calls of all threads.
const STRACE: Counter = Counter {
    name: "strace",
    arguments: &["--follow-forks", "--summary-only", "--summary-columns=calls,name", "--output"],
    read: system_calls,
};
/// The instructions of all threads, without those of the kernel.
const VALGRIND: Counter =
    Counter { name: "valgrind", arguments: &["--tool=callgrind", "--callgrind-out-file"], read: instructions };

/// Fewer per request are chance: a thread more or less at the start, another allocation of memory.
const CHANCE: f64 = 0.001;

/// Sees to it that the tools are there.
pub fn prepare() -> io::Result<()> {
    let is_missing = |counter: &&Counter| {
        let asked = Command::new(counter.name).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        !asked.is_ok_and(|status| status.success())
    };
    match [&STRACE, &VALGRIND].into_iter().find(is_missing) {
        Some(Counter { name, .. }) => {
            Err(Error::other(format!("{name} is not installed; to count, install it (apt install strace valgrind)")))
        }
        None => Ok(()),
    }
}

/// Counts what a request costs a server.
pub fn count(scenario: Scenario, recipe: &Recipe, plan: &Plan) -> io::Result<Yield> {
    let parts = STRACE.per_request(scenario, recipe, plan)?;
    let mut values = vec![(Measure::SystemCallsPerRequest, parts.values().sum::<f64>() + 0.0)]; // no calls are -0.0 calls
    match VALGRIND.per_request(scenario, recipe, plan) {
        Ok(instructions) => values.push((Measure::InstructionsPerRequest, instructions.values().sum())),
        // It does not know all system calls: under it, a server on `io_uring` serves no client.
        Err(error) => eprintln!("{}: no instructions are counted: {error}", recipe.name),
    }
    Ok(Yield { parts, values: values.into_iter().collect(), ..Yield::default() })
}

impl Counter {
    fn per_request(&self, scenario: Scenario, recipe: &Recipe, plan: &Plan) -> io::Result<Counts> {
        let [few, many] = plan.requests_counted(scenario);
        let (few_answered, few) = self.run(few, scenario, recipe, plan)?;
        let (many_answered, mut counts) = self.run(many, scenario, recipe, plan)?;
        for (name, count) in &mut counts {
            *count -= few.get(name).copied().unwrap_or_default();
            *count /= (many_answered - few_answered) as f64;
        }
        counts.retain(|_, count| *count >= CHANCE);
        Ok(counts)
    }

    /// Runs a server from start to end, and returns how many requests it answered and what was counted.
    fn run(&self, requests: u64, scenario: Scenario, recipe: &Recipe, plan: &Plan) -> io::Result<(u64, Counts)> {
        let scratch = Scratch::new()?;
        let file = scratch.file("counts");
        let server = self.around(&recipe.with(scenario.arguments), &file);
        let mut server = server.start(plan.server_cores(scenario), (scenario.protocol)().as_ref())?;
        let job = job(scenario, &server, plan, closed_loop(scenario, Length::Requests(requests)))?;
        let outcome = Load::start(&job)?.outcome().map_err(|error| server.explain(&error))?;
        thread::sleep(plan.settling); // so that the server sees the end of its connections
        server.end()?;
        Ok((outcome.answered, (self.read)(&fs::read_to_string(file)?)))
    }

    /// The same server, run by the counter.
    fn around(&self, recipe: &Recipe, file: &Path) -> Recipe {
        let mut command: Vec<String> = [self.name].iter().chain(self.arguments).map(ToString::to_string).collect();
        if let Some(output) = command.last_mut() {
            *output += &format!("={}", file.display());
        }
        command.extend(recipe.command.iter().cloned());
        Recipe { command, ..recipe.clone() }
    }
}

/// Reads lines with a number and a name; the last one is the sum, which has none of its own.
fn system_calls(summary: &str) -> Counts {
    let lines = summary.lines().filter_map(|line| {
        let (calls, name) = line.trim().split_once(' ')?;
        Some((name.trim().to_owned(), calls.parse().ok()?))
    });
    lines.filter(|(name, _)| name != "total").collect()
}

/// Reads the sum of a profile.
fn instructions(profile: &str) -> Counts {
    let sum = profile.lines().find_map(|line| line.strip_prefix("totals: ")?.trim().parse().ok());
    sum.map(|sum| ("instructions".to_owned(), sum)).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_of_strace_is_read_without_its_sum() {
        let summary = "    calls syscall\n--------- ----------\n        4 epoll_wait\n       12 read\n--------- ----------\n       16 total\n";
        assert_eq!(system_calls(summary), [("epoll_wait".to_owned(), 4.0), ("read".to_owned(), 12.0)].into());
    }

    #[test]
    fn a_profile_of_valgrind_ends_with_its_sum() {
        let profile = "# callgrind format\nevents: Ir\nfn=(1) main\n16 400\ntotals: 1234567\n";
        assert_eq!(instructions(profile), [("instructions".to_owned(), 1_234_567.0)].into());
    }
}
