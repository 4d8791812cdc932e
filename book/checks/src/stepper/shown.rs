//! A recording as a reader sees it: events of which nothing is said have become part of the next one.

use super::event::Event;
use super::lesson::{Lesson, Question, entry};
use super::recording;
use super::replay::{self, States, Step};
use crate::{Failure, Result, patch};
use std::collections::BTreeMap;
use std::fmt::Write;

/// A recording, and what its author says of it.
#[derive(Debug)]
pub struct Run {
    /// The first part of its fragments, and the name of its file: `lost`.
    pub id: String,
    /// The lesson of its frame.
    pub lesson: Lesson,
    /// What happened.
    pub events: Vec<Event>,
    /// The state before each event and after the last one, and what each event changes.
    pub steps: Vec<Step>,
}

/// The runs of a frame, in the order of its lesson.
pub fn runs(frame: &str) -> Result<Vec<Run>> {
    let lesson = Lesson::read(frame)?;
    lesson
        .runs
        .iter()
        .map(|described| {
            let events = recording::committed(frame, &described.id)?;
            let lesson = lesson.of(described);
            let steps = replay::replay(&lesson, &events)
                .map_err(|failure| failure.context(format!("{frame}/{}", described.id)))?;
            Ok(Run { id: described.id.clone(), lesson, events, steps })
        })
        .collect()
}

/// What a reader may be asked to take in.
pub const MOST_EVENTS: usize = 25;
const MOST_THINGS: usize = 10;

/// A run as it is shown: events of which nothing is said have become part of the next one.
pub struct Shown {
    /// The first part of its fragments.
    pub id: String,
    /// What it is called.
    pub tab: String,
    /// The lesson of its frame.
    pub lesson: Lesson,
    /// The events.
    pub events: Vec<ShownEvent>,
    /// The state before the first event, and after each.
    pub states: Vec<States>,
    /// For the key of each event its number as it is shown.
    pub numbers: BTreeMap<String, usize>,
}

/// An event as it is shown.
pub struct ShownEvent {
    /// Who acted.
    pub by: String,
    /// On which thread.
    pub thread: String,
    /// Where: `foundations/05_01_tasks/src/executor.rs:36`.
    pub at: String,
    /// When, in milliseconds, if times mean something.
    pub ms: Option<u64>,
    /// What is said of it.
    pub say: String,
    /// The heading of the stage that begins here.
    pub stage: Option<String>,
    /// What is asked before it, with the number of the right answer.
    pub ask: Option<(Question, usize)>,
    /// What is looked at.
    pub reads: Vec<String>,
    /// Who wakes whom.
    pub wakes: Vec<(String, String)>,
    /// Whether the wake-up is lost.
    pub is_lost: bool,
}

/// A run as it is shown.
pub fn shown(run: &Run) -> Result<Shown> {
    let Run { id, lesson, events, steps } = run;
    let keys = lesson.keys(events);
    let folder = folder(lesson)?;
    let mut numbers = BTreeMap::new(); // of the events as they are shown
    let mut shown = Vec::new();
    let mut states = vec![steps[0].after.clone()];
    let (mut reads, mut wakes, mut is_lost) = (Vec::new(), Vec::new(), false);
    let (mut stage, mut ask) = (None, None);
    for (index, event) in events.iter().enumerate() {
        let (key, step) = (&keys[index], &steps[index + 1]);
        reads.extend(step.reads.iter().cloned());
        wakes.extend(step.wakes.iter().map(|woken| (event.by.clone(), woken.clone())));
        is_lost |= step.is_lost;
        stage = stage.or_else(|| entry(&lesson.stages, id, key).cloned());
        if let Some(question) = entry(&lesson.ask, id, key) {
            ask = Some((question.clone(), question.right(&events[index..])?));
        }
        numbers.insert(key.clone(), shown.len() + 1);
        let say = entry(&lesson.say, id, key).ok_or_else(|| Failure::new(format!("{id}: nothing is said of {key}")))?;
        if say.is_empty() {
            continue;
        }
        if let ("^", Some(before), Some(state)) = (say.as_str(), shown.last_mut(), states.last_mut()) {
            let before: &mut ShownEvent = before;
            before.reads.append(&mut reads);
            before.wakes.append(&mut wakes);
            state.clone_from(&step.after);
            numbers.insert(key.clone(), shown.len());
            continue;
        }
        states.push(step.after.clone());
        shown.push(ShownEvent {
            by: event.by.clone(),
            thread: step.thread.clone(),
            at: if event.at.is_empty() { String::new() } else { format!("{folder}/src/{}", event.at) },
            ms: event.ms,
            say: say.replace("{thread}", lesson.name(&step.thread)),
            stage: stage.take(),
            ask: ask.take(),
            reads: std::mem::take(&mut reads),
            wakes: std::mem::take(&mut wakes),
            is_lost: std::mem::take(&mut is_lost),
        });
    }
    for event in &mut shown {
        event.say = with_numbers(&event.say, &numbers, id)?;
    }
    let visible = lesson.things.values().filter(|thing| !thing.r#box.is_empty()).count();
    if shown.len() > MOST_EVENTS || visible > MOST_THINGS {
        return Err(Failure::new(format!("{id}: {} events and {visible} things are too many", shown.len())));
    }
    let tab = lesson.runs.iter().find(|run| run.id == *id).map(|run| run.tab.clone()).unwrap_or_default();
    Ok(Shown { id: id.clone(), tab, lesson: lesson.clone(), events: shown, states, numbers })
}

/// The folder of the program of a lesson.
pub fn folder(lesson: &Lesson) -> Result<String> {
    let changed = patch::changed(&lesson.patch)?;
    let folder = changed.iter().find_map(|(path, ..)| path.split_once("/src/"));
    Ok(folder.map_or("", |(folder, _)| folder).to_owned())
}

/// The text with the number of the event in place of `[[task 0/look/1]]`.
fn with_numbers(text: &str, numbers: &BTreeMap<String, usize>, run: &str) -> Result<String> {
    let mut parts = text.split("[[");
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (key, rest) = part.split_once("]]").unwrap_or((part, ""));
        let number = numbers
            .get(key)
            .ok_or_else(|| Failure::new(format!("{run}: “{text}” names {key}, which does not happen")))?;
        let _ = write!(whole, "event {number}{rest}");
    }
    Ok(whole)
}
