//! Measures again what chapter 7.2 shows: the key-value server beside Redis. Needs Linux with two processors that have nothing else to
//! do, `redis-server`, `redis-benchmark`, and about five minutes.
//!
//! Run: `cargo run -p book-checks --bin measure_key_value`, then `UPDATE_BOOK=1 cargo test -p book-checks` to rewrite the table.
//! Behind `--`: the number of rounds (7), and of requests in each (100000).

use book_checks::measured::key_value::Measured;
use book_checks::{Failure, Result};
use std::env;
use std::process::Command;

fn main() -> Result {
    let mut numbers = env::args().skip(1).map(|number| number.parse().map_err(|_| Failure::new("expected a number")));
    let (rounds, requests) = (numbers.next().unwrap_or(Ok(7))?, numbers.next().unwrap_or(Ok(100_000))?);
    let built = Command::new(env!("CARGO")).args(["build", "--release", "--quiet", "-p", "key_value"]).status()?;
    if !built.success() {
        return Err(Failure::new("cannot build the key-value server"));
    }
    Measured::measure(rounds, requests)
}
