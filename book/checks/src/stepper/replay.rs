//! Replays a recording: finds the state after each event, and refuses what cannot have happened.

use super::event::{Event, TIMEOUT};
use super::lesson::Lesson;
use crate::{Failure, Result};
use serde::Serialize;
use std::collections::BTreeMap;

/// The names of things that have a meaning here.
const READY: &str = "ready";
const OUTPUT: &str = "output";

/// How a thing is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct State {
    /// `new`, `queued`, `running`, `waiting`, `resting`, `done` or `stuck`; empty for what has no state.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub is: String,
    /// What it does, or its value.
    pub what: String,
    /// What it holds; nothing for what cannot hold anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holds: Option<Vec<String>>,
}

/// All things that are there, by their names.
pub type States = BTreeMap<String, State>;

/// What an event does.
#[derive(Clone, Debug, Default)]
pub struct Step {
    /// The state after it.
    pub after: States,
    /// The things that it looks at.
    pub reads: Vec<String>,
    /// The thing that it wakes, or would wake if the wake-up were not lost.
    pub wakes: Option<String>,
    /// Whether the wake-up is lost.
    pub is_lost: bool,
}

/// The steps of a recording. The first one is the state before it, and no event.
///
/// # Errors
///
/// If an event cannot have happened in the state before it.
pub fn replay(lesson: &Lesson, events: &[Event]) -> Result<Vec<Step>> {
    let mut states = States::new();
    for (id, start) in &lesson.start {
        states.insert(id.clone(), State { is: start.is.clone(), what: start.what.clone(), holds: start.holds.clone() });
    }
    let mut steps = vec![Step { after: states.clone(), ..Step::default() }];
    for (number, event) in events.iter().enumerate() {
        let mut step = Step { after: states, ..Step::default() };
        let mut scene = Scene { lesson, event, step: &mut step };
        scene.apply().map_err(|failure| {
            failure.context(format!("event {} ({} {} {})", number + 1, event.by, event.kind, event.of))
        })?;
        if let Some(unknown) = step.after.keys().find(|id| !lesson.things.contains_key(*id)) {
            return Err(Failure::new(format!("event {}: the lesson has no thing called {unknown}", number + 1)));
        }
        states = step.after.clone();
        steps.push(step);
    }
    Ok(steps)
}

/// An event that is being applied to the state before it.
struct Scene<'a> {
    lesson: &'a Lesson,
    event: &'a Event,
    step: &'a mut Step,
}

