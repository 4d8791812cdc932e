//! A task is queued only by a wake: what wakes it must hold its waker.

use super::{IN_THE_BACKLOG, NOTED, RECEIVED, Scene, TIMERS, ensure};
use crate::{Failure, Result};

impl Scene<'_> {
    /// A task is woken by `spawn`, by itself, by what has taken its waker out of the place where it was left, or by the thread that has
    /// just polled it, if the design says so.
    pub(super) fn may_wake(&mut self, task: &str) -> Result {
        let by = &self.event.by;
        let what = self.step.after.get(task).map_or("", |state| state.what.as_str());
        let is_spawned = what != IN_THE_BACKLOG && self.wakers.spawned.insert(task.to_owned());
        let is_itself = by == task && !self.lesson.no_wakers;
        if is_spawned || is_itself || self.is_reported(task) {
            return Ok(());
        }
        let is_again = what == NOTED || self.lesson.no_wakers;
        if is_again && self.wakers.paused.get(by).is_some_and(|paused| paused == task) {
            self.wakers.paused.remove(by);
            return Ok(());
        }
        let place = self.wakers.taken.iter().position(|(holder, woken)| holder == by && woken == task);
        let place = place.ok_or_else(|| Failure::new(format!("{by} wakes {task}, whose waker it does not have")))?;
        self.wakers.taken.remove(place); // it can be called once
        Ok(())
    }

    /// Whether the kernel can report a line to the loop of a state machine. The machine has no waker: the loop knows its socket.
    fn is_reported(&self, machine: &str) -> bool {
        let is_in_loop = self.lesson.things.get(machine).is_some_and(|thing| thing.on == self.event.by);
        is_in_loop && self.holds(RECEIVED).iter().any(|line| line.starts_with(&format!("{machine}: ")))
    }

    /// A waker is taken out of the place where a task has left it.
    pub(super) fn take(&mut self, place: &str) -> Result {
        let task = self.holds(place).first().cloned();
        let task = task.ok_or_else(|| Failure::new(format!("{place} holds no waker that could be taken")))?;
        self.list(place).clear();
        self.wakers.taken.push((self.event.by.clone(), task));
        Ok(())
    }

    /// Something is put into a list. If it is a timer, it holds the waker of the task that sets it.
    pub(super) fn push(&mut self, list: &str, value: &str) {
        self.list(list).push(value.to_owned());
        if list == TIMERS {
            self.wakers.timers.insert(value.to_owned(), self.event.by.clone());
        }
    }

    /// Something is taken out of a list. If it is a timer, so is its waker.
    pub(super) fn pull(&mut self, list: &str, value: &str) -> Result {
        let place = self.holds(list).iter().position(|one| one == value);
        ensure(place.is_some(), || format!("{list} does not hold {value}"))?;
        self.list(list).remove(place.unwrap_or_default());
        if list == TIMERS
            && let Some(task) = self.wakers.timers.remove(value)
        {
            self.wakers.taken.push((self.event.by.clone(), task));
        }
        Ok(())
    }
}
