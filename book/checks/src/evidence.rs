//! What the claims of chapter 11.1 are judged by.

use crate::measured::key_value::Measured;
use crate::report::{Report, range};
use crate::verdict::Rounds;
use crate::{Failure, Result, read};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet};

/// The command that measures all of it again.
pub const MEASURE: &str = "cargo run --bin measure_claims";
/// Where the data are.
pub const FOLDER: &str = "book/src/measured/claims";
/// What is asked of the server of step 7.2.
pub const LOADS: [(&str, usize); 2] = [("SET", 1), ("GET", 1)];

/// What the claims are judged by.
#[derive(Clone)]
pub struct Evidence {
    /// Threads, processes, an event loop and tasks that hold and serve many connections.
    pub models: Report,
    /// A loop that rests, and one that asks again and again.
    pub polling: Report,
    /// One server on each runtime.
    pub runtimes: Report,
    /// The server of step 7.2.
    pub key_value: Measured,
    /// What the parts of a server cost.
    pub parts: Parts,
    /// The same in more and shorter rounds, for what is compared within each of them.
    pub switches: Parts,
    /// What step 1.3 prints.
    pub jobs: Jobs,
}

impl Evidence {
    /// What [`MEASURE`] has measured.
    pub fn committed() -> Result<Self> {
        Ok(Self {
            models: Report::committed("claims/models")?,
            polling: Report::committed("claims/polling")?,
            runtimes: Report::committed("claims/runtimes")?,
            key_value: data("key_value")?,
            parts: data("parts")?,
            switches: data("switches")?,
            jobs: Jobs(read(format!("{FOLDER}/jobs.txt"))?),
        })
    }

    /// The same with the longer measurements of the other chapters in place of the short ones.
    pub fn of_other_chapters() -> Result<Self> {
        let (models, runtimes) = (Report::committed("models")?, Report::committed("report")?);
        Ok(Self { models, runtimes, ..Self::committed()? })
    }

    /// The same, as another machine could have measured it: all that one report says of a server or a part, so many times as much. The names are those of
    /// [`Self::names`].
    #[must_use]
    pub fn changed(mut self, name: &str, factor: f64) -> Self {
        for report in [&mut self.models, &mut self.polling, &mut self.runtimes] {
            report.change(name, factor);
        }
        for parts in [&mut self.parts, &mut self.switches] {
            parts.rounds.iter_mut().filter_map(|round| round.get_mut(name)).for_each(|seconds| *seconds *= factor);
        }
        match name {
            "memory of a task" => self.parts.memory_of_a_task *= factor,
            "step 7.2" => self.key_value.loads.iter_mut().for_each(|load| {
                load.seconds *= factor;
                load.latency_p99 = load.latency_p99.map(|milliseconds| milliseconds * factor);
            }),
            done @ ("each on a thread" | "as tasks on one thread") => {
                self.jobs = Jobs(format!("| computes | {done} | 1 ms | {factor} x | 1 |\n"));
            }
            _ => {}
        }
        self
    }

    /// What [`Self::changed`] can change.
    pub fn names(&self) -> BTreeSet<String> {
        let reports = [&self.models, &self.polling, &self.runtimes].into_iter().flat_map(Report::names);
        let parts =
            [&self.parts, &self.switches].into_iter().flat_map(|parts| &parts.rounds).flat_map(BTreeMap::keys).cloned();
        let others = ["memory of a task", "step 7.2", "each on a thread", "as tasks on one thread"].map(str::to_owned);
        reports.chain(parts).chain(others).collect()
    }

    /// How it was measured.
    pub fn circumstances(&self) -> String {
        let redis = self.key_value.redis.split(" sha").next().unwrap_or_default();
        format!("{}- **Redis’s benchmark**: that of {redis}\n", self.runtimes.circumstances())
    }
}

fn data<T: DeserializeOwned>(name: &str) -> Result<T> {
    let file = format!("{FOLDER}/{name}.json");
    serde_json::from_str(&read(&file)?).map_err(|error| Failure::new(format!("{file}: {error}")))
}

/// What step 11.1 prints for programs.
#[derive(Clone, Deserialize)]
pub struct Parts {
    /// The bytes of a task that waits and holds nothing.
    pub memory_of_a_task: f64,
    /// In each round, the seconds that each part takes, by its name.
    pub rounds: Vec<BTreeMap<String, f64>>,
}

impl Parts {
    /// How long a part takes, in seconds.
    pub fn seconds(&self, part: &str) -> Rounds {
        rounds(self.rounds.iter().filter_map(|round| round.get(part).copied()))
    }

    /// How many times as long one part takes as another, within each round.
    pub fn ratio(&self, part: &str, other: &str) -> Rounds {
        rounds(self.rounds.iter().filter_map(|round| Some(round.get(part)? / round.get(other)?)))
    }
}

/// The tables of step 1.3, one for each round.
#[derive(Clone)]
pub struct Jobs(pub String);

impl Jobs {
    /// How many times as fast such jobs are done in this way as one after the other.
    pub fn faster(&self, each: &str, done: &str) -> Rounds {
        let rows = self.0.lines().map(|line| line.split('|').map(str::trim).collect::<Vec<_>>());
        let rows = rows.filter(|cells| cells.get(1) == Some(&each) && cells.get(2) == Some(&done));
        rounds(rows.filter_map(|cells| cells.get(4)?.trim_end_matches(" x").parse().ok()))
    }
}

fn rounds(values: impl Iterator<Item = f64>) -> Rounds {
    range(values).unwrap_or([f64::NAN; 3])
}
