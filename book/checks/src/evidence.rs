//! What the claims of chapter 11.1 are judged by.

use crate::measured::key_value::Measured;
use crate::report::Report;
use crate::{Failure, Result, read};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

/// The command that measures all of it again.
pub const MEASURE: &str = "cargo run -p book-checks --bin measure_claims";
/// Where the data are.
pub const FOLDER: &str = "book/src/measured/claims";
/// What is asked of the server of step 7.2.
pub const LOADS: [(&str, usize); 2] = [("SET", 1), ("GET", 1)];

/// What the claims are judged by.
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
    /// What step 1.3 prints.
    pub jobs: Jobs,
}

impl Evidence {
    /// What [`MEASURE`] has measured.
    ///
    /// # Errors
    ///
    /// If a part of it is missing.
    pub fn committed() -> Result<Self> {
        Ok(Self {
            models: Report::committed("claims/models")?,
            polling: Report::committed("claims/polling")?,
            runtimes: Report::committed("claims/runtimes")?,
            key_value: data("key_value")?,
            parts: data("parts")?,
            jobs: Jobs(read(format!("{FOLDER}/jobs.txt"))?),
        })
    }

    /// The same with the longer measurements of the other chapters in place of the short ones.
    ///
    /// # Errors
    ///
    /// If a part of it is missing.
    pub fn of_other_chapters() -> Result<Self> {
        let (models, runtimes) = (Report::committed("models")?, Report::committed("report")?);
        Ok(Self { models, runtimes, ..Self::committed()? })
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
#[derive(Deserialize)]
pub struct Parts {
    /// The bytes of a task that waits and holds nothing.
    pub memory_of_a_task: f64,
    /// In each round, the seconds that each part takes, by its name.
    pub rounds: Vec<BTreeMap<String, f64>>,
}

impl Parts {
    /// How long a part takes, in seconds. The quickest round tells, because whatever else the machine does can only add to it.
    pub fn seconds(&self, part: &str) -> f64 {
        self.rounds.iter().filter_map(|round| round.get(part).copied()).fold(f64::NAN, f64::min)
    }
}

/// The table of step 1.3.
pub struct Jobs(pub String);

impl Jobs {
    /// How many times as fast such jobs are done in this way as one after the other.
    pub fn faster(&self, each: &str, done: &str) -> f64 {
        let mut rows = self.0.lines().map(|line| line.split('|').map(str::trim).collect::<Vec<_>>());
        let row = rows.find(|cells| cells.get(1) == Some(&each) && cells.get(2) == Some(&done));
        let faster = row.and_then(|cells| cells.get(4)?.trim_end_matches(" x").parse().ok());
        faster.unwrap_or(f64::NAN)
    }
}
