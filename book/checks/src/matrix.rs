//! What each step survives, as tables for the book. A step says it itself, in its manifest. Each cell names the check that proves
//! it, also where the step suffers: it must be seen to suffer.
//!
//! ```toml
//! [package.metadata.survives]
//! http = [
//!     { if = "a silent client", then = "others wait", check = "a_silent_client_holds_up_all_others" },
//! ]
//! ```
//!
//! `http` is the protocol of the step, and the name of the table. It has a column for each step that speaks of it, and its rows are in the order in which the
//! steps name them.

use crate::{Failure, Result, files, read, step};
use harness::{Program, Protocol, at_a_time, suite};
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// How many cells are checked at the same time. Most of them wait, but those that watch a server need it to have a processor.
const AT_A_TIME: usize = 16;
/// For how long a check may pass again and again before we doubt that it fails by chance. On tokio, three of four attempts fail if nothing
/// else happens, and next to none on a busy machine: so it is longer than the other tests of the book take.
const DOUBT: Duration = Duration::from_secs(120);

/// What happens in a step if a client misbehaves, and the check that shows it.
#[derive(Clone, Debug, Deserialize)]
struct Cell {
    #[serde(rename = "if")]
    misbehaviour: String,
    #[serde(rename = "then")]
    outcome: Outcome,
    check: String,
}

/// What the other clients notice while one misbehaves. Afterwards, every step serves all.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
enum Outcome {
    /// They are served meanwhile, or it takes no time.
    #[serde(rename = "others notice nothing")]
    OthersNoticeNothing,
    /// Connected clients are served. New ones wait until it has ended.
    #[serde(rename = "new clients wait")]
    NewClientsWait,
    /// They wait until it has ended.
    #[serde(rename = "others wait")]
    OthersWait,
    /// Chance decides. The check would show that the others notice nothing, and is seen to fail.
    #[serde(rename = "others may wait")]
    OthersMayWait,
    /// The step ends the connection, and all others are served again.
    #[serde(rename = "is disconnected")]
    IsDisconnected,
    /// The step offers no opportunity for it.
    #[serde(rename = "cannot arise")]
    CannotArise,
}

impl Outcome {
    fn in_words(self) -> &'static str {
        match self {
            Self::OthersNoticeNothing => "others notice nothing",
            Self::NewClientsWait => "new clients wait",
            Self::OthersWait => "**others wait**",
            Self::OthersMayWait => "**others may wait**",
            Self::IsDisconnected => "it is disconnected",
            Self::CannotArise => "cannot arise",
        }
    }
}

/// A step, and its cells.
struct Column {
    step: &'static str,
    cells: Vec<Cell>,
}

/// The names of the tables.
pub fn tables() -> Result<Vec<String>> {
    let said = step::all()?.into_iter().filter_map(|step| step.metadata["survives"].as_object());
    let mut names: Vec<String> = said.flat_map(|tables| tables.keys().cloned()).collect();
    names.sort();
    names.dedup();
    Ok(names)
}

fn columns(table: &str) -> Result<Vec<Column>> {
    let steps = step::all()?.into_iter().filter(|step| !step.metadata["survives"][table].is_null());
    let column = |step: &'static step::Package| {
        let cells = serde_json::from_value(step.metadata["survives"][table].clone());
        let cells = cells.map_err(|error| Failure::new(format!("{}/Cargo.toml: {error}", step.folder)))?;
        Ok(Column { step: step.step(), cells })
    };
    steps.map(column).collect()
}

/// Runs the check of every cell, some at the same time, unless the step's own tests run it. Returns what was wrong.
pub fn verify(table: &str) -> Result<Vec<Failure>> {
    let protocol = Protocol::named(table).ok_or_else(|| Failure::new(format!("there is no protocol {table}")))?;
    let mut trials = Vec::new();
    for Column { step, cells } in columns(table)? {
        let already_run = checks_of_its_own_tests(step)?;
        for cell in cells.into_iter().filter(|cell| !already_run.contains(&cell.check.as_str())) {
            let program = step::program(step)?.speaking(protocol);
            let by_chance = cell.outcome == Outcome::OthersMayWait;
            trials.push(Trial {
                place: format!("{}, {step}, {}", cell.misbehaviour, cell.check),
                check: cell.check,
                program: if by_chance { program.patience(Duration::from_secs(1)) } else { program },
                by_chance,
            });
        }
    }
    Ok(run_all(trials, AT_A_TIME))
}

