//! What was to be reached, and what was: computed from the committed measurements. Why a goal was missed: [`crate::reasons`].

use crate::report::{Report, Row, format};
use crate::{Result, workspace};
use measure::Scenario;
use measure::figure::{Measure, times};

/// The ports, as `compare` names them.
pub const PORTS: [&str; 3] = ["async-std", "tokio", "smol"];

/// What stands behind the name of a port as it was before.
pub const BEFORE: &str = "-before";

/// One of the goals.
#[derive(Clone, Copy, Debug)]
pub struct Goal {
    /// The report that tells.
    pub report: &'static str,
    /// The figure.
    pub row: Row,
    /// The server that it is measured by; none if the figure itself is the goal.
    pub base: Option<&'static str>,
    /// The worst that reaches the goal: a ratio to the base, or the figure.
    pub bound: f64,
    /// The ports that it is set for.
    pub ports: &'static [&'static str],
}

const fn goal(measure: Measure, scenario: Scenario, base: Option<&'static str>, bound: f64) -> Goal {
    Goal { report: "report", row: (measure, scenario), base, bound, ports: &PORTS }
}

/// All of them.
pub const GOALS: [Goal; 13] = [
    goal(Measure::CpuPerRequest, runtimes_compare::KEEP_ALIVE, Some("limit"), 1.03),
    Goal {
        ports: &["tokio"],
        ..goal(Measure::CpuPerRequest, runtimes_compare::KEEP_ALIVE_SHARED, Some("hyper"), 0.82)
    },
    Goal {
        ports: &["async-std", "smol"],
        ..goal(Measure::CpuPerRequest, runtimes_compare::KEEP_ALIVE_SHARED, Some("hyper"), 0.92)
    },
    goal(Measure::CpuPerRequest, runtimes_compare::CONNECTION_PER_REQUEST, Some("hyper"), 0.92),
    goal(Measure::CpuPerRequest, runtimes_compare::CONNECTION_PER_REQUEST_SHARED, Some("hyper"), 0.92),
    goal(Measure::RequestsPerSecond, runtimes_compare::PIPELINED, Some("limit"), 0.95),
    goal(Measure::LatencyP99, runtimes_compare::RATE, Some("hyper"), 1.0),
    goal(Measure::BytesPerConnection, runtimes_compare::MEMORY, None, 1_200.0),
    goal(Measure::AllAnswered, runtimes_compare::SLEEP, None, 5.1),
    Goal { report: "sleep", ..goal(Measure::AllAnswered, runtimes_compare::SLEEP, None, 5.5) },
    goal(Measure::IdleCpuPerSecond, runtimes_compare::IDLE, None, 0.0),
    goal(Measure::Crates, runtimes_compare::CRATES, Some("hyper"), 1.0),
    Goal { report: "build", ..goal(Measure::BuildTime, runtimes_compare::BUILD, Some("hyper"), 1.0) },
];

/// The goals, and for each port whether it reaches them. What was not measured is said not to be.
///
/// # Errors
///
/// If a report cannot be read.
pub fn table() -> Result<String> {
    let mut table = format!("| figure | goal | {} | limit |\n|---|---|--:|--:|--:|--:|\n", PORTS.join(" | "));
    for goal in GOALS {
        let report = goal.report()?;
        let is_meant = |server: &str| {
            server != goal.base.unwrap_or_default() && (server == "limit" || goal.ports.contains(&server))
        };
        let outcome = |server| if is_meant(server) { goal.outcome(report.as_ref(), server) } else { String::new() };
        let cells: Vec<String> = PORTS.into_iter().chain(["limit"]).map(outcome).collect();
        table += &format!("| {} | {} | {} |\n", goal.title(report.as_ref()), goal.text(), cells.join(" | "));
    }
    Ok(table)
}

/// What the ports reached before the second core was looked at, and what they reach now, as far as both were measured in one run.
///
/// # Errors
///
/// If the report cannot be read.
pub fn table_of_changes() -> Result<String> {
    let report = Report::committed("before_after")?;
    let mut table = format!("| figure | goal | {} |\n|---|---|--:|--:|--:|\n", PORTS.join(" | "));
    for goal in GOALS.into_iter().filter(|goal| goal.reached(&report, PORTS[0]).is_some()) {
        let cell = |server: &str| {
            let before = goal.reached(&report, &format!("{server}{BEFORE}")).filter(|_| goal.ports.contains(&server));
            before.map_or_else(String::new, |before| {
                format!("{} → {}", goal.shown(before), goal.outcome(Some(&report), server))
            })
        };
        table += &format!("| {} | {} | {} |\n", goal.title(Some(&report)), goal.text(), PORTS.map(cell).join(" | "));
    }
    Ok(table)
}

impl Goal {
    /// The report that tells; `None` if it was not made.
    ///
    /// # Errors
    ///
    /// If it cannot be read.
    pub fn report(self) -> Result<Option<Report>> {
        let is_made = workspace().join(format!("book/src/measured/{}.json", self.report)).exists();
        if is_made { Report::committed(self.report).map(Some) } else { Ok(None) }
    }

    /// The figure, with what was held.
    pub fn title(self, report: Option<&Report>) -> String {
        let measure = self.row.0.title();
        match report.map(|report| report.title(self.row)) {
            Some(title) if title.starts_with(measure) => title,
            Some(title) => format!("{measure}: {title}"),
            None => measure.to_owned(),
        }
    }

    /// What is to be reached.
    pub fn text(self) -> String {
        let sign = if self.row.0.more_is_better() { "≥" } else { "≤" };
        match self.base {
            Some(base) => format!("{sign}\u{a0}{} {base}", times(self.bound)),
            None if self.bound == 0.0 => "none".to_owned(),
            None => format!("{sign}\u{a0}{}", format(self.row.0, self.bound)),
        }
    }

    /// What counts, as it is shown.
    pub fn shown(self, reached: f64) -> String {
        if self.base.is_some() { times(reached) } else { format(self.row.0, reached) }
    }

    /// What counts: the figure, or its ratio to the base.
    pub fn reached(self, report: &Report, server: &str) -> Option<f64> {
        let range = match self.base {
            Some(base) => report.ratio(self.row, server, base),
            None => report.range(self.row, server),
        };
        range.map(|[_, median, _]| median)
    }

    /// Whether a server reaches the goal; `None` if it was not measured.
    pub fn is_reached(self, report: &Report, server: &str) -> Option<bool> {
        let median = self.reached(report, server)?;
        Some(if self.row.0.more_is_better() { median >= self.bound } else { median <= self.bound })
    }

    fn outcome(self, report: Option<&Report>, server: &str) -> String {
        let Some(report) = report else { return "not measured".to_owned() };
        let Some(median) = self.reached(report, server) else { return "–".to_owned() };
        let shown = self.shown(median);
        let mark = if self.is_reached(report, server) == Some(true) { "✓" } else { "✗" };
        format!("{mark}\u{a0}{shown}")
    }
}
