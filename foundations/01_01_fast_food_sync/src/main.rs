//! Step 1.1: a fast food whose only employee waits for each item of an order before the next one is started.
//!
//! Run: `cargo run --bin 01_01_fast_food_sync`
//! Try: `--customers 2`; then `--real-time`, to feel it; then `--burger 1m --fries 2m --soda 30s`.
//! You should see: an order takes 14 seconds, the sum of all its waits. The second customer waits for the first.

use clap::Parser;
use common::command_line;
use std::io::{self, Write};
use std::thread;
use std::time::Duration;

// ANCHOR: arguments
/// Serves customers one item after the other. It takes no time, because the clock is a virtual one.
///
/// Try: --customers 2, then --real-time.
#[derive(Parser)]
struct Arguments {
    /// How many customers come, all at the same time
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    customers: u32,
    /// How long a burger takes
    #[arg(long, value_name = "TIME", default_value = "4s", value_parser = time)]
    burger: Duration,
    /// How long fries take
    #[arg(long, value_name = "TIME", default_value = "8s", value_parser = time)]
    fries: Duration,
    /// How long a soda takes
    #[arg(long, value_name = "TIME", default_value = "2s", value_parser = time)]
    soda: Duration,
    /// Really wait
    #[arg(long)]
    real_time: bool,
}
// ANCHOR_END: arguments

fn main() {
    let arguments: Arguments = command_line::read();
    command_line::finish(run(&arguments, &mut io::stdout().lock()))
}

// ANCHOR: run
fn run(arguments: &Arguments, out: &mut impl Write) -> io::Result<()> {
    let mut clock = Clock::new(arguments.real_time);
    let order = [("burger", arguments.burger), ("fries", arguments.fries), ("soda", arguments.soda)];
    for customer in 1..=arguments.customers {
        for (item, time) in order {
            writeln!(out, "{:>7}  customer {customer}: {item} started", clock.show())?;
            clock.wait_until(clock.now + time);
            writeln!(out, "{:>7}  customer {customer}: {item} ready", clock.show())?;
        }
    }
    writeln!(out, "{:>7}  everyone is served", clock.show())
}
// ANCHOR_END: run

// ANCHOR: clock
/// A clock that can be put forward: the program need not wait for it, and it is never late.
struct Clock {
    now: Duration,
    is_real: bool,
}

impl Clock {
    fn new(is_real: bool) -> Self {
        Self { now: Duration::ZERO, is_real }
    }

    fn wait_until(&mut self, moment: Duration) {
        if self.is_real {
            thread::sleep(moment.saturating_sub(self.now));
        }
        self.now = self.now.max(moment);
    }

    fn show(&self) -> String {
        humantime::format_duration(self.now).to_string()
    }
}
// ANCHOR_END: clock

/// A time such as `2s` or `1m 30s`, of a day at most.
fn time(text: &str) -> Result<Duration, String> {
    let time = humantime::parse_duration(text).map_err(|error| format!("{error} (2s and 1m 30s are times)"))?;
    if time <= Duration::from_secs(24 * 60 * 60) {
        Ok(time)
    } else {
        Err("the time may not be longer than a day".to_owned())
    }
}