/// The checks of the suites that are called in a step's own tests.
fn checks_of_its_own_tests(step: &str) -> Result<Vec<&'static str>> {
    let mut checks = Vec::new();
    for file in files(&format!("{}/tests", step::find(step)?.folder)) {
        let text = read(file)?;
        let called = text.split("suite::").skip(1).filter_map(|rest| Some(rest.split_once('(')?.0));
        checks.extend(called.flat_map(suite::names_of));
    }
    Ok(checks)
}

/// Checks, by their names, that take as long as a server's patience: each is run against the program that its package names.
///
/// ```toml
/// [package.metadata.slow_checks]
/// 09_07_graceful_server = ["answers_that_take_too_long_are_abandoned"]
/// ```
pub fn verify_slow_checks() -> Result<Vec<Failure>> {
    let mut checks = Vec::new();
    for package in step::packages()? {
        for (program, names) in package.metadata["slow_checks"].as_object().into_iter().flatten() {
            for check in names.as_array().into_iter().flatten().filter_map(|name| name.as_str()) {
                checks.push((program.as_str(), check.to_owned()));
            }
        }
    }
    let trial = |(name, check): (&str, String)| {
        Ok(Trial { place: format!("{name}, {check}"), check, program: step::program(name)?, by_chance: false })
    };
    let trials: Vec<Trial> = checks.into_iter().map(trial).collect::<Result<_>>()?;
    let all = trials.len();
    Ok(run_all(trials, all))
}

/// A check that is to be run against a program.
struct Trial {
    /// For the message, should it fail.
    place: String,
    check: String,
    program: Program,
    /// Whether it must fail, but not each time.
    by_chance: bool,
}

impl Trial {
    fn run(self) -> Result {
        // Two threads for a runtime, on a machine with one processor too.
        let program = self.program.environment("ASYNC_STD_THREAD_COUNT", "2").environment("LOOPS", "2");
        let run = || suite::only(&self.check, &program);
        if !self.by_chance {
            return run().map_err(|failure| failure.context(self.place));
        }
        let start = Instant::now();
        while start.elapsed() < DOUBT {
            if run().is_err() {
                return Ok(());
            }
        }
        Err(Failure::new("it has passed again and again").context(self.place))
    }
}

/// Runs so many of them at the same time, and returns what was wrong.
fn run_all(trials: Vec<Trial>, number: usize) -> Vec<Failure> {
    at_a_time(number, trials, |trial| trial.run().err()).into_iter().flatten().collect()
}

/// What a table for the book (`book/tables/matrix_NAME.md`) shows: the steps, and for each row what others notice in each of them.
pub fn rows(table: &str) -> Result<Value> {
    let columns = columns(table)?;
    let mut rows: Vec<&str> = Vec::new();
    for cell in columns.iter().flat_map(|column| &column.cells) {
        if !rows.contains(&cell.misbehaviour.as_str()) {
            rows.push(&cell.misbehaviour);
        }
    }
    let find = |column: &Column, row: &str| {
        let cell = column.cells.iter().find(|cell| cell.misbehaviour == row);
        let cell = cell.ok_or_else(|| Failure::new(format!("{} says nothing of {row}", column.step)))?;
        Ok(cell.outcome.in_words())
    };
    let row = |row: &str| -> Result<Value> {
        let outcomes = columns.iter().map(|column| find(column, row)).collect::<Result<Vec<_>>>()?;
        Ok(json!({ "if": row, "then": outcomes }))
    };
    let steps: Vec<String> = columns.iter().map(|column| step::short_name(column.step)).collect();
    Ok(json!({ "steps": steps, "rows": rows.into_iter().map(row).collect::<Result<Vec<_>>>()? }))
}

/// What the others notice in a step if this happens, in the words of the tables.
pub fn outcome(table: &str, step: &str, misbehaviour: &str) -> Result<&'static str> {
    let columns = columns(table)?;
    let column = columns.iter().find(|column| step::short_name(column.step) == step);
    let cell = column.and_then(|column| column.cells.iter().find(|cell| cell.misbehaviour == misbehaviour));
    cell.map(|cell| cell.outcome.in_words())
        .ok_or_else(|| Failure::new(format!("step {step} does not declare {misbehaviour}")))
}
