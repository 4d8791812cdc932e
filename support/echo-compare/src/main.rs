//! `echo-compare`: what an echo costs, on the loops and executors of this book and on three well-known runtimes.
//!
//! Run: `cargo run --release -p echo-compare`, or with `-- --quick` for a first impression.
//! Try: `-- --only loop --only executors --scenario keep-alive-shared`; `-- --count` counts system calls and instructions.
//! You should see: a table with a column per server, and where the report is.

use std::process::ExitCode;

fn main() -> ExitCode {
    echo_compare::COMPARISON.main()
}
