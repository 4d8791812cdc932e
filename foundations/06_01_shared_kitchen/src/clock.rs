//! A clock that need not wait: when all tasks wait for it, it jumps to the moment that comes next.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

/// How time passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// It jumps from one event to the next.
    Virtual,
    /// As on a clock on the wall.
    Real,
}

/// When a timer is due, and how many timers were made before it: of two that are due together, the older one is first.
type Key = (Duration, u64);

/// The time since the clock was made, and the timers that are set.
#[derive(Debug)]
pub struct Clock {
    pace: Pace,
    made: Instant,
    now: Cell<Duration>,
    timers: RefCell<BTreeMap<Key, Waker>>,
    made_timers: Cell<u64>,
}

impl Clock {
    /// A clock that begins at zero.
    pub fn new(pace: Pace) -> Self {
        let (now, made_timers) = (Cell::default(), Cell::default());
        Self { pace, made: Instant::now(), now, timers: RefCell::default(), made_timers }
    }

    /// The time now. It does not advance while a task has something to do.
    pub fn now(&self) -> Duration {
        self.now.get()
    }

    // ANCHOR: sleep
    /// Waits for this long.
    pub fn sleep(&self, duration: Duration) -> Sleep<'_> {
        let number = self.made_timers.get();
        self.made_timers.set(number + 1);
        Sleep { clock: self, key: (self.now() + duration, number) }
    }

    /// Lets time pass until the next timer is due, and wakes all tasks that wait for that moment.
    /// Returns whether there was one.
    pub fn advance(&self) -> bool {
        let Some(&(next, _)) = self.timers.borrow().keys().next() else { return false };
        if self.pace == Pace::Real {
            thread::sleep(next.saturating_sub(self.made.elapsed()));
        }
        self.now.set(next);
        let later = self.timers.borrow_mut().split_off(&(next, u64::MAX));
        let due = self.timers.replace(later);
        due.into_values().for_each(Waker::wake);
        true
    }
    // ANCHOR_END: sleep
}

/// What [`Clock::sleep`] returns.
#[derive(Debug)]
pub struct Sleep<'clock> {
    clock: &'clock Clock,
    key: Key,
}

impl Future for Sleep<'_> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.key.0 <= self.clock.now() {
            return Poll::Ready(());
        }
        let _earlier = self.clock.timers.borrow_mut().insert(self.key, context.waker().clone());
        Poll::Pending
    }
}

impl Drop for Sleep<'_> {
    fn drop(&mut self) {
        let _waker = self.clock.timers.borrow_mut().remove(&self.key); // dropped when nothing is borrowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timer_that_is_dropped_is_forgotten() {
        let clock = Clock::new(Pace::Virtual);
        let mut sleep = Box::pin(clock.sleep(Duration::from_secs(1)));
        assert!(sleep.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        drop(sleep);
        assert!(!clock.advance());
    }
}