impl Scene<'_> {
    fn state(&mut self, id: &str) -> &mut State {
        self.step.after.entry(id.to_owned()).or_default()
    }

    fn is(&self, id: &str) -> &str {
        self.step.after.get(id).map_or("", |state| &state.is)
    }

    fn holds(&self, id: &str) -> &[String] {
        self.step.after.get(id).and_then(|state| state.holds.as_deref()).unwrap_or_default()
    }

    fn become_(&mut self, id: &str, is: &str, what: &str) {
        let state = self.state(id);
        (state.is, state.what) = (is.to_owned(), what.to_owned());
    }

    fn list(&mut self, id: &str) -> &mut Vec<String> {
        self.state(id).holds.get_or_insert_default()
    }

    /// The thread that acts: the one of the task, if a task does.
    fn thread(&self) -> String {
        let on = self.lesson.things.get(&self.event.by).map(|thing| thing.on.clone()).filter(|on| !on.is_empty());
        on.unwrap_or_else(|| self.event.by.clone())
    }

    fn apply(&mut self) -> Result {
        let Event { by, kind, of, value, .. } = self.event;
        let task = if of.is_empty() { by } else { of };
        self.acts_while_it_can()?;
        match kind.as_str() {
            // Values, and what is looked at.
            "new" if value.is_empty() => drop(self.list(of)),
            "new" | "set" => self.state(of).what.clone_from(value),
            "look" => self.look(of, value)?,
            "push" => self.list(of).push(value.clone()),
            "pull" => self.pull(of, value)?,
            "print" => self.list(OUTPUT).push(of.clone()),
            "say" => self.state(task).what.clone_from(value),
            // Tasks.
            "queue" | "wake" => self.queue(of)?,
            "poll" => self.poll(of)?,
            "pending" => self.pending(task),
            "ready" => self.ends_turn(task, "done", value),
            // Wakers.
            "leave" => *self.list(of) = vec![if value.is_empty() { by.clone() } else { value.clone() }],
            "take" => {
                ensure(!self.holds(of).is_empty(), || format!("{of} holds no waker that could be taken"))?;
                self.list(of).clear();
            }
            "miss" => {
                ensure(self.holds(of).is_empty(), || format!("{of} holds a waker, and is said to hold none"))?;
                (self.step.is_lost, self.step.wakes) = (true, Some(value.clone()).filter(|task| !task.is_empty()));
                self.step.reads.push(of.clone());
            }
            // Threads.
            "thread" => self.become_(of, "running", value),
            "end" => self.become_(task, "done", ""),
            "park" => self.park()?,
            "unpark" => self.unpark(of),
            "barrier" => self.barrier(of, value)?,
            "rest" => self.become_(task, "resting", value),
            "wait" => self.become_(task, "waiting", value),
            "go on" => self.become_(task, "running", value),
            "give up" => self.give_up()?,
            unknown => return Err(Failure::new(format!("there is no kind of event called {unknown}"))),
        }
        Ok(())
    }

    /// Only what runs can act. What a task does, its thread does.
    fn acts_while_it_can(&self) -> Result {
        let by = &self.event.by;
        let is_outside = by == TIMEOUT || self.lesson.things.get(by).is_none_or(|thing| thing.r#box.is_empty());
        let may_return = ["go on", "park"].contains(&self.event.kind.as_str());
        let runs = matches!(self.is(by), "running" | "") || self.is(by) == "done" && self.event.kind == "end";
        ensure(is_outside || may_return || runs, || format!("{by} acts, and is {}", self.is(by)))
    }

    fn look(&mut self, of: &str, value: &str) -> Result {
        let seen = self.step.after.get(of).map_or("", |state| &state.what);
        ensure(value.is_empty() || value == seen, || format!("{of} is “{seen}”, and is seen as “{value}”"))?;
        self.step.reads.push(of.to_owned());
        Ok(())
    }

    fn pull(&mut self, of: &str, value: &str) -> Result {
        let place = self.holds(of).iter().position(|one| one == value);
        let place = place.ok_or_else(|| Failure::new(format!("{of} does not hold {value}")))?;
        self.list(of).remove(place);
        Ok(())
    }

    /// A task comes into the queue. A task that is in it already cannot come into it a second time; one that runs is polled again.
    fn queue(&mut self, task: &str) -> Result {
        ensure(!self.holds(READY).iter().any(|one| one == task), || format!("{task} is in the queue already"))?;
        ensure(self.is(task) != "done", || format!("{task} is done, and is woken"))?;
        self.list(READY).push(task.to_owned());
        if self.is(task) != "running" {
            self.become_(task, "queued", "");
        }
        if task != self.event.by {
            self.step.wakes = Some(task.to_owned());
        }
        Ok(())
    }

    /// A task is polled only if it is the next one in the queue.
    fn poll(&mut self, task: &str) -> Result {
        let place = self.holds(READY).iter().position(|one| one == task);
        let may_be_later = self.lesson.ready_is_a_set;
        ensure(place == Some(0) || may_be_later && place.is_some(), || {
            format!("{task} is polled, and the queue is {:?}", self.holds(READY))
        })?;
        self.list(READY).remove(place.unwrap_or_default());
        self.become_(task, "running", "");
        let (thread, name) = (self.thread(), self.lesson.name(task).to_owned());
        self.become_(&thread, "running", &format!("polls {name}"));
        Ok(())
    }

    fn pending(&mut self, task: &str) {
        let is = if self.holds(READY).iter().any(|one| one == task) { "queued" } else { "waiting" };
        self.ends_turn(task, is, &self.event.value.clone());
    }

    fn ends_turn(&mut self, task: &str, is: &str, what: &str) {
        self.become_(task, is, what);
        let thread = self.thread();
        if thread != task {
            self.become_(&thread, "running", "");
        }
    }

    /// A thread parks only if the queue is empty. If an `unpark` was noted, it goes on at once.
    fn park(&mut self) -> Result {
        ensure(self.holds(READY).is_empty(), || format!("it parks, and the queue is {:?}", self.holds(READY)))?;
        self.step.reads.push(READY.to_owned());
        let (by, token) = (self.event.by.clone(), format!("unpark {}", self.event.by));
        if self.step.after.get(&token).is_some_and(|state| state.what == "yes") {
            self.state(&token).what = "no".to_owned();
        } else {
            self.become_(&by, "resting", "parked");
        }
        Ok(())
    }

    fn unpark(&mut self, thread: &str) {
        if self.is(thread) == "resting" {
            self.become_(thread, "running", "");
            self.step.wakes = Some(thread.to_owned());
        } else {
            self.state(&format!("unpark {thread}")).what = "yes".to_owned();
        }
    }

    /// A thread waits at a barrier until as many are there as it is made for.
    fn barrier(&mut self, barrier: &str, parties: &str) -> Result {
        let parties: usize = parties.parse().map_err(|_| Failure::new(format!("{barrier}: for how many threads?")))?;
        let (by, thread) = (self.event.by.clone(), self.thread());
        self.list(barrier).push(thread.clone());
        if self.holds(barrier).len() < parties {
            self.become_(&thread, "waiting", "at the barrier");
            if by != thread {
                self.state(&by).what = "at the barrier".to_owned();
            }
            return Ok(());
        }
        for there in std::mem::take(self.list(barrier)) {
            self.become_(&there, "running", "");
        }
        let tasks: Vec<String> = self
            .step
            .after
            .iter()
            .filter(|(_, state)| state.what == "at the barrier")
            .map(|(id, _)| id.clone())
            .collect();
        tasks.into_iter().for_each(|task| self.state(&task).what.clear());
        Ok(())
    }

    /// Nothing more happens: this is so only if the queue is empty. Tasks that wait would wait forever.
    fn give_up(&mut self) -> Result {
        ensure(self.holds(READY).is_empty(), || {
            format!("nothing more happens, and the queue is {:?}", self.holds(READY))
        })?;
        let waiting = self.step.after.values_mut().filter(|state| state.is == "waiting");
        waiting.for_each(|state| (state.is, state.what) = ("stuck".to_owned(), "would wait forever".to_owned()));
        Ok(())
    }
}

fn ensure(holds: bool, problem: impl FnOnce() -> String) -> Result {
    if holds { Ok(()) } else { Err(Failure::new(problem())) }
}
