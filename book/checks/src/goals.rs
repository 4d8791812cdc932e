//! What was to be reached, and what was: computed from the committed measurements.

use crate::report::scenario::{Measure, Scenario, times};
use crate::report::{Report, Row, format};
use crate::{Result, workspace};

/// The ports, as `compare` names them.
pub const PORTS: [&str; 3] = ["async-std", "tokio", "smol"];

/// One of the goals.
#[derive(Clone, Copy, Debug)]
struct Goal {
    /// The report that tells.
    report: &'static str,
    row: Row,
    /// The server that it is measured by; none if the figure itself is the goal.
    base: Option<&'static str>,
    bound: f64,
}

const fn goal(measure: Measure, scenario: Scenario, base: Option<&'static str>, bound: f64) -> Goal {
    Goal { report: "report", row: (measure, scenario), base, bound }
}

const GOALS: [Goal; 12] = [
    goal(Measure::CpuPerRequest, Scenario::KeepAlive, Some("hyper"), 0.78),
    goal(Measure::CpuPerRequest, Scenario::KeepAlive, Some("limit"), 1.08),
    goal(Measure::CpuPerRequest, Scenario::KeepAliveShared, Some("hyper"), 0.80),
    goal(Measure::CpuPerRequest, Scenario::ConnectionPerRequest, Some("hyper"), 0.75),
    goal(Measure::RequestsPerSecond, Scenario::Pipelined, Some("limit"), 0.95),
    goal(Measure::LatencyP99, Scenario::Rate, Some("hyper"), 1.0),
    goal(Measure::BytesPerConnection, Scenario::Memory, None, 1_000.0),
    goal(Measure::AllAnswered, Scenario::Sleep, None, 5.1),
    Goal { report: "sleep", ..goal(Measure::AllAnswered, Scenario::Sleep, None, 5.5) },
    goal(Measure::IdleCpuPerSecond, Scenario::Idle, None, 0.0),
    goal(Measure::Crates, Scenario::Crates, Some("hyper"), 1.0),
    Goal { report: "build", ..goal(Measure::BuildTime, Scenario::Build, Some("hyper"), 1.0) },
];

/// The goals, and for each port whether it reaches them. What was not measured is said not to be.
///
/// # Errors
///
/// If a report cannot be read.
pub fn table() -> Result<String> {
    let mut table = format!("| figure | goal | {} | limit |\n|---|---|--:|--:|--:|--:|\n", PORTS.join(" | "));
    for goal in GOALS {
        let is_made = workspace().join(format!("book/src/measured/{}.json", goal.report)).exists();
        let report = if is_made { Some(Report::committed(goal.report)?) } else { None };
        let servers = PORTS.into_iter().chain(["limit"]).filter(|server| goal.base != Some(server));
        let mut cells: Vec<String> = servers.map(|server| goal.outcome(report.as_ref(), server)).collect();
        cells.resize(4, String::new());
        let (measure, title) = (goal.row.0.title(), report.as_ref().map(|report| report.title(goal.row)));
        let title =
            title.filter(|title| title != measure).map_or(measure.to_owned(), |title| format!("{measure}: {title}"));
        table += &format!("| {title} | {} | {} |\n", goal.text(), cells.join(" | "));
    }
    Ok(table)
}

impl Goal {
    fn text(self) -> String {
        let sign = if self.row.0.more_is_better() { "≥" } else { "≤" };
        match self.base {
            Some(base) => format!("{sign} {} {base}", times(self.bound)),
            None if self.bound == 0.0 => "none".to_owned(),
            None => format!("{sign} {}", format(self.row.0, self.bound)),
        }
    }

    fn outcome(self, report: Option<&Report>, server: &str) -> String {
        let Some(report) = report else { return "not measured".to_owned() };
        let range = match self.base {
            Some(base) => report.ratio(self.row, server, base),
            None => report.range(self.row, server),
        };
        let Some([_, median, _]) = range else { return "–".to_owned() };
        let shown = if self.base.is_some() { times(median) } else { format(self.row.0, median) };
        let is_reached = if self.row.0.more_is_better() { median >= self.bound } else { median <= self.bound };
        format!("{} {shown}", if is_reached { "✓" } else { "✗" })
    }
}
