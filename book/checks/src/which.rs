//! Chapter 11.2: when to use which way to wait. Each cell of the table is a figure or a fact, with the section that shows it, or a
//! judgement, in italics. The picture asks a few questions, one after the other.

use crate::evidence::Jobs;
use crate::matrix;
use crate::measured::blocked_loop;
use crate::models::{self, CONNECTIONS, held};
use crate::pieces;
use crate::report::{Report, format};
use crate::{Failure, Result, read};
use measure::figure::Measure;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const MATRIX: &str = "02_04_prefork.md#matrix";

/// What the table says besides the reports.
///
/// # Errors
///
/// If what was measured cannot be read.
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

/// A question of the picture, and what to take if the answer is yes.
pub struct Question {
    /// In one or two lines.
    pub asks: &'static [&'static str],
    /// What to take if the answer is yes.
    pub take: Answer,
}

/// What to take.
pub struct Answer {
    /// What it is.
    pub name: &'static str,
    /// A figure that speaks for it.
    pub figure: String,
    /// The section's number and address.
    pub section: (&'static str, &'static str),
}

/// The questions, in the order in which they are asked, and what to take if the answer to all is no.
///
/// # Errors
///
/// If what was measured cannot be read.
pub fn questions() -> Result<(Vec<Question>, Answer)> {
    let models = Report::committed("models")?;
    let memory = |connections, server| {
        let row = held(Measure::ResidentBytes, connections);
        models.median(row, server).map_or_else(|| "–".to_owned(), |bytes| format(row.0, bytes))
    };
    let [_, many, most] = CONNECTIONS;
    let process = format(Measure::ResidentBytes, models::prices(&models)[0].whole());
    let waits = format!("the others wait {} ms, not {} ms", longest_wait("pool")?, longest_wait("loop")?);
    let question = |asks, name, figure, section| Question { asks, take: Answer { name, figure, section } };
    let questions = vec![
        question(
            &["Does a part of the work compute for long,", "or block?"],
            "A pool of threads for it; then go on",
            waits,
            ("8.1", "08_01_blocking_pool.md#another-thread"),
        ),
        question(
            &["Could a handler bring down its whole process?"],
            "A process for each, or a few",
            format!("{process} for each"),
            ("2.4", MATRIX),
        ),
        question(
            &["Are a thousand clients enough?"],
            "A thread for each",
            format!("1,000 clients: {}", memory(many, "threads")),
            ("2.2", "02_02_thread_per_connection.md#what-a-thread-costs"),
        ),
        question(
            &["Do you need libraries for what you do,", "or all processors?"],
            "Tasks on a runtime",
            format!("10,000 clients: {}", memory(most, "executor")),
            ("9.5", "09_05_parallel_server.md#what-it-shows"),
        ),
    ];
    let figure = format!("10,000 clients: {}", memory(most, "loop"));
    Ok((questions, Answer { name: "An event loop", figure, section: ("3.3", "03_03_event_loop.md#loop") }))
}

/// The questions as a list, for those who do not see the picture, and with links.
///
/// # Errors
///
/// If what was measured cannot be read.
pub fn list() -> Result<String> {
    let (questions, last) = questions()?;
    let told = |answer: &Answer| {
        let Answer { name, figure, section: (number, address) } = answer;
        format!("**{name}** ([{number}]({address}); {figure})")
    };
    let mut list = String::new();
    for (number, Question { asks, take }) in questions.iter().enumerate() {
        list += &format!("{}. {} If so: {}.\n", number + 1, asks.join(" "), told(take));
    }
    Ok(list + &format!("{}. Otherwise: {}.\n", questions.len() + 1, told(&last)))
}
