//! The command line.

use clap::{Parser, ValueEnum};
use std::path::PathBuf;
use std::time::Duration;

/// Sends each line back after the delay, and finds out which task holds the loop up. The line `sleep` blocks the loop for the
/// delay, and the line `compute` computes for so long. Ctrl-C ends it with a report.
#[derive(Clone, Debug, Parser)]
#[command(after_help = "Try: nc 127.0.0.1 7878; send hello, sleep and compute, and then press Ctrl-C here")]
pub struct Arguments {
    /// Where to listen; port 0 means any free port
    #[arg(default_value = "127.0.0.1:7878")]
    pub address: String,
    /// How long to wait before a line is sent back
    #[arg(long, value_name = "TIME", default_value = "1s", value_parser = echo::duration, allow_hyphen_values = true)]
    pub delay: Duration,
    /// How long a poll may take
    #[arg(long, value_name = "TIME", default_value = "100ms", value_parser = echo::duration, allow_hyphen_values = true)]
    pub threshold: Duration,
    /// What to watch the tasks with
    #[arg(long, value_name = "TOOL", default_value = "profile")]
    pub with: With,
    /// What the report is sorted by
    #[arg(long, value_name = "ORDER", default_value = "worst")]
    pub sort: Sort,
    /// Draw what ran on the loop's thread and when into this file, at the end
    #[arg(long, value_name = "FILE")]
    pub svg: Option<PathBuf>,
    /// Keep what was seen in this file, at the end
    #[arg(long, value_name = "FILE")]
    pub save: Option<PathBuf>,
    /// Serve no client, but report on what was kept in this file
    #[arg(long, value_name = "FILE", conflicts_with = "save")]
    pub load: Option<PathBuf>,
}

/// What to watch the tasks with.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum With {
    /// The profile of this step.
    Profile,
    /// The same, and a watchdog that says in which call the loop is held up.
    #[cfg(unix)]
    Calls,
    /// A span of `tracing` around each task.
    Tracing,
    /// The monitors of `tokio-metrics`.
    Metrics,
    /// The instruments that tokio has built in, for `tokio-console`.
    #[cfg(feature = "console")]
    Console,
}

/// What a report is sorted by.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Sort {
    /// The time of all polls together.
    Total,
    /// The longest poll.
    Worst,
}
