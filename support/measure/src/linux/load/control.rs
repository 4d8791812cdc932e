//! What the threads of a load and the one that measures tell each other.

use hdrhistogram::Histogram;
use std::io::{self, Error};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// What the threads and the one that measures tell each other.
#[derive(Default)]
pub struct Control {
    answered: AtomicU64,
    measuring: AtomicBool,
    stopped: AtomicBool,
}

impl Control {
    /// Counts answers.
    pub fn count(&self, answers: usize) {
        self.answered.fetch_add(answers as u64, Relaxed);
    }

    /// How many answers were counted up to now.
    pub fn answered(&self) -> u64 {
        self.answered.load(Relaxed)
    }

    /// Says whether latencies count from now on.
    pub fn measure(&self, is_measuring: bool) {
        self.measuring.store(is_measuring, Relaxed);
    }

    /// Says that it is time to end.
    pub fn stop(&self) {
        self.stopped.store(true, Relaxed);
    }

    /// Whether latencies count.
    pub fn is_measuring(&self) -> bool {
        self.measuring.load(Relaxed)
    }

    /// Whether to end.
    pub fn is_stopped(&self) -> bool {
        self.stopped.load(Relaxed)
    }
}

/// How often a loop looks up, if nothing happens.
pub const TICK: Duration = Duration::from_millis(20);

/// From a nanosecond to a minute, with three digits.
pub fn histogram() -> io::Result<Histogram<u64>> {
    Histogram::new_with_bounds(1, 60_000_000_000, 3).map_err(Error::other)
}

/// Adds a time to a histogram.
pub fn record(histogram: &mut Histogram<u64>, time: Duration) {
    histogram.saturating_record(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX));
}
