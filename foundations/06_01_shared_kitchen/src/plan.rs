//! What the kitchen has, and when customers come: the part of the command line that decides about the times.

use clap::Args;
use std::time::Duration;

/// A kitchen and its customers. Each of them orders a soda, a burger and a portion of fries.
#[derive(Args, Clone, Debug)]
pub struct Plan {
    /// How many customers come
    #[arg(long, value_name = "NUMBER", default_value = "10", value_parser = number, allow_hyphen_values = true)]
    pub customers: u32,
    /// A customer comes every …; 0s: all at the same time
    #[arg(long, value_name = "TIME", default_value = "2s", value_parser = time, allow_hyphen_values = true)]
    pub every: Duration,
    /// How many soda machines there are; each fills one cup at a time
    #[arg(long, value_name = "NUMBER", default_value = "1", value_parser = number, allow_hyphen_values = true)]
    pub soda_machines: u32,
    /// How long a soda takes
    #[arg(long, value_name = "TIME", default_value = "2s", value_parser = time, allow_hyphen_values = true)]
    pub soda_time: Duration,
    /// How many cooks there are; each makes one burger at a time
    #[arg(long, value_name = "NUMBER", default_value = "3", value_parser = number, allow_hyphen_values = true)]
    pub cooks: u32,
    /// How long a burger takes
    #[arg(long, value_name = "TIME", default_value = "4s", value_parser = time, allow_hyphen_values = true)]
    pub burger_time: Duration,
    /// How many portions of fries the fryer makes in one batch
    #[arg(long, value_name = "NUMBER", default_value = "5", value_parser = number, allow_hyphen_values = true)]
    pub portions: u32,
    /// How long a batch takes
    #[arg(long, value_name = "TIME", default_value = "8s", value_parser = time, allow_hyphen_values = true)]
    pub batch_time: Duration,
}

/// Each customer who waits takes most of a kilobyte: this many, all at the same time, four gigabytes.
const MAX_CUSTOMERS: u32 = 5_000_000;

impl Plan {
    /// What is wrong with the plan as a whole, if anything is.
    pub fn problem(&self) -> Option<String> {
        if self.customers > MAX_CUSTOMERS {
            return Some(format!("{} customers are too many: {MAX_CUSTOMERS} may come", self.customers));
        }
        let times = [self.soda_time, self.burger_time, self.batch_time];
        let longest = times.into_iter().try_fold(self.every, Duration::checked_add);
        if longest.and_then(|longest| longest.checked_mul(self.customers)).is_none() {
            return Some("these times are too long: the clock ends before the last customer is served".to_owned());
        }
        None
    }
}

fn number(text: &str) -> Result<u32, String> {
    match text.parse() {
        Ok(0) => Err("there must be at least one".to_owned()),
        Ok(number) => Ok(number),
        Err(_) => Err(format!("a whole number between 1 and {} is needed", u32::MAX)),
    }
}

fn time(text: &str) -> Result<Duration, String> {
    humantime::parse_duration(text).map_err(|error| format!("{error} (2s, 250ms and 1m 30s are times)"))
}
