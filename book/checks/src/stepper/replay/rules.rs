//! The rules: what each kind of event changes, and what must be so before it.

use super::{AT_THE_BARRIER, BACKLOG, IN_THE_BACKLOG, KEPT, LINE, NOTED, PERMIT};
use super::{READY, RECEIVED, SENT, SLEEPS, Scene, WAITS, ensure};
use crate::{Failure, Result};

impl Scene<'_> {
    pub(super) fn look(&mut self, of: &str, value: &str) -> Result {
        let seen = self.step.after.get(of).map_or("", |state| &state.what);
        ensure(value.is_empty() || value == seen, || format!("{of} is “{seen}”, and is seen as “{value}”"))?;
        self.step.reads.push(of.to_owned());
        Ok(())
    }

    /// A task is woken, and comes into the queue. A task that is in it already cannot come into it a second time; one that runs is
    /// polled again.
    pub(super) fn queue(&mut self, task: &str) -> Result {
        ensure(!self.holds(READY).iter().any(|one| one == task), || format!("{task} is in the queue already"))?;
        ensure(self.is(task) != "done", || format!("{task} is done, and is woken"))?;
        self.may_wake(task)?;
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
    pub(super) fn poll(&mut self, task: &str) -> Result {
        let place = self.holds(READY).iter().position(|one| one == task);
        let may_be_later = self.lesson.ready_is_a_set;
        ensure(place == Some(0) || may_be_later && place.is_some(), || {
            format!("{task} is polled, and the queue is {:?}", self.holds(READY))
        })?;
        self.list(READY).remove(place.unwrap_or_default());
        self.become_(task, "running", "");
        let (thread, name) = (self.thread(), self.lesson.name(task).to_owned());
        self.become_(&thread, "running", &format!("polls {name}"));
        self.wakers.begin_turn(&thread);
        Ok(())
    }

    /// A task is woken while it runs. It cannot come into the queue before its turn is over, so this is noted.
    pub(super) fn notify(&mut self, task: &str) -> Result {
        ensure(self.is(task) == "running", || format!("{task} is woken in its turn, and is {}", self.is(task)))?;
        self.may_wake(task)?;
        self.state(task).what = NOTED.to_owned();
        if task != self.event.by {
            self.step.wakes = Some(task.to_owned());
        }
        Ok(())
    }

    pub(super) fn pending(&mut self, task: &str) {
        let is = if self.holds(READY).iter().any(|one| one == task) { "queued" } else { "waiting" };
        let is_noted = self.step.after.get(task).is_some_and(|state| state.what == NOTED);
        self.wakers.end_turn(self.thread(), task);
        self.ends_turn(task, is, if is_noted { NOTED } else { &self.event.value });
    }

    pub(super) fn ends_turn(&mut self, task: &str, is: &str, what: &str) {
        self.become_(task, is, what);
        let thread = self.thread();
        if thread == task {
            return;
        }
        self.become_(&thread, "running", "");
    }

    /// A thread parks only if the queue is empty. If an `unpark` was noted, it goes on at once.
    pub(super) fn park(&mut self) -> Result {
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

    pub(super) fn unpark(&mut self, thread: &str) {
        if self.is(thread) == "resting" {
            self.become_(thread, "running", "");
            self.step.wakes = Some(thread.to_owned());
        } else {
            self.state(&format!("unpark {thread}")).what = "yes".to_owned();
        }
    }

    /// A thread waits at a barrier until as many are there as it is made for.
    pub(super) fn barrier(&mut self, barrier: &str, parties: &str) -> Result {
        let parties: usize = parties.parse().map_err(|_| Failure::new(format!("{barrier}: for how many threads?")))?;
        let (by, thread) = (self.event.by.clone(), self.thread());
        self.list(barrier).push(thread.clone());
        if self.holds(barrier).len() < parties {
            self.state(&thread).is = "waiting".to_owned();
            // A thread that polls a task still does; then it is the task that has come to the barrier.
            self.state(&by).what = AT_THE_BARRIER.to_owned();
            return Ok(());
        }
        for there in std::mem::take(self.list(barrier)) {
            self.state(&there).is = "running".to_owned();
        }
        let there = self.step.after.values_mut().filter(|state| state.what == AT_THE_BARRIER);
        there.for_each(|state| state.what.clear());
        Ok(())
    }

    /// A client connects once. The kernel keeps the connection until the program accepts it.
    pub(super) fn connect(&mut self, words: &str) -> Result {
        let by = self.event.by.clone();
        ensure(matches!(self.is(&by), "" | "new"), || format!("{by} connects, and is {}", self.is(&by)))?;
        self.become_(&by, "waiting", IN_THE_BACKLOG);
        self.list(BACKLOG).push(by.clone());
        if !words.is_empty() && self.lesson.things.contains_key(RECEIVED) {
            self.list(RECEIVED).push(format!("{by}: {words}"));
        }
        Ok(())
    }

    /// The program reads what a client has sent, and no more.
    pub(super) fn receive(&mut self, client: &str) -> Result {
        let begins = format!("{client}: ");
        let place = self.holds(RECEIVED).iter().position(|one| one.starts_with(&begins));
        let place = place.ok_or_else(|| Failure::new(format!("{client} has sent nothing that could be read")))?;
        let line = self.list(RECEIVED).remove(place);
        self.list(KEPT).push(line);
        Ok(())
    }

    /// The program sends a line back that it has read, and once.
    pub(super) fn reply(&mut self, client: &str) -> Result {
        let begins = format!("{client}: ");
        let place = self.holds(KEPT).iter().position(|one| one.starts_with(&begins));
        let place = place.ok_or_else(|| Failure::new(format!("{client} gets a line that it has not sent")))?;
        let line = self.list(KEPT).remove(place);
        self.list(SENT).push(line);
        Ok(())
    }

    /// Connections are accepted in the order in which they came. If a task is made for this one, the task is queued.
    pub(super) fn accept(&mut self, client: &str, task: &str) -> Result {
        let first = self.holds(BACKLOG).first().is_some_and(|first| first == client);
        ensure(first, || format!("{client} is accepted, and the backlog is {:?}", self.holds(BACKLOG)))?;
        self.list(BACKLOG).remove(0);
        // The client may be a state machine of the program, which waits from now on.
        let is_machine = self.lesson.things.get(client).is_some_and(|thing| !thing.on.is_empty());
        self.become_(client, if is_machine { "waiting" } else { "served" }, "");
        self.runs();
        if !task.is_empty() {
            self.become_(task, "queued", "");
        }
        Ok(())
    }

    /// A client is answered after its connection was accepted, and once.
    pub(super) fn answer(&mut self, client: &str) -> Result {
        ensure(self.is(client) == "served", || format!("{client} is answered, and is {}", self.is(client)))?;
        self.become_(client, "done", "answered");
        Ok(())
    }

    /// A permit is free only if no task is in line: none overtakes another.
    pub(super) fn acquire(&mut self) -> Result {
        let holder = self.state(PERMIT).what.clone();
        ensure(holder == "free" && self.holds(LINE).is_empty(), || {
            format!("a permit is taken that is {holder}, and the line is {:?}", self.holds(LINE))
        })?;
        self.state(PERMIT).what = format!("held by {}", self.event.by);
        Ok(())
    }

    /// A permit is handed to the first task in line, which does not know it before it is polled. Only a permit that is given back can
    /// be handed over: its holder does this, or what drops the task that has not come to hold it.
    pub(super) fn hand(&mut self, task: &str) -> Result {
        let is_first = self.holds(LINE).first().is_some_and(|first| first == task);
        ensure(is_first, || format!("a permit is handed to {task}, and the line is {:?}", self.holds(LINE)))?;
        let holder = self.state(PERMIT).what.clone();
        let is_given_back = holder == format!("held by {}", self.event.by) || holder.starts_with("passed on by ");
        ensure(is_given_back, || format!("{} hands over a permit that is {holder}", self.event.by))?;
        self.list(LINE).remove(0);
        self.state(PERMIT).what = format!("handed to {task}");
        self.become_(task, "queued", "called");
        self.step.wakes = Some(task.to_owned());
        Ok(())
    }

    /// A task that is polled finds the permit that it was handed.
    pub(super) fn got(&mut self) -> Result {
        let by = self.event.by.clone();
        let holder = self.state(PERMIT).what.clone();
        ensure(holder == format!("handed to {by}"), || format!("{by} gets a permit that is {holder}"))?;
        self.state(PERMIT).what = format!("held by {by}");
        self.become_(&by, "running", "");
        Ok(())
    }

    /// A task is cancelled after it was handed a permit, and before it was polled.
    pub(super) fn pass_on(&mut self, task: &str) -> Result {
        let holder = self.state(PERMIT).what.clone();
        ensure(holder == format!("handed to {task}"), || format!("{task} passes on a permit that is {holder}"))?;
        self.state(PERMIT).what = format!("passed on by {task}");
        self.become_(task, "done", "cancelled");
        Ok(())
    }

    pub(super) fn free(&mut self) -> Result {
        ensure(self.holds(LINE).is_empty(), || {
            format!("a permit becomes free, and the line is {:?}", self.holds(LINE))
        })?;
        self.state(PERMIT).what = "free".to_owned();
        Ok(())
    }

    /// A future is dropped before it has begun, or while it waits.
    pub(super) fn drop(&mut self, future: &str) -> Result {
        ensure(matches!(self.is(future), "new" | "waiting"), || {
            format!("{future} is dropped, and is {}", self.is(future))
        })?;
        self.become_(future, "done", "dropped");
        Ok(())
    }

    /// What a task waits for has come, and the loop takes it out of those that wait.
    pub(super) fn over(&mut self, task: &str) -> Result {
        ensure(self.is(task) == "waiting", || format!("the wait of {task} is over, and it is {}", self.is(task)))?;
        self.pull(WAITS, task)?;
        self.become_(task, "queued", "");
        self.step.wakes = Some(task.to_owned());
        Ok(())
    }

    /// A task begins a turn that it was queued for, or a new future its first one.
    pub(super) fn begin(&mut self) -> Result {
        let by = &self.event.by;
        ensure(matches!(self.is(by), "new" | "queued"), || format!("{by} begins a turn, and is {}", self.is(by)))?;
        self.runs();
        Ok(())
    }

    /// The one who acts runs. If it is a task, its thread polls it.
    fn runs(&mut self) {
        let (by, thread) = (self.event.by.clone(), self.thread());
        self.become_(&thread, "running", &format!("polls {}", self.lesson.name(&by)));
        self.become_(&by, "running", "");
    }

    /// A thread goes on, or a future on its thread.
    pub(super) fn go_on(&mut self, task: &str) {
        self.runs();
        self.become_(task, "running", &self.event.value.clone());
    }

    /// A timer wakes a task only if the task has set it, and a thread only if it rests.
    pub(super) fn due(&mut self, task: &str) -> Result {
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
    pub(super) fn rest(&mut self) -> Result {
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
    pub(super) fn give_up(&mut self) -> Result {
        ensure(self.holds(READY).is_empty(), || {
            format!("nothing more happens, and the queue is {:?}", self.holds(READY))
        })?;
        let waiting = self.step.after.values_mut().filter(|state| state.is == "waiting");
        waiting.for_each(|state| (state.is, state.what) = ("stuck".to_owned(), "would wait forever".to_owned()));
        Ok(())
    }
}
