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
    /// Wakes `number` at `time` at the latest. If it is to be woken earlier anyway, it can ask again then: so a deadline that
    /// moves on with every line costs nothing.
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    /// A timer that does not ring before its time, rings once, and in the order of the times.
    #[test]
    fn timers_ring_in_the_order_of_their_times() {
        let (start, mut timers) = (Instant::now(), Timers::default());
        let at = |seconds| start + Duration::from_secs(seconds);
        for (number, seconds) in [(1, 3), (2, 1), (3, 2), (4, 2)] {
            timers.wake(number, at(seconds));
        }
        assert_eq!(timers.next(), Some(at(1)));
        assert_eq!(timers.due(start), None);
        let due: Vec<usize> = std::iter::from_fn(|| timers.due(at(2))).collect();
        assert_eq!(due, [2, 3, 4]);
        assert_eq!((timers.next(), timers.due(at(2))), (Some(at(3)), None));
    }

    #[test]
    fn the_earliest_of_two_times_holds() {
        let (start, mut timers) = (Instant::now(), Timers::default());
        let at = |seconds| start + Duration::from_secs(seconds);
        for seconds in [5, 2, 9] {
            timers.wake(7, at(seconds));
        }
        assert_eq!(timers.due(at(9)), Some(7));
        assert_eq!((timers.due(at(9)), timers.next()), (None, None));
    }

    #[test]
    fn a_timer_that_is_forgotten_does_not_ring() {
        let (now, mut timers) = (Instant::now(), Timers::default());
        timers.wake(1, now);
        timers.forget(1);
        timers.forget(2);
        assert_eq!((timers.due(now), timers.next()), (None, None));
    }
}
