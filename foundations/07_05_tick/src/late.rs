//! How late the ticks came.

use hdrhistogram::Histogram;
use std::fmt;
use std::time::Duration;

/// The largest time that is distinguished from larger ones: an hour.
const MAX_MICROSECONDS: u64 = 3_600_000_000;

/// Counts, for each microsecond, how many ticks were late by so much. It takes the same memory however many there are.
#[derive(Clone, Debug)]
pub struct Lateness(Histogram<u64>);

impl Lateness {
    /// Of no ticks yet.
    #[allow(clippy::expect_used, reason = "these bounds are good ones")]
    pub fn new() -> Self {
        Self(Histogram::new_with_bounds(1, MAX_MICROSECONDS, 3).expect("good bounds"))
    }

    /// One more tick was late by this.
    pub fn record(&mut self, late: Duration) {
        self.0.saturating_record(u64::try_from(late.as_micros()).unwrap_or(MAX_MICROSECONDS));
    }

    /// Adds the ticks of others.
    pub fn add(&mut self, others: &Self) {
        let _ = self.0.add(&others.0); // the bounds are the same
    }

    /// How many ticks there were.
    pub fn ticks(&self) -> u64 {
        self.0.len()
    }

    /// By how many milliseconds so many percent of the ticks were late, or less.
    pub fn milliseconds(&self, percent: f64) -> f64 {
        self.0.value_at_percentile(percent) as f64 / 1e3
    }
}

impl Default for Lateness {
    fn default() -> Self {
        Self::new()
    }
}

/// What is printed at the end.
impl fmt::Display for Lateness {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [half, most, all] = [50.0, 99.0, 100.0].map(|percent| self.milliseconds(percent));
        let ticks = self.ticks();
        write!(formatter, "ticks: {ticks}; late by {half:.2} ms (50 %), {most:.2} ms (99 %), {all:.2} ms (100 %)")
    }
}
