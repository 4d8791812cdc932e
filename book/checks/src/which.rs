//! Chapter 11.2: when to use which way to wait. Each cell of the table (`book/tables/which.md`) is a figure or a fact, with the section that
//! shows it, or a judgement, in italics. The picture (`decision.svg` beside it) asks a few questions, one after the other.

use crate::evidence::Jobs;
use crate::matrix;
use crate::measured::blocked_loop;
use crate::report::Report;
use crate::{Failure, Result, models, pieces, read};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What the table and the picture say besides the reports.
pub fn facts() -> Result<Value> {
    let jobs = Jobs(read("book/src/generated/output_01_03.txt")?);
    let faster =
        |each| ["each on a thread", "as tasks on one thread"].map(|done| format!("{:.1}", jobs.faster(each, done)[1]));
    let lines = |step| -> Result<String> {
        let text = pieces::handler(step)?;
        let code = text.lines().filter(|line| !line.is_empty() && !line.starts_with("///"));
        let (lines, functions) = (code.clone().count(), code.filter(|line| line.contains("fn ")).count());
        let functions = if functions == 1 { "one function".to_owned() } else { format!("{functions} functions") };
        Ok(format!("{lines} lines in {functions}"))
    };
    let survives = ["2.2", "3.3", "5.5", "5.6"].map(|step| Ok((step, survives(step)?)));
    Ok(json!({
        "waits": faster("waits"),
        "computes": faster("computes"),
        "longest_wait": longest_wait("loop")?,
        "longest_wait_beside_a_pool": longest_wait("pool")?,
        "process": models::prices(&Report::committed("models")?)[0].whole(),
        "lines": [lines("02_01_blocking_echo")?, lines("04_01_callbacks")?, lines("04_02_coroutines")?],
        "survives": survives.into_iter().collect::<Result<BTreeMap<_, _>>>()?,
        "crowd": crowd()?,
    }))
}

/// What the others notice in a step when a handler blocks its thread: from the table of all servers.
fn survives(step: &str) -> Result<String> {
    let cell = matrix::outcome("echo", step, "a handler that blocks its thread")?;
    Ok(cell.replace("**", ""))
}

/// The longest wait of a client that only wanted a word back, in milliseconds.
fn longest_wait(place: &str) -> Result<u64> {
    let timeline = blocked_loop::timeline(place)?;
    Ok(timeline
        .rows
        .iter()
        .skip(1)
        .flat_map(|row| &row.spans)
        .map(|span| span.to - span.from)
        .max()
        .unwrap_or_default())
}

/// How long it takes in step 7.3 until the last one has heard a message.
fn crowd() -> Result<String> {
    let said = read("book/src/generated/output_07_03.txt")?;
    let last = said
        .split("the last one after ")
        .nth(1)
        .and_then(|rest| Some(rest.split(".\n").next()?.trim_end_matches('.').to_owned()));
    last.map(|last| last.replace(' ', "\u{a0}"))
        .ok_or_else(|| Failure::new("step 7.3 says otherwise when the last one hears"))
}

/// The cells of a table that have neither a link to one of these places nor the mark of a judgement. The first column has the names.
pub fn unfounded(table: &str, is_there: impl Fn(&str) -> bool) -> Vec<String> {
    let cells = table.lines().skip(2).flat_map(|line| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        cells.into_iter().skip(1)
    });
    let is_judged = |cell: &str| cell.len() > 2 && cell.starts_with('*') && cell.ends_with('*');
    let links_there = |cell: &str| {
        cell.split_once("](")
            .and_then(|(_, rest)| rest.split_once(')'))
            .is_some_and(|(place, _)| place.contains(".md#") && is_there(place))
    };
    cells.filter(|cell| !is_judged(cell) && !links_there(cell)).map(str::to_owned).collect()
}
