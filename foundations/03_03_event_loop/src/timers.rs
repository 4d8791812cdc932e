//! Timers: which client must have a turn, and when.

use std::collections::{BTreeSet, HashMap};
use std::time::Instant;

// ANCHOR: timers
/// At most one timer for each number. The next one is found without looking at the others.
#[derive(Debug, Default)]
pub struct Timers {
    queue: BTreeSet<(Instant, usize)>,
    times: HashMap<usize, Instant>,
}

impl Timers {
    /// Wakes `number` at `time` at the latest. An earlier timer stays, and the client can set the
    /// next one when it is due: so a deadline that moves with every line costs nothing.
    pub fn wake(&mut self, number: usize, time: Instant) {
        if self.times.get(&number).is_none_or(|earlier| time < *earlier) {
            self.remove(number);
            self.queue.insert((time, number));
            self.times.insert(number, time);
        }
    }
    // ANCHOR_END: timers

    /// Takes out the timer of `number`.
    pub fn remove(&mut self, number: usize) {
        if let Some(time) = self.times.remove(&number) {
            self.queue.remove(&(time, number));
        }
    }

    /// When the next timer is due.
    pub fn next(&self) -> Option<Instant> {
        self.queue.first().map(|(time, _)| *time)
    }

    /// Takes out a timer that is due.
    pub fn due(&mut self, now: Instant) -> Option<usize> {
        let (_, number) = *self.queue.first().filter(|(time, _)| *time <= now)?;
        self.remove(number);
        Some(number)
    }
}
