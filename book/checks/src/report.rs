//! What `compare` measured, as the book shows it: nothing of it is typed, all of it is taken from the committed raw data.

use crate::{Failure, Result, read};
use measure::Scenario;
use measure::figure::{Measure, grouped, times};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// The raw data of one run of `compare`. In a template, it is what `report("name")` gives ([`crate::template`]).
#[derive(Clone, Debug, Deserialize)]
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

#[derive(Clone, Debug, Deserialize)]
struct Machine {
    processor: String,
    cores: usize,
    kernel: String,
}

#[derive(Clone, Debug, Deserialize)]
struct Column {
    name: String,
    is_yardstick: bool,
}

#[derive(Clone, Debug, Deserialize)]
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
#[derive(Clone, Debug, Deserialize)]
struct Judged {
    measure: Measure,
    scenario: String,
    cells: Vec<Cell>,
}

#[derive(Clone, Debug, Deserialize)]
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

    /// Each round by itself.
    pub fn rounds(&self) -> Vec<Self> {
        let numbers: BTreeSet<u32> = self.samples.iter().map(|sample| sample.round).collect();
        let round = |number| Self {
            samples: self.samples.iter().filter(|sample| sample.round == number).cloned().collect(),
            ..self.clone()
        };
        numbers.into_iter().map(round).collect()
    }

    /// Lets a server have needed so many times as much of everything, or all servers under one load, or all servers of one figure: whatever has this name.
    pub fn change(&mut self, name: &str, factor: f64) {
        for sample in &mut self.samples {
            let all = sample.server == name || sample.scenario == name;
            let values = sample.values.iter_mut().filter(|(measure, _)| all || measure.title() == name);
            values.for_each(|(_, value)| *value *= factor);
        }
    }

    /// The names of all that can be changed.
    pub fn names(&self) -> BTreeSet<String> {
        let of = |sample: &Sample| [sample.server.clone(), sample.scenario.clone()];
        let figures =
            self.samples.iter().flat_map(|sample| sample.values.keys()).map(|measure| measure.title().to_owned());
        self.samples.iter().flat_map(of).chain(figures).collect()
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

    /// Whether a server needs less than each of these in every round.
    pub fn is_least(&self, row: Row, server: &str, others: &[&str]) -> bool {
        others.iter().all(|other| self.verdict(row, server, other) == Some(Verdict::Less))
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

    /// Whether it is not a server, but what a server can be measured by.
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

    /// `≥` where the server could have done more.
    pub fn mark(&self, (measure, scenario): Row, server: &str) -> &'static str {
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

/// The median, and how far the rounds go.
pub fn format_rounds(measure: Measure, [least, median, most]: [f64; 3]) -> String {
    let [least, median, most] = [least, median, most].map(|value| format(measure, value));
    if least == most { median } else { format!("{median} ({least} to {most})") }
}

/// The same of ratios.
pub fn times_of_rounds(rounds: [f64; 3]) -> String {
    let [least, median, most] = rounds.map(times);
    if least == most { median } else { format!("{median} ({least} to {most})") }
}

/// Smallest, median and largest.
pub fn range(values: impl IntoIterator<Item = f64>) -> Option<[f64; 3]> {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    let (smallest, largest) = (*values.first()?, *values.last()?);
    let middle = values.len() / 2;
    let median = if values.len() % 2 == 1 { values[middle] } else { f64::midpoint(values[middle - 1], values[middle]) };
    Some([smallest, median, largest])
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_range_has_the_median_in_its_middle() {
        assert_eq!(range([3.0, 1.0, 2.0]), Some([1.0, 2.0, 3.0]));
        assert_eq!(range([4.0, 1.0]), Some([1.0, 2.5, 4.0]));
        assert_eq!(range([]), None);
    }

    #[test]
    fn a_figure_is_bold_if_it_is_lower_than_both_others_in_each_round() {
        let row = (Measure::BinaryBytes, runtimes_compare::SIZE);
        let rounds = [("async-std", [1.0, 3.0]), ("tokio", [2.0, 4.0]), ("smol", [2.5, 2.9])];
        let report = |rounds: &[(&str, [f64; 2])]| -> Report {
            let sample = |server, round, size| json!({ "server": server, "round": round, "scenario": "size", "values": { "binary_bytes": size } });
            let samples =
                rounds.iter().flat_map(|(server, sizes)| [sample(server, 1, sizes[0]), sample(server, 2, sizes[1])]);
            serde_json::from_value(json!({
                "date": "", "command_line": "", "machine": { "processor": "", "cores": 2, "kernel": "" }, "compiler": "", "crates": {},
                "servers": [], "connections": {}, "rate": null, "disturbance": null, "rows": [], "samples": samples.collect::<Vec<_>>(),
            }))
            .expect("a report")
        };
        let is_least = |report: &Report| report.is_least(row, "async-std", &["tokio", "smol"]);
        assert!(!is_least(&report(&rounds)), "smol is lower in the second round");
        assert!(is_least(&report(&[rounds[0], rounds[1], ("smol", [2.5, 3.1])])));
        assert!(!is_least(&report(&rounds[..2])), "smol was not measured");
    }
}
