//! Timers without a clock: time is what the test says.

use std::time::{Duration, Instant};
use timers::Timers;

#[path = "../src/timers.rs"]
mod timers;

/// A timer is not due before its time, and is due once, in the order of the times.
#[test]
fn timers_fire_in_the_order_of_their_deadlines() {
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
fn the_earlier_of_two_deadlines_counts() {
    let (start, mut timers) = (Instant::now(), Timers::default());
    let at = |seconds| start + Duration::from_secs(seconds);
    for seconds in [5, 2, 9] {
        timers.wake(7, at(seconds));
    }
    assert_eq!(timers.due(at(9)), Some(7));
    assert_eq!((timers.due(at(9)), timers.next()), (None, None));
}

#[test]
fn a_timer_that_is_removed_does_not_fire() {
    let (now, mut timers) = (Instant::now(), Timers::default());
    timers.wake(1, now);
    timers.remove(1);
    timers.remove(2);
    assert_eq!((timers.due(now), timers.next()), (None, None));
}
