//! Replays a recording: finds the state after each event, and refuses what cannot have happened.

use super::event::{Event, TIMEOUT};
use super::lesson::Lesson;
use crate::{Failure, Result};
use serde::Serialize;
use std::collections::BTreeMap;

/// The names of things that have a meaning here.
const READY: &str = "ready";
const OUTPUT: &str = "output";
const BACKLOG: &str = "backlog";
const RECEIVED: &str = "received";
/// What the program has read and will send back, and what it has sent back.
const KEPT: &str = "kept";
const LINE: &str = "line";
const PERMIT: &str = "permit";
const WAITS: &str = "waits";
const SENT: &str = "sent back";
/// What a task does that sleeps.
const SLEEPS: &str = "until its timer is due";
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
            "push" => self.list(of).push(value.clone()),
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
            // Clients, and tasks that serve them.
            "connect" => self.connect(of)?,
            "send" => self.list(RECEIVED).push(format!("{by}: {of}")),
            "receive" => self.receive(of)?,
            "accept" => self.accept(of, value)?,
            "answer" => self.answer(of)?,
            "reply" => self.reply(of)?,
            "begin" => self.begin()?,
            "sleep" => self.ends_turn(by, "waiting", SLEEPS),
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
            "go on" => self.become_(task, "running", value),
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

    /// A task is woken while it runs. It cannot come into the queue before its turn is over, so this is noted.
    fn notify(&mut self, task: &str) -> Result {
        ensure(self.is(task) == "running", || format!("{task} is woken in its turn, and is {}", self.is(task)))?;
        self.state(task).what = NOTED.to_owned();
        if task != self.event.by {
            self.step.wakes = Some(task.to_owned());
        }
        Ok(())
    }

    fn pending(&mut self, task: &str) {
        let is = if self.holds(READY).iter().any(|one| one == task) { "queued" } else { "waiting" };
        let is_noted = self.step.after.get(task).is_some_and(|state| state.what == NOTED);
        self.ends_turn(task, is, if is_noted { NOTED } else { &self.event.value });
    }

    fn ends_turn(&mut self, task: &str, is: &str, what: &str) {
        self.become_(task, is, what);
        let thread = self.thread();
        if thread == task {
            return;
        }
        self.become_(&thread, "running", "");
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

    /// A client connects once. The kernel keeps the connection until the program accepts it.
    fn connect(&mut self, words: &str) -> Result {
        let by = self.event.by.clone();
        ensure(matches!(self.is(&by), "" | "new"), || format!("{by} connects, and is {}", self.is(&by)))?;
        self.become_(&by, "waiting", "in the backlog");
        self.list(BACKLOG).push(by.clone());
        if !words.is_empty() && self.lesson.things.contains_key(RECEIVED) {
            self.list(RECEIVED).push(format!("{by}: {words}"));
        }
        Ok(())
    }

    /// The program reads what a client has sent, and no more.
    fn receive(&mut self, client: &str) -> Result {
        let begins = format!("{client}: ");
        let place = self.holds(RECEIVED).iter().position(|one| one.starts_with(&begins));
        let place = place.ok_or_else(|| Failure::new(format!("{client} has sent nothing that could be read")))?;
        let line = self.list(RECEIVED).remove(place);
        self.list(KEPT).push(line);
        Ok(())
    }

    /// The program sends a line back that it has read, and once.
    fn reply(&mut self, client: &str) -> Result {
        let begins = format!("{client}: ");
        let place = self.holds(KEPT).iter().position(|one| one.starts_with(&begins));
        let place = place.ok_or_else(|| Failure::new(format!("{client} gets a line that it has not sent")))?;
        let line = self.list(KEPT).remove(place);
        self.list(SENT).push(line);
        Ok(())
    }

    /// Connections are accepted in the order in which they came. If a task is made for this one, the task is queued.
    fn accept(&mut self, client: &str, task: &str) -> Result {
        let first = self.holds(BACKLOG).first().is_some_and(|first| first == client);
        ensure(first, || format!("{client} is accepted, and the backlog is {:?}", self.holds(BACKLOG)))?;
        self.list(BACKLOG).remove(0);
        // The client may be a state machine of the program, which waits from now on.
        let is_machine = self.lesson.things.get(client).is_some_and(|thing| !thing.on.is_empty());
        self.become_(client, if is_machine { "waiting" } else { "served" }, "");
        let (by, thread) = (self.event.by.clone(), self.thread());
        self.become_(&thread, "running", "");
        if by != thread {
            self.become_(&by, "running", "");
        }
        if !task.is_empty() {
            self.become_(task, "queued", "");
        }
        Ok(())
    }

    /// A client is answered after its connection was accepted, and once.
    fn answer(&mut self, client: &str) -> Result {
        ensure(self.is(client) == "served", || format!("{client} is answered, and is {}", self.is(client)))?;
        self.become_(client, "done", "answered");
        Ok(())
    }

    /// A permit is free only if no task is in line: none overtakes another.
    fn acquire(&mut self) -> Result {
        let holder = self.state(PERMIT).what.clone();
        ensure(holder == "free" && self.holds(LINE).is_empty(), || {
            format!("a permit is taken that is {holder}, and the line is {:?}", self.holds(LINE))
        })?;
        self.state(PERMIT).what = format!("held by {}", self.event.by);
        Ok(())
    }

    /// A permit is handed to the first task in line, which does not know it before it is polled.
    fn hand(&mut self, task: &str) -> Result {
        let is_first = self.holds(LINE).first().is_some_and(|first| first == task);
        ensure(is_first, || format!("a permit is handed to {task}, and the line is {:?}", self.holds(LINE)))?;
        self.list(LINE).remove(0);
        self.state(PERMIT).what = format!("handed to {task}");
        self.become_(task, "queued", "called");
        self.step.wakes = Some(task.to_owned());
        Ok(())
    }

    /// A task that is polled finds the permit that it was handed.
    fn got(&mut self) -> Result {
        let by = self.event.by.clone();
        let holder = self.state(PERMIT).what.clone();
        ensure(holder == format!("handed to {by}"), || format!("{by} gets a permit that is {holder}"))?;
        self.state(PERMIT).what = format!("held by {by}");
        self.become_(&by, "running", "");
        Ok(())
    }

    /// A task is cancelled after it was handed a permit, and before it was polled.
    fn pass_on(&mut self, task: &str) -> Result {
        let holder = self.state(PERMIT).what.clone();
        ensure(holder == format!("handed to {task}"), || format!("{task} passes on a permit that is {holder}"))?;
        self.state(PERMIT).what = format!("passed on by {task}");
        self.become_(task, "done", "cancelled");
        Ok(())
    }

    fn free(&mut self) -> Result {
        ensure(self.holds(LINE).is_empty(), || {
            format!("a permit becomes free, and the line is {:?}", self.holds(LINE))
        })?;
        self.state(PERMIT).what = "free".to_owned();
        Ok(())
    }

    /// A future is dropped before it has begun, or while it waits.
    fn drop(&mut self, future: &str) -> Result {
        ensure(matches!(self.is(future), "new" | "waiting"), || {
            format!("{future} is dropped, and is {}", self.is(future))
        })?;
        self.become_(future, "done", "dropped");
        Ok(())
    }

    /// What a task waits for has come, and the loop takes it out of those that wait.
    fn over(&mut self, task: &str) -> Result {
        ensure(self.is(task) == "waiting", || format!("the wait of {task} is over, and it is {}", self.is(task)))?;
        self.pull(WAITS, task)?;
        self.become_(task, "queued", "");
        self.step.wakes = Some(task.to_owned());
        Ok(())
    }

    /// A task begins a turn that it was queued for, or a new future its first one.
    fn begin(&mut self) -> Result {
        let (by, thread) = (self.event.by.clone(), self.thread());
        ensure(matches!(self.is(&by), "new" | "queued"), || format!("{by} begins a turn, and is {}", self.is(&by)))?;
        self.become_(&by, "running", "");
        let name = self.lesson.name(&by).to_owned();
        self.become_(&thread, "running", &format!("polls {name}"));
        Ok(())
    }

    /// A timer wakes a task only if the task has set it, and a thread only if it rests.
    fn due(&mut self, task: &str) -> Result {
        if self.is(task) == "resting" {
            self.become_(task, "running", "");
            self.step.wakes = Some(task.to_owned());
            return Ok(());
        }
        let sleeps = self.step.after.get(task).is_some_and(|state| state.is == "waiting" && state.what == SLEEPS);
        ensure(sleeps, || format!("a timer wakes {task}, which has set none"))?;
        self.become_(task, "queued", "");
        self.step.wakes = Some(task.to_owned());
        Ok(())
    }

    /// A thread rests only if none of its tasks could go on, and the queue is empty. Those that run wait from now on. (Where there is a
    /// pool, its threads poll the tasks.)
    fn rest(&mut self) -> Result {
        let thread = self.thread();
        ensure(self.holds(READY).is_empty(), || format!("{thread} rests, and the queue is {:?}", self.holds(READY)))?;
        let has_pool = self.lesson.things.keys().any(|id| self.lesson.pool(id).is_some());
        let on = |id: &&String| self.lesson.things.get(*id).is_some_and(|thing| thing.on == thread);
        let tasks: Vec<String> = self.step.after.keys().filter(|id| !has_pool && on(id)).cloned().collect();
        for task in tasks {
            ensure(self.is(&task) != "queued", || format!("{thread} rests, and {task} is queued"))?;
            if self.is(&task) == "running" {
                self.become_(&task, "waiting", &self.event.value.clone());
            }
        }
        self.become_(&thread, "resting", "");
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
