//! Measures again what chapter 7.2 shows: the key-value server beside Redis. Needs Linux with two processors that have nothing else to
//! do, `redis-server`, `redis-benchmark`, and about five minutes.
//!
//! Run: `cargo run --bin measure_key_value`, then `UPDATE_BOOK=1 cargo test -p book-checks` to rewrite the tables.
//! After `--`: the number of rounds (7), and of requests in each (100000). With `lengths` before these, keys of several lengths are
//! measured instead, side by side.

use book_checks::measured::key_value::Measured;
use book_checks::{Failure, Result, run};
use std::env;
use std::process::Command;

fn main() -> Result {
    run(Command::new(env!("CARGO")).args(["build", "--release", "--quiet", "-p", "key_value"]))?;
    let mut arguments = env::args().skip(1).peekable();
    let measure = if arguments.next_if_eq("lengths").is_some() { Measured::measure_lengths } else { Measured::measure };
    let mut numbers = arguments.map(|number| number.parse().map_err(|_| Failure::new("expected a number")));
    measure(numbers.next().unwrap_or(Ok(7))?, numbers.next().unwrap_or(Ok(100_000))?)
}
