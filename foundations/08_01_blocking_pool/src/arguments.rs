//! The command line.

use clap::{Parser, ValueEnum};
use std::time::Duration;

/// Answers a line that is a number with how many primes there are up to it, and sends any other line back, until Ctrl-C.
#[derive(Clone, Debug, Parser)]
#[command(
    after_help = "Try: nc 127.0.0.1 7878 in two terminals; send 5000000 in the first one, and at once any word in the second"
)]
pub struct Arguments {
    /// Where to listen; port 0 means any free port
    #[arg(default_value = "127.0.0.1:7878")]
    pub address: String,
    /// How long to wait, without computing, before each answer
    #[arg(long, value_name = "TIME", default_value = "0s", value_parser = echo::duration, allow_hyphen_values = true)]
    pub delay: Duration,
    /// Where to count: on the loop's own thread, a pool for what blocks, or rayon
    #[arg(long, value_name = "PLACE", default_value = "pool")]
    pub on: Place,
    /// How many threads the pool has
    #[arg(long, value_name = "NUMBER", default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=1_000))]
    pub threads: u16,
    /// How many computations may wait for a thread
    #[arg(long, value_name = "NUMBER", default_value_t = 8)]
    pub queue: u16,
    /// How long a computation may take
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = echo::duration, allow_hyphen_values = true)]
    pub deadline: Duration,
}

/// Where the primes are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Place {
    /// The thread of the event loop.
    Loop,
    /// A thread of tokio's pool for what blocks.
    Pool,
    /// All threads of a pool of rayon's.
    Rayon,
}
