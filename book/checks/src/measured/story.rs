//! Pictures of what a program says about itself, in the lines that it prints. Nothing is measured: the same lines come every time.

use crate::{Failure, Result, step};
use serde::Deserialize;
use std::collections::BTreeMap;
use timeline::{Kind, Span, Timeline, Unit};

/// Lines that are turns: each of them belongs to a row, and takes a turn. Lines that belong to no row are left out.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Turns {
    title: String,
    /// The program, if it is not the one that has the name of the step.
    program: Option<String>,
    #[serde(default)]
    arguments: Vec<String>,
    /// The story begins after this line, and ends with an empty one, or before `until`.
    after: Option<String>,
    until: Option<String>,
    rows: Vec<Voice>,
}

/// A row and its lines: how they begin, and what is written on their bars.
#[derive(Clone, Debug, Deserialize)]
struct Voice {
    by: String,
    says: BTreeMap<String, String>,
}

pub(super) fn turns(step: &str, turns: &Turns) -> Result<Timeline> {
    let output = output(turns.program.as_deref().unwrap_or(step), &turns.arguments)?;
    let mut timeline = Timeline::new(&turns.title, Unit::Turns).legend(Kind::Runs, "a line of its output");
    turns.rows.iter().for_each(|voice| {
        timeline.row(&voice.by);
    });
    let mut lines = output.lines();
    if let Some(after) = &turns.after {
        lines.find(|line| line == after).ok_or_else(|| Failure::new(format!("no line is {after:?}")))?;
    }
    let mut turn = 0;
    let goes_on = |line: &&str| !line.is_empty() && turns.until.as_deref() != Some(line);
    for line in lines.take_while(goes_on).map(str::trim) {
        for (voice, row) in turns.rows.iter().zip(&mut timeline.rows) {
            if let Some((_, label)) = voice.says.iter().find(|(beginning, _)| line.starts_with(*beginning)) {
                let (from, to, label) = (turn, turn + 1, label.clone());
                row.spans.push(Span { kind: Kind::Runs, from, to, label });
                turn = to;
                break;
            }
        }
    }
    Ok(timeline)
}

/// What a kitchen prints: `4s  customer 1: fries started`.
pub(super) fn orders(step: &str, arguments: &[String]) -> Result<Timeline> {
    let output = output(step, arguments)?;
    let mut timeline = Timeline::new(format!("What is made when, in {step}"), Unit::Seconds)
        .legend(Kind::Waits, "waits for its turn")
        .legend(Kind::Served, "is being made");
    for line in output.lines() {
        let Some((time, event)) = line.trim().split_once("s  customer ") else { continue };
        let time = time.parse().map_err(|_| Failure::new(format!("{step} printed {line:?}")))?;
        if let Some(item) = event.strip_suffix(" started") {
            timeline.row(item).span(Kind::Waits, 0, time).span(Kind::Served, time, time);
        } else if let Some(item) = event.strip_suffix(" ready") {
            let row = timeline.rows.iter_mut().find(|row| row.label == item);
            let made = row.and_then(|row| row.spans.last_mut());
            made.ok_or_else(|| Failure::new(format!("{item} was not started")))?.to = time;
        }
    }
    for row in &mut timeline.rows {
        row.spans.retain(|span| span.length() > 0);
    }
    Ok(timeline)
}

fn output(program: &str, arguments: &[String]) -> Result<String> {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    Ok(step::program(program)?.run(&arguments)?.output)
}
