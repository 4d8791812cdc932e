//! Step 7.5: eight ticks, and when each of them runs, on a clock that need not wait. The third one takes long.
//!
//! Run: `cargo run --bin 07_05_missed -- skip`; then with `burst`, `delay`, `sleep`, or `--help`
//! You should see: for each tick, when it was due, and from when to when it ran.

use clap::{Parser, ValueEnum};
use common::command_line;
use std::fmt::Write;
use std::time::Duration;
use timeline::{Kind, Timeline, Unit};
use tokio::time::{Instant, MissedTickBehavior, advance, interval, sleep};

/// Runs eight ticks on a clock that need not wait, and prints when each of them was due and when it ran.
#[derive(Debug, Parser)]
#[command(after_help = "Try: skip, burst, delay, sleep")]
struct Arguments {
    /// What comes between two ticks
    #[arg(value_enum)]
    way: Way,
    /// How long the third tick takes
    #[arg(long, value_name = "TIME", default_value = "70ms", value_parser = time)]
    long: Duration,
    /// How long each of the other ticks takes
    #[arg(long, value_name = "TIME", default_value = "5ms", value_parser = time)]
    short: Duration,
    /// Print a timeline as JSON
    #[arg(long)]
    json: bool,
}

/// What comes between two ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Way {
    /// A sleep as long as a period
    Sleep,
    /// An interval that makes up for each tick
    Burst,
    /// An interval that starts anew after a late tick
    Delay,
    /// An interval that leaves out what was missed
    Skip,
}

/// The time from one tick to the next one. (The steps of this clock are whole milliseconds.)
const PERIOD: Duration = Duration::from_millis(20);
/// How many ticks there are.
const TICKS: u32 = 8;
/// Which tick takes long.
const LONG: u32 = 3;

/// When a tick was due, and when it ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Tick {
    due: Duration,
    from: Duration,
    to: Duration,
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let Arguments { way, long, short, json } = command_line::read();
    let ticks = match way {
        Way::Sleep => with_sleep(short, long).await,
        Way::Burst => with_interval(MissedTickBehavior::Burst, short, long).await,
        Way::Delay => with_interval(MissedTickBehavior::Delay, short, long).await,
        Way::Skip => with_interval(MissedTickBehavior::Skip, short, long).await,
    };
    let text = if json { serde_json::to_string(&drawn(way, &ticks)).unwrap_or_default() } else { lines(&ticks) };
    command_line::say(text.trim_end());
}

// ANCHOR: with_sleep
/// Sleeps for a period after each tick.
async fn with_sleep(short: Duration, long: Duration) -> Vec<Tick> {
    let (start, mut ticks) = (Instant::now(), Vec::new());
    for number in 1..=TICKS {
        let due = start + PERIOD * (number - 1);
        ticks.push(one(due, if number == LONG { long } else { short }, start).await);
        sleep(PERIOD).await;
    }
    ticks
}
// ANCHOR_END: with_sleep

// ANCHOR: with_interval
/// Waits for the next tick of a clock.
async fn with_interval(if_missed: MissedTickBehavior, short: Duration, long: Duration) -> Vec<Tick> {
    let (start, mut ticks) = (Instant::now(), Vec::new());
    let mut clock = interval(PERIOD);
    clock.set_missed_tick_behavior(if_missed);
    for number in 1..=TICKS {
        let due = clock.tick().await;
        ticks.push(one(due, if number == LONG { long } else { short }, start).await);
    }
    ticks
}
// ANCHOR_END: with_interval

/// Computes for a while: puts the clock forward.
async fn one(due: Instant, work: Duration, start: Instant) -> Tick {
    let from = Instant::now();
    advance(work).await;
    Tick { due: due - start, from: from - start, to: start.elapsed() }
}

/// A line for each tick.
fn lines(ticks: &[Tick]) -> String {
    let mut text = String::new();
    for (number, Tick { due, from, to }) in (1..).zip(ticks) {
        let [due, from, to] = [due, from, to].map(Duration::as_millis);
        let _ = writeln!(text, "tick {number}, due at {due:3} ms, runs from {from:3} ms to {to:3} ms"); // to memory
    }
    text
}

fn drawn(way: Way, ticks: &[Tick]) -> Timeline {
    let title = match way {
        Way::Sleep => "A sleep between two ticks",
        Way::Burst => "Burst: missed ticks follow at once",
        Way::Delay => "Delay: the clock starts anew",
        Way::Skip => "Skip: missed ticks are left out",
    };
    let milliseconds = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    let mut picture = Timeline::new(title, Unit::Milliseconds)
        .legend(Kind::Blocked, "a tick is due")
        .legend(Kind::Runs, "a tick runs");
    let row = picture.row("is due");
    for at in ticks.iter().map(|tick| milliseconds(tick.due)) {
        row.span(Kind::Blocked, at, at + 2);
    }
    let row = picture.row("runs");
    for tick in ticks {
        row.span(Kind::Runs, milliseconds(tick.from), milliseconds(tick.to));
    }
    picture
}

/// Reads a time of the command line.
fn time(text: &str) -> Result<Duration, String> {
    match humantime::parse_duration(text) {
        Ok(time) if time > Duration::from_secs(3_600) => Err("that is more than an hour".to_owned()),
        Ok(time) => Ok(time),
        Err(error) => Err(format!("{error} (1s and 250ms are times)")),
    }
}
