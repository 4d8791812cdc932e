//! The report: everything that was measured, as raw data.

use crate::figure::{Measure, Unit, grouped};
use crate::linux::plan::Plan;
use crate::linux::results::{Cell, Results, Sample};
use crate::linux::server::Recipe;
use crate::scenario::{Scenario, Work};
use jiff::Timestamp;
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io;
use std::time::UNIX_EPOCH;

/// The lock file that this program and the servers were built with.
const LOCK: &str = include_str!("../../../../Cargo.lock");

/// Everything that was measured, and all that you need to judge it or to repeat it.
#[derive(Serialize)]
pub struct Report<'run> {
    /// When, in UTC.
    pub date: String,
    /// What was typed.
    pub command_line: String,
    pub machine: Machine,
    /// The compiler of this program and of the servers built with it.
    pub compiler: &'static str,
    /// The versions of the crates that matter.
    pub crates: BTreeMap<&'static str, &'static str>,
    /// In the order of the columns.
    pub servers: Vec<Column>,
    /// Whether system calls and instructions were counted, and nothing else.
    pub is_counted: bool,
    pub seconds_measured: f64,
    pub seconds_of_warm_up: f64,
    /// How many connections each scenario held.
    #[serde(serialize_with = "as_map")]
    pub connections: Vec<(Scenario, usize)>,
    /// Requests per second in the scenario that has a rate.
    pub rate: Option<f64>,
    /// What to say of other programs that were at work.
    pub disturbance: Option<String>,
    pub rows: Vec<Row>,
    pub samples: &'run [Sample],
}

/// A column of the table.
#[derive(Serialize)]
pub struct Column {
    pub name: String,
    pub command: String,
    /// Not a server, but what a server can be measured by.
    pub is_yardstick: bool,
}

/// Where it was measured.
#[derive(Serialize)]
pub struct Machine {
    pub processor: String,
    pub cores: usize,
    pub kernel: String,
}

/// A row of the table.
#[derive(Serialize)]
pub struct Row {
    pub measure: Measure,
    pub scenario: Scenario,
    /// One per server.
    pub cells: Vec<Cell>,
}

impl<'run> Report<'run> {
    /// Brings everything together.
    pub fn new(
        program: &str,
        crates: &[&'static str],
        plan: &Plan,
        recipes: &[Recipe],
        results: &'run Results,
    ) -> Self {
        let cell = |measure, scenario, server| results.cell(scenario, measure, server, &recipes[0].name);
        let cells = |measure, scenario| recipes.iter().map(|recipe| cell(measure, scenario, &recipe.name)).collect();
        let rows = results.rows().into_iter();
        let held = plan.scenarios.iter().filter(|scenario| scenario.connections.is_some());
        let arguments = env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned());
        Self {
            date: now(),
            command_line: shell_words::join([program.to_owned()].into_iter().chain(arguments)),
            machine: Machine::this(plan),
            compiler: env!("COMPILER"),
            crates: crates.iter().filter_map(|name| Some((*name, version(name)?))).collect(),
            servers: recipes.iter().map(Column::new).collect(),
            is_counted: plan.is_counting,
            seconds_measured: plan.window.measured.as_secs_f64(),
            seconds_of_warm_up: plan.window.warm_up.as_secs_f64(),
            connections: held.map(|&scenario| (scenario, plan.connections(scenario))).collect(),
            rate: plan.rate,
            disturbance: results.disturbance(),
            rows: rows.map(|(measure, scenario)| Row { measure, scenario, cells: cells(measure, scenario) }).collect(),
            samples: &results.samples,
        }
    }

    /// The raw data.
    pub fn json(&self) -> io::Result<String> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    /// What a scenario is called, with the number of connections that it held.
    pub fn title(&self, scenario: Scenario) -> String {
        match (self.connections_of(scenario), self.rate) {
            (_, Some(rate)) if matches!(scenario.work, Work::HalfTheRate { .. }) => {
                let first = self.servers.first().map_or("", |server| &server.name);
                format!("at half of {first}'s maximal rate, {}", Unit::PerSecond.format(rate))
            }
            (Some(connections), _) => format!("{}, {} connections", scenario.title, grouped(connections)),
            _ => scenario.title.to_owned(),
        }
    }

    /// How many connections a scenario held.
    fn connections_of(&self, scenario: Scenario) -> Option<usize> {
        self.connections.iter().find(|(other, _)| *other == scenario).map(|(_, connections)| *connections)
    }
}

/// In the order of the list.
fn as_map<S: Serializer>(connections: &[(Scenario, usize)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(connections.iter().copied())
}

impl Column {
    fn new(recipe: &Recipe) -> Self {
        let is_yardstick = recipe.own.is_some_and(|own| own.is_yardstick);
        Self { name: recipe.name.clone(), command: recipe.shown(), is_yardstick }
    }
}

impl Machine {
    fn this(plan: &Plan) -> Self {
        let processors = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model = processors.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
        let kernel = rustix::system::uname();
        Self {
            processor: model.map_or("unknown", |(_, name)| name).to_owned(),
            cores: plan.cores.len(),
            kernel: format!("{} {}", kernel.sysname().to_string_lossy(), kernel.release().to_string_lossy()),
        }
    }
}

fn now() -> String {
    let seconds = UNIX_EPOCH.elapsed().map_or(0, |since| since.as_secs());
    let time = i64::try_from(seconds).ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
    time.unwrap_or(Timestamp::UNIX_EPOCH).to_string()
}

/// The newest version of a crate in the lock file, which lists versions in ascending order.
fn version(name: &str) -> Option<&'static str> {
    let entries = LOCK.split("[[package]]\n").filter_map(|entry| {
        let (first, rest) = entry.split_once('\n')?;
        let is_it = first.strip_prefix("name = \"")?.strip_suffix('"')? == name;
        is_it.then_some(rest.strip_prefix("version = \"")?.split_once('"')?.0)
    });
    entries.last()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_file_tells_versions() {
        assert!(version("hyper").is_some_and(|version| version.starts_with("1.")));
        assert_eq!(version("no-such-crate"), None);
    }
}
