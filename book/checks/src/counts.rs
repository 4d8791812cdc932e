//! What a request costs in system calls and instructions, beside the time that it takes.

use crate::report::{Report, format};
use measure::Scenario;
use measure::figure::{Measure, Unit};
use std::collections::BTreeSet;

/// A system call made less often than for one request in twenty is hardly one of the request.
pub const NOTABLE: f64 = 0.05;

/// The kinds of load that are counted.
pub const SCENARIOS: [Scenario; 3] =
    [runtimes_compare::KEEP_ALIVE, runtimes_compare::CONNECTION_PER_REQUEST, runtimes_compare::PIPELINED];

/// Time, share of the kernel, system calls and instructions of a request.
pub fn table(report: &Report, counts: &Report) -> String {
    let servers = counts.servers();
    let mut table = head(&servers);
    for scenario in SCENARIOS {
        table += &format!("| **{}** |{}\n", scenario.title, " |".repeat(servers.len()));
        for (title, report, measure) in [
            ("CPU time", report, Measure::CpuPerRequest),
            ("of it in the kernel", report, Measure::KernelShare),
            ("system calls", counts, Measure::SystemCallsPerRequest),
            ("instructions outside the kernel", counts, Measure::InstructionsPerRequest),
        ] {
            let shown = |value| format(measure, value);
            let cells =
                servers.iter().map(|server| report.median((measure, scenario), server).map_or("–".to_owned(), shown));
            table += &format!("| {title} | {} |\n", cells.collect::<Vec<_>>().join(" | "));
        }
    }
    table
}

/// The system calls of a request by name, those that any of the servers makes notably often.
pub fn calls(counts: &Report, scenario: Scenario, servers: &[&str]) -> String {
    let of_servers: Vec<_> = servers.iter().map(|server| counts.parts(scenario, server)).collect();
    let notable = of_servers.iter().flatten().filter(|(_, calls)| **calls >= NOTABLE).map(|(name, _)| *name);
    let mut table = head(servers);
    for name in notable.collect::<BTreeSet<_>>() {
        let shown = |calls: &&f64| **calls >= NOTABLE;
        let cell =
            |calls: Option<&f64>| calls.filter(shown).map_or("–".to_owned(), |&calls| Unit::Average.format(calls));
        let cells: Vec<_> = of_servers.iter().map(|calls| cell(calls.get(name))).collect();
        table += &format!("| `{name}` | {} |\n", cells.join(" | "));
    }
    table
}

fn head(servers: &[&str]) -> String {
    format!("| | {} |\n|---|{}\n", servers.join(" | "), "--:|".repeat(servers.len()))
}
