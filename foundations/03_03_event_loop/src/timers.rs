//! Who is to be woken, and when.

use std::collections::{BTreeSet, HashMap};
use std::time::Instant;

// ANCHOR: timers
/// At most one time for each number. The next one is found without looking at the others.
#[derive(Debug, Default)]
pub struct Timers {
    queue: BTreeSet<(Instant, usize)>,
    times: HashMap<usize, Instant>,
}

impl Timers {
    /// Wakes `number` at `time` at the latest. If it is to be woken earlier anyway, it can ask again
    /// then: so a deadline that moves on with every line costs nothing.
    pub fn wake(&mut self, number: usize, time: Instant) {
        if self.times.get(&number).is_none_or(|earlier| time < *earlier) {
            self.forget(number);
            self.queue.insert((time, number));
            self.times.insert(number, time);
        }
    }

    /// Does not wake `number` any more.
    pub fn forget(&mut self, number: usize) {
        if let Some(time) = self.times.remove(&number) {
            self.queue.remove(&(time, number));
        }
    }

    /// When the next one is to be woken.
    pub fn next(&self) -> Option<Instant> {
        self.queue.first().map(|(time, _)| *time)
    }

    /// One that is to be woken now.
    pub fn due(&mut self, now: Instant) -> Option<usize> {
        let (_, number) = *self.queue.first().filter(|(time, _)| *time <= now)?;
        self.forget(number);
        Some(number)
    }
}
// ANCHOR_END: timers
