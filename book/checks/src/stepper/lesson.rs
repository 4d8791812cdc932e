//! What an author says of a recording: names, sentences, questions.

use super::event::Event;
use crate::{Failure, Result, files, read};
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};

/// The folder of the frames.
pub const FOLDER: &str = "book/steppers";

/// The names of all frames.
pub fn frames() -> Vec<String> {
    let lessons = files(FOLDER).into_iter();
    lessons
        .filter_map(|file| Some(file.strip_prefix(&format!("{FOLDER}/"))?.strip_suffix("/lesson.json")?.to_owned()))
        .collect()
}

/// The lesson of a frame.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lesson {
    /// The program that is recorded, unless a run has one of its own.
    #[serde(default)]
    pub program: String,
    /// The patch with its hooks, unless a run has one of its own.
    #[serde(default)]
    pub patch: String,
    /// Whether times mean something: how far apart two events are, and not only which came first.
    #[serde(default)]
    pub times: bool,
    /// Whether the ready queue gives its tasks out in another order than that in which they came.
    #[serde(default)]
    pub ready_is_a_set: bool,
    /// Whether the executor has no wakers, and puts a task that has paused back into the queue.
    #[serde(default)]
    pub no_wakers: bool,
    /// Threads that do the same work: which of them does what is for the machine to say. In a sentence's key, all of them have the
    /// name of their pool.
    #[serde(default)]
    pub pools: BTreeMap<String, Vec<String>>,
    /// The recordings, in the order in which they are shown.
    pub runs: Vec<Described>,
    /// The boxes of the state, in their order: a name, and what is written above it.
    pub boxes: Vec<(String, String)>,
    /// All that is ever shown.
    pub things: BTreeMap<String, Thing>,
    /// The things with a row in the timeline.
    pub lanes: Vec<String>,
    /// The state before the first event, of a thing in all runs, or in one alone (`lost:task 0`).
    #[serde(default)]
    pub start: BTreeMap<String, Start>,
    /// The headings of the timeline, each at the event with which its stage begins.
    #[serde(default)]
    pub stages: BTreeMap<String, String>,
    /// What is said of each event. An event of which nothing is said (`""`) is shown together with the next one,
    /// and with the one before it if this is said: `"^"`.
    pub say: BTreeMap<String, String>,
    /// What is asked before an event.
    #[serde(default)]
    pub ask: BTreeMap<String, Question>,
}

/// A run of the program.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Described {
    /// The name of its file and the beginning of its fragments.
    pub id: String,
    /// What it is called, above its timeline.
    pub tab: String,
    /// What the program is told when it is started.
    #[serde(default)]
    pub arguments: Vec<String>,
    /// Whether the program would run forever, and is ended from outside.
    #[serde(default)]
    pub never_ends: bool,
    /// Its own program.
    #[serde(default)]
    pub program: String,
    /// The patch of its own program.
    #[serde(default)]
    pub patch: String,
    /// What the program finds in its environment.
    #[serde(default)]
    pub environment: BTreeMap<String, String>,
    /// What its clients do, if it is a server.
    #[serde(default)]
    pub clients: Vec<Act>,
    /// Events at which the program is held until another event has happened.
    #[serde(default)]
    pub hold: BTreeMap<String, String>,
    /// The event with which the recording ends, if the program goes on.
    #[serde(default)]
    pub until: String,
}

/// What a client does, from outside.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Act {
    /// The event after which it does so, before the program goes on.
    pub when: String,
    /// How many milliseconds after it, while the program goes on.
    #[serde(default)]
    pub after: u64,
    /// The client.
    pub client: String,
    /// It connects and sends a request for this route.
    #[serde(default)]
    pub asks: Option<String>,
    /// It sends this line, and connects before if it has not yet. An empty line is none: it only connects.
    #[serde(default)]
    pub sends: Option<String>,
}

/// Something that is shown: a thread, a task, a queue, a flag.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thing {
    /// The runs in which it is; all of them unless said.
    #[serde(default)]
    pub only: Vec<String>,
    /// The box it is in. Without one, it is only on the timeline.
    #[serde(default)]
    pub r#box: String,
    /// What it is called; its id unless given.
    #[serde(default)]
    pub name: String,
    /// The thread on which a task runs.
    #[serde(default)]
    pub on: String,
    /// Whether its name is code.
    #[serde(default)]
    pub code: bool,
    /// What is said when it holds nothing.
    #[serde(default)]
    pub none: String,
    /// Whether what it holds is shown as lines of output.
    #[serde(default)]
    pub lines: bool,
}

/// How something is before the first event.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Start {
    /// Its state.
    #[serde(default)]
    pub is: String,
    /// What it does, or its value.
    #[serde(default)]
    pub what: String,
    /// What it holds.
    #[serde(default)]
    pub holds: Option<Vec<String>>,
}

