//! Measures again how long the slowest answers take, on threads and on loops: section 11.2. Needs Linux, a machine that has nothing else to
//! do, and two minutes.
//!
//! Run: `cargo run --bin measure_latency`, then `UPDATE_BOOK=1 cargo test -p book-checks` to redraw the picture.
//! Options behind `--` are handed on to `latency_compare`: `-- --rounds 1 --duration 0.2`.

use book_checks::{Result, run, workspace};
use echo_compare::LATENCY;
use std::env;
use std::process::Command;

fn main() -> Result {
    let packages = LATENCY.servers.iter().flat_map(|own| ["-p", own.package]);
    let packages = packages.chain(["-p", "echo-compare"]);
    run(Command::new(env!("CARGO")).args(["build", "--release", "--bins"]).args(packages))?;
    let mut command = Command::new(workspace().join("target/release/latency_compare"));
    command.args(["--rounds", "7", "--duration", "1"]).args(env::args().skip(1));
    command.args(["--json", "book/src/measured/latency.json"]);
    run(command.env_remove("CARGO")) // everything is built
}
