//! Replays a recording: finds the state after each event, and refuses what cannot have happened.

mod rules;
mod wake;

use super::event::{Event, TIMEOUT};
use super::lesson::Lesson;
use crate::{Failure, Result};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// The names of things that have a meaning here.
const READY: &str = "ready";
const OUTPUT: &str = "output";
const BACKLOG: &str = "backlog";
const RECEIVED: &str = "received";
const TIMERS: &str = "timers";
/// What the program has read and will send back, and what it has sent back.
const KEPT: &str = "kept";
const LINE: &str = "line";
const PERMIT: &str = "permit";
const WAITS: &str = "waits";
const SENT: &str = "sent back";
/// What a client does that is not accepted yet.
const IN_THE_BACKLOG: &str = "in the backlog";
/// What a task does that sleeps.
const SLEEPS: &str = "until its timer is due";
/// What a thread or a task does that waits for another thread.
const AT_THE_BARRIER: &str = "at the barrier";
/// What is noted of a task that is woken while it runs.
const NOTED: &str = "woken meanwhile";

/// How a thing is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct State {
    /// `new`, `queued`, `running`, `waiting`, `served`, `resting`, `done` or `stuck`; empty for what has no state.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub is: String,
    /// What it does, or its value.
    pub what: String,
    /// What it holds; nothing for what cannot hold anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holds: Option<Vec<String>>,
}

/// Where the wakers are, as far as the state that is shown does not say it.
#[derive(Default)]
struct Wakers {
    /// The tasks that were woken for the first time.
    spawned: BTreeSet<String>,
    /// The wakers that were taken and not called yet: the actor that has one, and the task that it wakes.
    taken: Vec<(String, String)>,
    /// For each timer the task that has set it, and left its waker there.
    timers: BTreeMap<String, String>,
    /// For each thread the task that it has polled last, and that has paused.
    paused: BTreeMap<String, String>,
}

impl Wakers {
    fn begin_turn(&mut self, thread: &str) {
        self.paused.remove(thread);
    }

    fn end_turn(&mut self, thread: String, task: &str) {
        self.paused.insert(thread, task.to_owned());
    }
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
    /// The thread on which it is done.
    pub thread: String,
    /// The thing that it wakes, or would wake if the wake-up were not lost.
    pub wakes: Option<String>,
    /// Whether the wake-up is lost.
    pub is_lost: bool,
}

