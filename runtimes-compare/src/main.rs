//! `compare`: measures servers side by side.
//!
//! Run: `cargo run --release -p runtimes-compare`, or with `-- --quick` for a first impression.
//! You should see: a table with a column per server, and where the report is.

use std::process::ExitCode;

fn main() -> ExitCode {
    runtimes_compare::COMPARISON.main()
}
