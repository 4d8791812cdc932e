//! What a chapter includes: for each run its timeline, its source and a table of its events, all of which can be read without
//! JavaScript and on paper, and the data for the player. `book/tables/stepper.jinja` writes it.

use super::lesson::{Answer, Lesson};
use super::replay::States;
use super::shown::{Shown, ShownEvent, runs, shown};
use super::timeline;
use crate::include::without_anchors;
use crate::template::fill;
use crate::{Result, read};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The HTML of a frame.
pub fn html(frame: &str) -> Result<String> {
    let runs: Vec<Shown> = runs(frame)?.iter().map(shown).collect::<Result<_>>()?;
    let shown = |run: &Shown| {
        let mut all = timeline::data(run);
        let event = |(index, event): (usize, &ShownEvent)| {
            let changes = described(run, &run.states[index], &run.states[index + 1]);
            let ask = event.ask.as_ref().map(|(question, _)| &question.text);
            json!({ "by": run.lesson.name(&event.by), "ask": ask, "say": event.say, "changes": changes })
        };
        all["events"] = run.events.iter().enumerate().map(event).collect();
        (all["id"], all["tab"]) = (json!(run.id), json!(run.tab));
        all["data"] = json!(data(run).to_string().replace('<', "\\u003c"));
        all
    };
    let shown: Vec<Value> = runs.iter().map(shown).collect();
    fill("stepper.jinja", json!({ "frame": frame, "runs": shown, "sources": sources(&runs)? }))
}

/// The functions in which something happens, each file once.
fn sources(runs: &[Shown]) -> Result<Vec<Value>> {
    let mut lines: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    for event in runs.iter().flat_map(|run| &run.events) {
        if let Some((file, line)) = event.at.split_once(':') {
            lines.entry(file).or_default().extend(line.parse::<usize>());
        }
    }
    let mut sources = Vec::new();
    for (path, marked) in lines {
        let text = read(path)?;
        let text: Vec<&str> = text.lines().collect();
        let shown: BTreeSet<usize> = marked.iter().flat_map(|&line| function_around(&text, line)).collect();
        let (mut before, mut lines) = (0, Vec::new());
        for number in shown {
            let code = text.get(number - 1).copied().unwrap_or_default();
            if !without_anchors(&format!("{code}\n")).is_empty() {
                // A line is never broken right after its indent.
                let code = "\u{a0}".repeat(code.len() - code.trim_start().len()) + code.trim_start();
                lines.push(
                    json!({ "number": number, "code": code, "is_after_a_gap": before > 0 && number > before + 1 }),
                );
                before = number;
            }
        }
        sources.push(json!({ "path": path, "lines": lines }));
    }
    Ok(sources)
}

/// The lines of the function around a line: from the nearest line above that begins one, to the brace that closes it.
fn function_around(text: &[&str], line: usize) -> std::ops::RangeInclusive<usize> {
    let indent = |line: usize| text.get(line - 1).map_or(0, |text| text.len() - text.trim_start().len());
    let begins = |line: usize| {
        let code = text[line - 1].trim_start();
        code.split(' ').take(4).any(|word| word == "fn") && !code.starts_with("//")
    };
    let inside = |start: usize| indent(start) < indent(line) || start == line;
    let Some(first) = (1..=line).rev().find(|&start| begins(start) && inside(start)) else { return line..=line };
    let is_end = |end: &usize| indent(*end) == indent(first) && text[*end - 1].trim_start().starts_with('}');
    let last = (first + 1..=text.len()).find(is_end).unwrap_or(line);
    first..=last.max(line)
}

/// What the player needs: the same as the table, as data.
fn data(run: &Shown) -> Value {
    let mut things = Map::new();
    for (id, thing) in &run.lesson.things {
        let mut value = json!({ "name": run.lesson.name(id), "none": thing.none });
        value["code"] = json!(thing.code);
        value["lines"] = json!(thing.lines);
        things.insert(id.clone(), value);
    }
    let event = |(index, event): (usize, &ShownEvent)| {
        let mut value = json!({ "by": event.by, "thread": event.thread, "at": event.at, "say": event.say, "set": changes(&run.states[index], &run.states[index + 1]) });
        let is_visible = |id: &&String| run.lesson.things.contains_key(*id);
        value["reads"] = json!(event.reads.iter().filter(is_visible).collect::<Vec<_>>());
        value["ms"] = json!(event.ms);
        value["stage"] = json!(event.stage.is_some());
        if let Some((question, right)) = &event.ask {
            let answer = |(index, answer): (usize, &Answer)| json!({ "text": answer.text, "because": answer.because, "right": index == *right });
            value["ask"] = json!({ "text": question.text, "answers": question.answers.iter().enumerate().map(answer).collect::<Vec<_>>() });
        }
        value
    };
    let boxes = run.lesson.boxes.iter().map(|(id, title)| json!([title, in_box(&run.lesson, id)]));
    json!({
        "id": run.id, "tab": run.tab, "boxes": boxes.collect::<Vec<_>>(), "things": things,
        "start": changes(&States::new(), &run.states[0]),
        "events": run.events.iter().enumerate().map(event).collect::<Vec<_>>(),
    })
}

/// The things in a box: those with a lane in the order of the lanes, and then the others.
fn in_box<'a>(lesson: &'a Lesson, id: &str) -> Vec<&'a String> {
    let mut things: Vec<&String> =
        lesson.things.iter().filter(|(_, thing)| thing.r#box == id).map(|(id, _)| id).collect();
    things.sort_by_key(|id| lesson.lanes.iter().position(|lane| lane == *id).unwrap_or(usize::MAX));
    things
}

/// The things that are not what they were before, whole.
fn changes(before: &States, after: &States) -> Value {
    let changed = after.iter().filter(|(id, state)| before.get(*id) != Some(state));
    json!(changed.collect::<BTreeMap<_, _>>())
}

/// What changes, in words.
fn described(run: &Shown, before: &States, after: &States) -> String {
    let mut words = Vec::new();
    for (id, state) in after {
        let old = before.get(id);
        if old == Some(state) {
            continue;
        }
        let name = run.lesson.name(id);
        let mut parts = Vec::new();
        if old.is_none_or(|old| old.is != state.is) && !state.is.is_empty() {
            parts.push(state.is.clone());
        }
        if old.is_none_or(|old| old.what != state.what) && !state.what.is_empty() {
            parts.push(state.what.clone());
        }
        if let Some(holds) = state.holds.as_ref().filter(|holds| old.and_then(|old| old.holds.as_ref()) != Some(*holds))
        {
            let is_output = run.lesson.things.get(id).is_some_and(|thing| thing.lines);
            let names = holds.iter().map(|one| run.lesson.name(one).to_owned());
            parts.push(match holds.last() {
                None => "empty".to_owned(),
                Some(line) if is_output => format!("“{line}”"),
                Some(_) => names.collect::<Vec<_>>().join(", "),
            });
        }
        if !parts.is_empty() {
            words.push(format!("{name}: {}", parts.join(", ")));
        }
    }
    words.join("; ")
}
