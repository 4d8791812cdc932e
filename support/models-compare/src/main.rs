//! `models-compare`: what a connection costs on each way to wait.
//!
//! Run: `cargo run --release -p models-compare`, or with `-- --quick` for a first impression.
//! Try: `-- --scenario hold-1000 --only threads --only loop`; `-- --help` lists everything.
//! You should see: a table with a column per model, and where the report is.

use std::process::ExitCode;

fn main() -> ExitCode {
    models_compare::COMPARISON.main()
}
