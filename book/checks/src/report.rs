//! What `compare` measured, as the book shows it: nothing of it is typed, all of it is taken from the committed raw data.

use crate::{Failure, Result, read};
use measure::Scenario;
use measure::figure::{Measure, grouped, times};
use serde::Deserialize;
use std::collections::BTreeMap;

/// The raw data of one run of `compare`.
#[derive(Debug, Deserialize)]
pub struct Report {
    /// When, in UTC.
    pub date: String,
    /// What was typed.
    pub command_line: String,
    machine: Machine,
    compiler: String,
    crates: BTreeMap<String, String>,
    servers: Vec<Column>,
    connections: BTreeMap<String, usize>,
    /// Requests per second in the scenario `rate`.
    rate: Option<f64>,
    /// What to say of other programs that were at work.
    disturbance: Option<String>,
    rows: Vec<Judged>,
    samples: Vec<Sample>,
}

#[derive(Debug, Deserialize)]
struct Machine {
    processor: String,
    cores: usize,
    kernel: String,
}

#[derive(Debug, Deserialize)]
struct Column {
    name: String,
    is_yardstick: bool,
}

#[derive(Debug, Deserialize)]
struct Sample {
    scenario: String,
    server: String,
    round: u32,
    values: BTreeMap<Measure, f64>,
    /// What the figure consists of, by name, where that is known.
    #[serde(default)]
    parts: BTreeMap<String, f64>,
    error: Option<String>,
}

/// What `compare` itself says of a row: one cell per server, in the order of the columns.
#[derive(Debug, Deserialize)]
struct Judged {
    measure: Measure,
    scenario: String,
    cells: Vec<Cell>,
}

#[derive(Debug, Deserialize)]
struct Cell {
    /// The server could have done more.
    #[serde(default)]
    load_was_the_limit: bool,
}

/// A row of a table: what was measured, and how.
pub type Row = (Measure, Scenario);

/// How one server did in comparison with another, round by round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Less in each round.
    Less,
    /// More in each round.
    More,
    /// Less in some rounds, more in others.
    Open,
}

impl Report {
    /// The report of this name in `book/src/measured`; `None` if it was not made.
    ///
    /// # Errors
    ///
    /// If it is not a report.
    pub fn committed(name: &str) -> Result<Self> {
        let file = format!("book/src/measured/{name}.json");
        serde_json::from_str(&read(&file)?).map_err(|error| Failure::new(format!("{file}: {error}")))
    }

    /// What a server reached, round by round.
    pub fn values(&self, (measure, scenario): Row, server: &str) -> BTreeMap<u32, f64> {
        let samples = self.samples.iter().filter(|sample| sample.scenario == scenario.name && sample.server == server);
        samples.filter_map(|sample| Some((sample.round, *sample.values.get(&measure)?))).collect()
    }

    /// The median of what a server reached; `None` if it was not measured.
    pub fn median(&self, row: Row, server: &str) -> Option<f64> {
        self.range(row, server).map(|[_, median, _]| median)
    }

    /// The time in the kernel for a request to one server, as a ratio to the whole CPU time for a request to another: the median of the
    /// rounds.
    pub fn kernel_ratio(&self, scenario: Scenario, server: &str, base: &str) -> Option<f64> {
        let shares = self.values((Measure::KernelShare, scenario), server);
        let whole = self.values((Measure::CpuPerRequest, scenario), server);
        let base = self.values((Measure::CpuPerRequest, scenario), base);
        let ratios = shares.iter().filter_map(|(round, share)| Some(share * whole.get(round)? / base.get(round)?));
        range(ratios).map(|[_, median, _]| median)
    }

    /// What a figure of a server consists of, by name: the medians of the rounds.
    pub fn parts(&self, scenario: Scenario, server: &str) -> BTreeMap<&str, f64> {
        let rounds = self.samples.iter().filter(|sample| sample.scenario == scenario.name && sample.server == server);
        let rounds: Vec<&Sample> = rounds.collect();
        let names = rounds.iter().flat_map(|sample| sample.parts.keys());
        let of = |name| range(rounds.iter().map(|sample| sample.parts.get(name).copied().unwrap_or_default()));
        names.filter_map(|name| Some((name.as_str(), of(name)?[1]))).collect()
    }

    /// Smallest, median and largest of what a server reached; `None` if it was not measured.
    pub fn range(&self, row: Row, server: &str) -> Option<[f64; 3]> {
        range(self.values(row, server).into_values())
    }

    /// The same of the ratios to another server, each taken within a round.
    pub fn ratio(&self, row: Row, server: &str, base: &str) -> Option<[f64; 3]> {
        let base = self.values(row, base);
        let ratios = self.values(row, server).into_iter().filter_map(|(round, value)| Some(value / base.get(&round)?));
        range(ratios.filter(|ratio| ratio.is_finite()))
    }

    /// Whether a server needs more or less than another in every round.
    pub fn verdict(&self, row: Row, server: &str, base: &str) -> Option<Verdict> {
        Some(match self.ratio(row, server, base)? {
            [.., largest] if largest < 1.0 => Verdict::Less,
            [smallest, ..] if smallest > 1.0 => Verdict::More,
            _ => Verdict::Open,
        })
    }

