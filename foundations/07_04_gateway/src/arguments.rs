//! The command line.

use crate::combine::Timeouts;
use crate::gateway::Way;
use crate::own::Behavior;
use crate::service::Service;
use clap::Parser;
use std::num::NonZeroU32;
use std::time::Duration;
use tokio::sync::Semaphore;

/// Asks three services, and answers with what they say, until Ctrl-C.
#[derive(Debug, Parser)]
#[command(after_help = "Try: curl -i http://127.0.0.1:7878; then the same with --silent")]
pub struct Arguments {
    /// Where to listen; port 0 means any free port
    #[arg(default_value = "127.0.0.1:7878")]
    pub address: String,
    /// A service to ask, as often as there are services; without it, three of our own are asked
    #[arg(long = "service", value_name = "URL", value_parser = url, allow_hyphen_values = true)]
    urls: Vec<String>,
    /// How the services are asked; with care means: together, with time-outs and second tries
    #[arg(long = "with", value_name = "WAY", value_enum, default_value = "care")]
    pub way: Way,
    /// How long a service may take
    #[arg(long, value_name = "TIME", default_value = "3s", value_parser = time, allow_hyphen_values = true)]
    timeout: Duration,
    /// How long before a service is asked once more; half of the time-out, unless given
    #[arg(long, value_name = "TIME", value_parser = time, allow_hyphen_values = true)]
    second_after: Option<Duration>,
    /// How many requests may be under way before the next ones get 503
    #[arg(long, value_name = "N", default_value_t = 1_000, allow_hyphen_values = true)]
    limit: usize,
    /// How long our own services take
    #[arg(long, value_name = "TIME", default_value = "1s", value_parser = time, allow_hyphen_values = true)]
    delay: Duration,
    /// Each of our own services answers every Nth request with an error
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    fail_every: Option<NonZeroU32>,
    /// The last of our own services does not answer
    #[arg(long)]
    silent: bool,
}

impl Arguments {
    /// The services; our own if there are none.
    pub fn services(&self) -> Vec<Service> {
        self.urls.iter().filter_map(|url| url.parse().ok()).collect() // each has been parsed before
    }

    /// How long the services are waited for.
    pub fn timeouts(&self) -> Timeouts {
        Timeouts { total: self.timeout, before_second_try: self.second_after.unwrap_or(self.timeout / 2) }
    }

    /// How many requests may be under way.
    pub fn limit(&self) -> usize {
        self.limit.min(Semaphore::MAX_PERMITS)
    }

    /// How our own services behave.
    pub fn behavior(&self) -> Behavior {
        Behavior { delay: self.delay, fail_every: self.fail_every, silent: self.silent }
    }
}

fn url(text: &str) -> Result<String, String> {
    text.parse::<Service>().map(|_| text.to_owned())
}

fn time(text: &str) -> Result<Duration, String> {
    match humantime::parse_duration(text) {
        Ok(time) if time > Duration::from_secs(86_400) => Err("that is more than a day".to_owned()),
        Ok(time) => Ok(time),
        Err(error) => Err(format!("{error} (1s and 250ms are times)")),
    }
}
