//! Measures again how long the slowest answers take, on threads and on loops: section 11.2. Needs Linux, a machine that has nothing else to
//! do, and two minutes.
//!
//! Run: `cargo run --bin measure_latency`, then `UPDATE_BOOK=1 cargo test -p book-checks` to redraw the picture.
//! Options after `--` are handed on to `latency_compare`: `-- --rounds 1 --duration 0.2`.

use book_checks::{Result, side_by_side};
use echo_compare::LATENCY;

fn main() -> Result {
    side_by_side::build(&LATENCY)?;
    side_by_side::compare("latency_compare", "latency", &["--rounds", "7", "--duration", "1"])
}