/// A question, and its answers.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// The question.
    pub text: String,
    /// It is about the next event of one of these kinds.
    pub about: Vec<String>,
    /// The answers, among which one is right.
    pub answers: Vec<Answer>,
}

/// An answer.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The answer.
    pub text: String,
    /// Why it is right, or wrong.
    pub because: String,
    /// The answer is right if the event that the question is about has these parts.
    pub when: BTreeMap<String, String>,
}

impl Question {
    /// Which of the answers is right, by what happened from this event on.
    pub fn right(&self, events: &[Event]) -> Result<usize> {
        let event = events.iter().find(|event| self.about.contains(&event.kind));
        let event = event.ok_or_else(|| Failure::new(format!("“{}”: what it is about does not happen", self.text)))?;
        let part = |name: &str| match name {
            "by" => &event.by,
            "kind" => &event.kind,
            "of" => &event.of,
            _ => &event.value,
        };
        let is_right = |answer: &Answer| answer.when.iter().all(|(name, wanted)| part(name) == wanted);
        let right: Vec<usize> = (0..self.answers.len()).filter(|&index| is_right(&self.answers[index])).collect();
        let [right] = right[..] else {
            return Err(Failure::new(format!("“{}”: {} answers are right: {event:?}", self.text, right.len())));
        };
        Ok(right)
    }
}

/// What is said for this event of this run: for all runs, or for this one alone (`lost:task 0/look/1`).
pub fn entry<'a, T>(entries: &'a BTreeMap<String, T>, run: &str, key: &str) -> Option<&'a T> {
    entries.get(&format!("{run}:{key}")).or_else(|| entries.get(key))
}

impl Lesson {
    /// The lesson of a frame.
    pub fn read(frame: &str) -> Result<Self> {
        let file = format!("{FOLDER}/{frame}/lesson.json");
        serde_json::from_str(&read(&file)?).map_err(|error| Failure::new(format!("{file}: {error}")))
    }

    /// The same for one run: with its program, and without what is only in the others.
    #[must_use]
    pub fn of(&self, run: &Described) -> Self {
        let mut lesson = self.clone();
        if !run.program.is_empty() {
            (lesson.program, lesson.patch) = (run.program.clone(), run.patch.clone());
        }
        lesson.things.retain(|_, thing| thing.only.is_empty() || thing.only.contains(&run.id));
        lesson.lanes.retain(|lane| lesson.things.contains_key(lane));
        let starts = std::mem::take(&mut lesson.start).into_iter();
        let starts = starts.map(|(id, start)| match id.split_once(':') {
            Some((other, _)) if other != run.id => (String::new(), start),
            Some((_, id)) => (id.to_owned(), start),
            None => (id, start),
        });
        lesson.start = starts.filter(|(id, _)| lesson.things.contains_key(id)).collect();
        lesson.boxes.retain(|(id, _)| lesson.things.values().any(|thing| thing.r#box == *id));
        lesson
    }

    /// By what a sentence is tied to each event: `task 0/look/1`.
    pub fn keys(&self, events: &[Event]) -> Vec<String> {
        let mut counts = HashMap::new();
        let mut keys = Vec::new();
        for Event { by, kind, .. } in events {
            let actor = self.actor(by);
            let count = counts.entry((actor, kind)).and_modify(|count| *count += 1).or_insert(1);
            keys.push(format!("{actor}/{kind}/{count}"));
        }
        keys
    }

    /// Who acts, as far as two runs agree in it: a thread, or its pool.
    pub fn actor<'a>(&'a self, by: &'a str) -> &'a str {
        self.pool(by).map_or(by, |(pool, _)| pool)
    }

    /// The pool of a thread.
    pub fn pool(&self, thread: &str) -> Option<(&String, &Vec<String>)> {
        self.pools.iter().find(|(_, threads)| threads.iter().any(|one| one == thread))
    }

    /// What a thing is called.
    pub fn name<'a>(&'a self, id: &'a str) -> &'a str {
        self.things.get(id).map(|thing| thing.name.as_str()).filter(|name| !name.is_empty()).unwrap_or(id)
    }

    /// What this lesson says of events that do not happen, and does not say of those that do.
    pub fn problems(&self, runs: &[(&str, &[Event])]) -> Vec<String> {
        let mut problems = Vec::new();
        let mut known = Vec::new();
        for (run, events) in runs {
            for key in self.keys(events) {
                if entry(&self.say, run, &key).is_none() {
                    problems.push(format!("{run}: nothing is said of {key}"));
                }
                known.extend([format!("{run}:{key}"), key]);
            }
        }
        let named = self.say.keys().chain(self.stages.keys()).chain(self.ask.keys());
        problems.extend(named.filter(|key| !known.contains(key)).map(|key| format!("{key} does not happen")));
        problems
    }
}
