//! Measures again what the book shows as measured. Needs Linux, `strace` and `curl`, and takes a minute.
//!
//! Run: `cargo run --bin measure`, then `UPDATE_BOOK=1 cargo test -p book-checks` to redraw the figures.
//! After `--`, the beginning of a name measures only what is called so: `-- 09_0`, `-- 01_04_threads`, `-- blocked`.

use book_checks::measured::blocked::Blocked;
use book_checks::measured::blocked_loop::{self, PLACES};
use book_checks::measured::forgotten_await::Endings;
use book_checks::measured::idle::Idle;
use book_checks::measured::threads::{self, Threads};
use book_checks::measured::wake_up::WakeUps;
use book_checks::measured::{outputs, traces};
use book_checks::{Failure, Result};
use std::env;

/// What can be measured, and how.
type Measurement = (String, Box<dyn FnOnce() -> Result>);

fn main() -> Result {
    let mut all: Vec<Measurement> = Vec::new();
    for traced in traces::all()? {
        all.push((traced.name(), Box::new(move || traced.measure())));
    }
    for kept in outputs::all()? {
        all.push((kept.name(), Box::new(move || kept.measure())));
    }
    for step in threads::steps()? {
        all.push((format!("threads_{}", &step[..5]), Box::new(move || Threads::measure(step))));
    }
    all.push(("forgotten_await".to_owned(), Box::new(Endings::measure)));
    all.push(("idle_clients".to_owned(), Box::new(Idle::measure)));
    all.push(("wake_ups".to_owned(), Box::new(WakeUps::measure)));
    for place in PLACES {
        all.push((format!("08_01_{place}"), Box::new(|| blocked_loop::measure_timeline(place))));
    }
    all.push(("polls_08_02".to_owned(), Box::new(blocked_loop::measure_record)));
    all.push(("blocked".to_owned(), Box::new(Blocked::measure)));

    let only = env::args().nth(1).unwrap_or_default();
    all.retain(|(name, _)| name.starts_with(&only));
    if all.is_empty() {
        return Err(Failure::new(format!("there is nothing to measure whose name begins with {only}")));
    }
    let count = all.len();
    for (number, (name, measure)) in all.into_iter().enumerate() {
        eprintln!("{:2} of {count}: {name}", number + 1);
        measure().map_err(|failure| failure.context(name))?;
    }
    Ok(())
}
