//! Measures again what section 3.6 shows of completions and readiness. Needs Linux, `io_uring`, `strace`, `valgrind`, a machine that has nothing
//! else to do, and a minute.
//!
//! Run: `cargo run --bin measure_completions`, then `UPDATE_BOOK=1 cargo test -p book-checks` to rewrite the table.
//! Options behind `--` are handed on to `completions_compare`: `-- --rounds 1 --duration 0.2`.

use book_checks::{Result, run, workspace};
use echo_compare::COMPLETIONS;
use std::env;
use std::process::Command;

fn main() -> Result {
    let packages = COMPLETIONS.servers.iter().flat_map(|own| ["-p", own.package]);
    let packages = packages.chain(["-p", "echo-compare"]);
    run(Command::new(env!("CARGO")).args(["build", "--release", "--bins"]).args(packages))?;
    compare("completions", &["--rounds", "7", "--duration", "1"])?;
    compare("completions_counts", &["--count", "--rounds", "1"])
}

/// Runs the comparison, and keeps its raw data under this name.
fn compare(name: &str, arguments: &[&str]) -> Result {
    let mut command = Command::new(workspace().join("target/release/completions_compare"));
    command.args(arguments).args(env::args().skip(1)).args(["--json", &format!("book/src/measured/{name}.json")]);
    run(command.env_remove("CARGO")) // everything is built
}
