//! The samples, and what they come down to.

use crate::figure::Measure;
use crate::scenario::Scenario;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Error;

/// What a scenario yields on one server; no values where the server has no such thing.
#[derive(Default)]
pub struct Yield {
    pub values: BTreeMap<Measure, f64>,
    /// What the figure consists of, by name, where that is known: system calls per request, or the seconds that each crate took.
    pub parts: BTreeMap<String, f64>,
    /// How busy server and load were, if the server was loaded.
    pub busy: Option<Busy>,
}

impl<const N: usize> From<[(Measure, f64); N]> for Yield {
    fn from(values: [(Measure, f64); N]) -> Self {
        Self { values: values.into(), ..Self::default() }
    }
}

/// What one measurement of one server yielded, and of which.
#[derive(Clone, Debug, Serialize)]
pub struct Sample {
    pub scenario: Scenario,
    pub server: String,
    /// The round, from 1.
    pub round: u32,
    /// Seconds, requests per second, bytes, numbers.
    pub values: BTreeMap<Measure, f64>,
    /// What the figure consists of, by name, where that is known: system calls per request, or the seconds that each crate took.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub parts: BTreeMap<String, f64>,
    /// How busy server and load were, if the server was loaded.
    pub busy: Option<Busy>,
    /// Why there are no values, if there should be.
    pub error: Option<String>,
}

/// How busy server and load were: their CPU time as a share of the time that their cores had.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Busy {
    pub server: f64,
    pub load: f64,
    /// Whether each had its own cores.
    pub are_apart: bool,
    /// Whether fewer requests were answered than were due, where a rate is given.
    pub fell_behind: bool,
}

impl Sample {
    /// The load could do no more while the server could, so the figures say more of the load than of the server.
    pub fn load_was_the_limit(&self) -> bool {
        self.held_up().is_some_and(|busy| busy.load > 0.95 && busy.server < 0.9)
    }

    /// Neither server nor load could use their cores, though nothing else held them up: other programs had them.
    pub fn machine_was_busy(&self) -> bool {
        self.held_up().is_some_and(|busy| busy.load < 0.8 && busy.server < 0.8)
    }

    /// How busy both were, if something kept them from answering more. Where a rate is given, nothing does as long as they keep it,
    /// and the load is busy with looking whether the next request is due.
    fn held_up(&self) -> Option<Busy> {
        self.busy.filter(|busy| busy.are_apart && (!self.scenario.has_rate() || busy.fell_behind))
    }

    /// A measurement that failed.
    pub fn failed(scenario: Scenario, server: &str, round: u32, error: &Error) -> Self {
        let (values, parts, error) = (BTreeMap::new(), BTreeMap::new(), Some(error.to_string()));
        Self { scenario, server: server.to_owned(), round, values, parts, busy: None, error }
    }
}

/// All that was measured.
#[derive(Default)]
pub struct Results {
    pub samples: Vec<Sample>,
}

/// A cell of the table.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum Cell {
    /// It was measured.
    Measured {
        median: f64,
        smallest: f64,
        largest: f64,
        /// The median over the rounds of the ratio to the first column, where servers are compared.
        ratio: Option<f64>,
        /// Whether the load was the limit in any round.
        load_was_the_limit: bool,
    },
    /// It failed, in any round.
    Failed { error: String },
    /// The server has no such thing.
    Absent,
}

impl Cell {
    /// Smallest, median and largest.
    pub fn range(&self) -> Option<[f64; 3]> {
        match *self {
            Self::Measured { median, smallest, largest, .. } => Some([smallest, median, largest]),
            _ => None,
        }
    }

    /// How far the farthest round lies from the median, in percent of it; `None` if there is nothing to spread.
    fn spread(&self) -> Option<f64> {
        match *self {
            Self::Measured { median, smallest, largest, .. } if largest > smallest && median > 0.0 => {
                Some((largest - median).max(median - smallest) / median * 100.0)
            }
            _ => None,
        }
    }

    /// The same, as it is shown.
    pub fn shown_spread(&self) -> Option<String> {
        self.spread().map(|spread| if spread < 1000.0 { format!("±{spread:.0}%") } else { "±>999%".to_owned() })
    }
}

impl Results {
    /// The values of a server over the rounds.
    fn values(&self, scenario: Scenario, measure: Measure, server: &str) -> BTreeMap<u32, f64> {
        let samples = self.samples.iter().filter(|sample| sample.scenario == scenario && sample.server == server);
        samples.filter_map(|sample| Some((sample.round, *sample.values.get(&measure)?))).collect()
    }

    /// Why a scenario failed on a server.
    fn error(&self, scenario: Scenario, server: &str) -> Option<&str> {
        let mut samples = self.samples.iter().filter(|sample| sample.scenario == scenario && sample.server == server);
        samples.find_map(|sample| sample.error.as_deref())
    }

    /// Whether a scenario failed on a server.
    pub fn has_failed(&self, scenario: Scenario, server: &str) -> bool {
        self.error(scenario, server).is_some()
    }

    /// Whether anything failed.
    pub fn have_errors(&self) -> bool {
        self.samples.iter().any(|sample| sample.error.is_some())
    }

    /// The median of what a server reached.
    pub fn median(&self, scenario: Scenario, measure: Measure, server: &str) -> Option<f64> {
        median(self.values(scenario, measure, server).into_values())
    }