    /// What failed while it was measured.
    pub fn failures(&self) -> impl Iterator<Item = String> {
        let failed = |sample: &Sample| Some(format!("{}: {}", sample.server, sample.error.as_ref()?));
        self.samples.iter().filter_map(failed)
    }

    /// The servers, in the order of the columns.
    pub fn servers(&self) -> Vec<&str> {
        self.servers.iter().map(|server| server.name.as_str()).collect()
    }

    /// Whether it is not a server, but what one can be measured by.
    pub fn is_yardstick(&self, server: &str) -> bool {
        self.servers.iter().any(|column| column.name == server && column.is_yardstick)
    }

    /// How many processors the machine has.
    pub fn cores(&self) -> usize {
        self.machine.cores
    }

    /// Where and when it was measured, and with what.
    pub fn circumstances(&self) -> String {
        let Machine { processor, cores, kernel } = &self.machine;
        let versions: Vec<_> = self.crates.iter().map(|(name, version)| format!("{name} {version}")).collect();
        let date = self.date.split('T').next().unwrap_or_default();
        let mut facts = vec![
            ("Date", date.to_owned()),
            ("Machine", format!("{processor}, {cores} cores")),
            ("Kernel", kernel.clone()),
            ("Compiler", self.compiler.clone()),
            ("Crates", versions.join(", ")),
        ];
        facts.extend(self.disturbance.clone().map(|disturbance| ("Disturbance", disturbance)));
        facts.iter().map(|(name, value)| format!("- **{name}**: {value}\n")).collect()
    }

    /// What was typed, an argument with a value on a line of its own.
    pub fn command(&self) -> String {
        format!("$ target/release/{}\n", self.command_line.replace(" --server", " \\\n>   --server"))
    }

    /// A table with these rows, as far as they were measured: the median, then the ratio to the first column and the spread.
    pub fn table(&self, rows: &[Row]) -> String {
        let servers = self.servers();
        let mut table = format!("| | {} |\n|---|{}\n", servers.join(" | "), "--:|".repeat(servers.len()));
        for &row in rows.iter().filter(|row| servers.iter().any(|server| self.range(**row, server).is_some())) {
            let cells = servers.iter().map(|server| self.cell(row, server, servers[0]));
            table += &format!("| {} | {} |\n", self.title(row), cells.collect::<Vec<_>>().join(" | "));
        }
        table
    }

    fn cell(&self, row: Row, server: &str, first: &str) -> String {
        let Some([smallest, median, largest]) = self.range(row, server) else { return "–".to_owned() };
        let ratio = self.ratio(row, server, first).map(|[_, ratio, _]| times(ratio));
        let spread = (largest - median).max(median - smallest) / median * 100.0;
        let spread = (spread > 0.0).then(|| format!("±{spread:.0}%"));
        let notes: String = ratio.into_iter().chain(spread).map(|note| format!("<br><small>{note}</small>")).collect();
        format!("{}{}{notes}", self.mark(row, server), format(row.0, median))
    }

    /// `≥` where the server could have done more.
    fn mark(&self, (measure, scenario): Row, server: &str) -> &'static str {
        let row = self.rows.iter().find(|judged| judged.measure == measure && judged.scenario == scenario.name);
        let columns = row.iter().flat_map(|row| row.cells.iter().zip(&self.servers));
        let mut cell = columns.filter(|(_, column)| column.name == server).map(|(cell, _)| cell);
        if measure.more_is_better() && cell.any(|cell| cell.load_was_the_limit) { "≥\u{a0}" } else { "" }
    }

    /// What a row is called within a table of its measure, with what was held.
    pub fn title(&self, (measure, scenario): Row) -> String {
        match (self.connections.get(scenario.name), self.rate) {
            (_, Some(rate)) if scenario.has_rate() => {
                format!("{}, at {}", measure.title(), format(Measure::RequestsPerSecond, rate))
            }
            (Some(connections), _) => format!("{}, {} connections", scenario.title, grouped(connections)),
            _ => measure.title().to_owned(),
        }
    }
}

/// A value as it is shown. It stays in one line.
pub fn format(measure: Measure, value: f64) -> String {
    measure.unit().format(value).replace(' ', "\u{a0}")
}

/// Smallest, median and largest.
fn range(values: impl Iterator<Item = f64>) -> Option<[f64; 3]> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let (smallest, largest) = (*values.first()?, *values.last()?);
    let middle = values.len() / 2;
    let median = if values.len() % 2 == 1 { values[middle] } else { f64::midpoint(values[middle - 1], values[middle]) };
    Some([smallest, median, largest])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_has_the_median_in_its_middle() {
        assert_eq!(range([3.0, 1.0, 2.0].into_iter()), Some([1.0, 2.0, 3.0]));
        assert_eq!(range([4.0, 1.0].into_iter()), Some([1.0, 2.5, 4.0]));
        assert_eq!(range([].into_iter()), None);
    }
}
