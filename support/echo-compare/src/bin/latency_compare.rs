//! `latency_compare`: how long the slowest answers take, on threads and on loops, alone and beside a handler that computes.
//!
//! Run: `cargo run --release -p echo-compare --bin latency_compare`, or with `-- --quick` for a first impression.
//! Try: `-- --only threads --only loop`.
//! You should see: a table with a column per server, and where the report is.

use std::process::ExitCode;

fn main() -> ExitCode {
    echo_compare::LATENCY.main()
}
