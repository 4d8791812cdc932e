//! What the tasks are watched with: the profile of this step, or what the makers of tokio offer.

use crate::arguments::{Arguments, With};
use find_the_blocker::profile::Profile;
use std::fmt::Write;
use std::panic::Location;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::task::{self, JoinHandle};
use tokio_metrics::TaskMonitor;
use tracing::{Instrument, info_span};
use tracing_subscriber::fmt::format::FmtSpan;

/// What the tasks are watched with.
pub enum Tool {
    Profile(Profile),
    Tracing,
    Metrics {
        threshold: Duration,
        monitors: Mutex<Vec<(&'static str, TaskMonitor)>>,
    },
    #[cfg(feature = "console")]
    Console,
}

impl Tool {
    /// Prepares what was chosen.
    pub fn new(arguments: &Arguments) -> Self {
        match arguments.with {
            With::Profile => Self::Profile(Profile::new(arguments.threshold, |warning| echo::log(warning))),
            #[cfg(unix)]
            With::Calls => {
                let profile = Profile::new(arguments.threshold, |warning| echo::log(warning));
                if let Err(error) = profile.find_calls_of_this_thread() {
                    echo::log(format_args!("cannot find the calls that block: {error}"));
                }
                Self::Profile(profile)
            }
            With::Tracing => {
                trace();
                Self::Tracing
            }
            With::Metrics => Self::Metrics { threshold: arguments.threshold, monitors: Mutex::default() },
            #[cfg(feature = "console")]
            With::Console => {
                console_subscriber::init();
                Self::Console
            }
        }
    }

    // ANCHOR: spawn
    /// Spawns a task that is watched.
    #[track_caller]
    pub fn spawn<F>(&self, name: &'static str, future: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        match self {
            Self::Profile(profile) => task::spawn(profile.watch(name, future)),
            Self::Tracing => {
                let place = Location::caller();
                task::spawn(future.instrument(info_span!(parent: None, "task", name, %place)))
            }
            Self::Metrics { .. } => task::spawn(TaskMonitor::instrument(&self.monitor(name), future)),
            #[cfg(feature = "console")]
            Self::Console => task::spawn(future),
        }
    }
    // ANCHOR_END: spawn

    /// The monitor of all tasks of this name.
    fn monitor(&self, name: &'static str) -> TaskMonitor {
        let Self::Metrics { threshold, monitors } = self else { return TaskMonitor::new() };
        let mut monitors = monitors.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, monitor)) = monitors.iter().find(|(known, _)| *known == name) {
            return monitor.clone();
        }
        let monitor = TaskMonitor::with_slow_poll_threshold(*threshold);
        monitors.push((name, monitor.clone()));
        monitor
    }

    /// What the monitors have counted, a line for each of them. The other tools have no report of this kind.
    pub fn counted(&self) -> String {
        let Self::Metrics { monitors, .. } = self else { return String::new() };
        let mut text = String::new();
        for (name, monitor) in &*monitors.lock().unwrap_or_else(PoisonError::into_inner) {
            let metrics = monitor.cumulative();
            let (slow, mean) = (metrics.total_slow_poll_count, metrics.mean_slow_poll_duration());
            let _ = writeln!(text, "{name}: slow polls: {slow}, {mean:.0?} each on average");
        }
        text
    }
}

// ANCHOR: trace
/// Has a line printed whenever a span ends: how long it was busy, and how long idle.
fn trace() {
    let subscriber = tracing_subscriber::fmt().with_span_events(FmtSpan::CLOSE).with_ansi(false);
    subscriber.with_timer(()).with_target(false).with_writer(std::io::stderr).init();
}
// ANCHOR_END: trace