    /// One cell; `first` is the server of the first column.
    pub fn cell(&self, scenario: Scenario, measure: Measure, server: &str, first: &str) -> Cell {
        if let Some(error) = self.error(scenario, server) {
            return Cell::Failed { error: error.to_owned() };
        }
        let values = self.values(scenario, measure, server);
        let Some(middle) = median(values.values().copied()) else { return Cell::Absent };
        let base = self.values(scenario, measure, first);
        let ratios = values.iter().filter_map(|(round, value)| Some(value / base.get(round)?));
        Cell::Measured {
            median: middle,
            smallest: values.values().copied().fold(f64::INFINITY, f64::min),
            largest: values.values().copied().fold(f64::NEG_INFINITY, f64::max),
            ratio: median(ratios.filter(|ratio| measure.is_compared() && ratio.is_finite())),
            load_was_the_limit: self
                .samples
                .iter()
                .any(|sample| sample.scenario == scenario && sample.server == server && sample.load_was_the_limit()),
        }
    }

    /// What to say when other programs were at work; the share of measurements that they disturbed is in it.
    pub fn disturbance(&self) -> Option<String> {
        let disturbed = self.samples.iter().filter(|sample| sample.machine_was_busy()).count();
        let apart = |sample: &&Sample| sample.busy.is_some_and(|busy| busy.are_apart);
        let all = self.samples.iter().filter(apart).count();
        (disturbed > 0).then(|| {
            format!(
                "Other programs took the processor away in {disturbed} of {all} measurements. CPU time per request suffers least from that; \
                 throughput and latency tell little."
            )
        })
    }

    /// The rows of the table: what was measured, or should have been.
    pub fn rows(&self) -> Vec<(Measure, Scenario)> {
        let mut rows = Vec::new();
        for measure in Measure::ALL {
            let with = self.samples.iter().filter(|sample| {
                sample.values.contains_key(&measure)
                    || sample.error.is_some() && sample.scenario.figures.first() == Some(&measure)
            });
            let mut scenarios: Vec<Scenario> = Vec::new(); // in the order in which they were measured
            for sample in with {
                if !scenarios.contains(&sample.scenario) {
                    scenarios.push(sample.scenario);
                }
            }
            rows.extend(scenarios.into_iter().map(|scenario| (measure, scenario)));
        }
        rows
    }
}

/// What the figure of a server consists of, by name: the medians over the rounds.
pub fn parts(samples: &[Sample], scenario: Scenario, server: &str) -> BTreeMap<String, f64> {
    let rounds: Vec<_> =
        samples.iter().filter(|sample| sample.scenario == scenario && sample.server == server).collect();
    let names: BTreeSet<&String> = rounds.iter().flat_map(|sample| sample.parts.keys()).collect();
    let number = |name| median(rounds.iter().map(|sample| sample.parts.get(name).copied().unwrap_or_default()));
    names.into_iter().filter_map(|name| Some((name.clone(), number(name)?))).collect()
}

/// The middle value; of an even number, the mean of the two in the middle.
pub fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        odd if odd % 2 == 1 => Some(values[middle]),
        _ => Some(f64::midpoint(values[middle - 1], values[middle])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Echo;

    const KEEP_ALIVE: Scenario = Scenario::keep_alive(|| Box::new(Echo::greeted()));

    fn sample(server: &str, round: u32, value: f64) -> Sample {
        Sample {
            scenario: KEEP_ALIVE,
            server: server.to_owned(),
            round,
            values: [(Measure::CpuPerRequest, value)].into(),
            parts: BTreeMap::new(),
            busy: None,
            error: None,
        }
    }

    #[test]
    fn a_median_of_an_even_number_lies_between_the_two_in_the_middle() {
        assert_eq!(median([4.0, 1.0, 3.0, 2.0].into_iter()), Some(2.5));
        assert_eq!(median([3.0, 1.0, 2.0].into_iter()), Some(2.0));
        assert_eq!(median([].into_iter()), None);
    }

    #[test]
    fn ratios_are_taken_within_a_round_so_that_a_slow_round_slows_both() {
        let samples = [("a", 1, 10.0), ("b", 1, 5.0), ("a", 2, 40.0), ("b", 2, 20.0), ("a", 3, 12.0), ("b", 3, 9.0)];
        let results = Results { samples: samples.map(|(server, round, value)| sample(server, round, value)).into() };
        let Cell::Measured { median, smallest, largest, ratio, .. } =
            results.cell(KEEP_ALIVE, Measure::CpuPerRequest, "b", "a")
        else {
            panic!("it was measured")
        };
        assert_eq!((median, smallest, largest, ratio), (9.0, 5.0, 20.0, Some(0.5)));
    }

    #[test]
    fn a_part_that_some_rounds_do_without_counts_nothing_there() {
        let round = |futex: Option<f64>| {
            let futex = futex.map(|calls| ("futex".to_owned(), calls));
            let parts = futex.into_iter().chain([("sendto".to_owned(), 1.0)]).collect();
            Sample { parts, ..sample("a", 1, 1.0) }
        };
        let samples = [round(Some(0.4)), round(None), round(Some(0.2))];
        let expected = [("futex".to_owned(), 0.2), ("sendto".to_owned(), 1.0)].into();
        assert_eq!(parts(&samples, KEEP_ALIVE, "a"), expected);
    }

    #[test]
    fn one_failed_round_makes_the_cell_an_error() {
        let failed = Sample { values: BTreeMap::new(), error: Some("it died".to_owned()), ..sample("a", 2, 0.0) };
        let results = Results { samples: vec![sample("a", 1, 1.0), failed] };
        let cell = results.cell(KEEP_ALIVE, Measure::CpuPerRequest, "a", "a");
        assert_eq!(cell, Cell::Failed { error: "it died".to_owned() });
    }
}
