//! What runs, and how long it will still take: a bar on a terminal, nothing elsewhere.

use crate::linux::plan::Plan;
use crate::scenario::Scenario;
use indicatif::{ProgressBar, ProgressState, ProgressStyle};
use std::io::{self, Write as _};
use std::time::Duration;

/// A bar over the planned time, in milliseconds.
pub struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// A bar for everything that is planned.
    pub fn new(plan: &Plan, servers: u32) -> Self {
        let times = plan.scenarios.iter().map(|&scenario| plan.round_time(scenario, servers) * plan.rounds(scenario));
        let bar = ProgressBar::new(milliseconds(times.sum())); // drawn on the standard error, if that is a terminal
        if let Ok(style) = ProgressStyle::with_template("{bar:20} {left:>9} left  {wide_msg}") {
            bar.set_style(style.with_key("left", |state: &ProgressState, output: &mut dyn std::fmt::Write| {
                let seconds = state.len().unwrap_or_default().saturating_sub(state.pos()).div_ceil(1000);
                let _ = write!(output, "{} min {:02} s", seconds / 60, seconds % 60);
            }));
        }
        Self { bar }
    }

    /// Says what runs now.
    pub fn show(&self, scenario: Scenario, round: u32, plan: &Plan, server: &str) {
        let rounds = plan.rounds(scenario);
        self.bar.set_message(format!("{server}: {} (round {round} of {rounds})", scenario.title));
    }

    /// Takes note that this much of the planned time is over.
    pub fn advance(&self, planned: Duration) {
        self.bar.inc(milliseconds(planned));
    }

    /// Says what went wrong, above the bar.
    pub fn complain(&self, error: &str) {
        self.bar.suspend(|| drop(writeln!(io::stderr(), "{error}")));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