/// The steps of a recording. The first one is the state before it, and no event.
pub fn replay(lesson: &Lesson, events: &[Event]) -> Result<Vec<Step>> {
    let mut states = States::new();
    for (id, start) in &lesson.start {
        states.insert(id.clone(), State { is: start.is.clone(), what: start.what.clone(), holds: start.holds.clone() });
    }
    let mut wakers = Wakers::default();
    let mut steps = vec![Step { after: states.clone(), ..Step::default() }];
    for (number, event) in events.iter().enumerate() {
        let mut step = Step { after: states, ..Step::default() };
        let mut scene = Scene { lesson, event, step: &mut step, wakers: &mut wakers };
        scene.step.thread = scene.thread();
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
    wakers: &'a mut Wakers,
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
        if !self.event.on.is_empty() {
            return self.event.on.clone();
        }
        let on = self.lesson.things.get(&self.event.by).map(|thing| thing.on.clone()).filter(|on| !on.is_empty());
        on.unwrap_or_else(|| self.event.by.clone())
    }

    fn apply(&mut self) -> Result {
        let Event { by, kind, of, value, .. } = self.event;
        let task = if of.is_empty() { by } else { of };
        self.acts_while_it_can()?;
        self.moves();
        match kind.as_str() {
            // Values, and what is looked at.
            "new" if value.is_empty() => drop(self.list(of)),
            "new" | "set" => self.state(of).what.clone_from(value),
            "look" => self.look(of, value)?,
            "push" => self.push(of, value),
            "pull" => self.pull(of, value)?,
            "print" => self.list(OUTPUT).push(of.clone()),
            "say" => self.state(task).what.clone_from(value), // of itself: what it does
            // Tasks.
            "queue" | "wake" => self.queue(of)?,
            "notify" => self.notify(of)?,
            "returns" if self.state(by).what == NOTED => {}
            "returns" => self.state(by).what = "has returned".to_owned(),
            "poll" => self.poll(of)?,
            "pending" => self.pending(task),
            "ready" => self.ends_turn(task, "done", value),
            // Wakers.
            "leave" => *self.list(of) = vec![by.clone()], // nothing else can: it comes from the context of the task
            "take" => self.take(of)?,
            "miss" => {
                ensure(self.holds(of).is_empty(), || format!("{of} holds a waker, and is said to hold none"))?;
                (self.step.is_lost, self.step.wakes) = (true, Some(value.clone()).filter(|task| !task.is_empty()));
                self.step.reads.push(of.clone());
            }
            // Clients, and tasks that serve them.
            "connect" => self.connect(of)?,
            "send" => self.list(RECEIVED).push(format!("{by}: {of}")),
            "receive" => self.receive(of)?,
            "accept" => self.accept(of, value)?,
            "answer" => self.answer(of)?,
            "reply" => self.reply(of)?,
            "begin" => self.begin()?,
            "sleep" => self.ends_turn(by, "waiting", SLEEPS),
            "yield" => self.ends_turn(by, "queued", ""),
            "due" => self.due(of)?,
            // A place in line, and a permit.
            "acquire" => self.acquire()?,
            "join" => self.list(LINE).push(by.clone()),
            "hand" => self.hand(of)?,
            "got" => self.got()?,
            "leave line" => self.pull(LINE, of).map(|()| self.become_(of, "done", "cancelled"))?,
            "pass on" => self.pass_on(of)?,
            "free" => self.free()?,
            // Futures that nothing has polled yet, and that are dropped.
            "make" => self.become_(of, "new", ""),
            "drop" => self.drop(of)?,
            "over" => self.over(of)?,
            // Threads.
            "thread" => self.become_(of, "running", value),
            "end" => self.become_(task, "done", ""),
            "park" => self.park()?,
            "unpark" => self.unpark(of),
            "barrier" => self.barrier(of, value)?,
            "rest" => self.rest()?,
            "wait" => self.become_(task, "waiting", value),
            "go on" => self.go_on(task),
            "give up" => self.give_up()?,
            unknown => return Err(Failure::new(format!("there is no kind of event called {unknown}"))),
        }
        self.rest_of_pools();
        Ok(())
    }

    /// Only what runs can act. What a task does, its thread does.
    fn acts_while_it_can(&self) -> Result {
        let by = &self.event.by;
        let is_outside = by == TIMEOUT
            || ["connect", "send"].contains(&self.event.kind.as_str())
            || self.lesson.things.get(by).is_none_or(|thing| thing.r#box.is_empty());
        let may_return = ["go on", "park", "accept", "begin", "got"].contains(&self.event.kind.as_str());
        let is_called = self.event.kind == "poll" && self.lesson.pool(by).is_some(); // a thread of a pool comes by itself
        let runs =
            is_called || matches!(self.is(by), "running" | "") || self.is(by) == "done" && self.event.kind == "end";
        ensure(is_outside || may_return || runs, || format!("{by} acts, and is {}", self.is(by)))
    }

    /// A task that has paused and been polled again, of which nothing is recorded, may be on another thread of the pool now.
    fn moves(&mut self) {
        let (now, polls) = (&self.event.on, format!("polls {}", self.lesson.name(&self.event.by)));
        if now.is_empty() || self.is(&self.event.by) != "running" {
            return;
        }
        for (_, state) in self.step.after.iter_mut().filter(|(id, state)| *id != now && state.what == polls) {
            state.what.clear();
        }
        let now = now.clone();
        self.become_(&now, "running", &polls);
    }

    /// The threads of a pool that have nothing to do rest.
    fn rest_of_pools(&mut self) {
        let after = &mut self.step.after;
        if after.values().any(|state| state.is == "queued" || state.what == NOTED) {
            return;
        }
        for (id, state) in after.iter_mut().filter(|(id, _)| self.lesson.pool(id).is_some()) {
            if state.is == "running" && state.what.is_empty() && *id != self.event.by {
                state.is = "resting".to_owned();
            }
        }
    }
}

fn ensure(holds: bool, problem: impl FnOnce() -> String) -> Result {
    if holds { Ok(()) } else { Err(Failure::new(problem())) }
}
