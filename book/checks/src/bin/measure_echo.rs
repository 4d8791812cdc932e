//! Measures again what chapters 3 and 5 show of the cost of an echo. Needs Linux, `strace`, `valgrind`, a machine that has nothing else to
//! do, and about five minutes.
//!
//! Run: `cargo run --bin measure_echo`, then `UPDATE_BOOK=1 cargo test -p book-checks` to rewrite the tables.
//! Options behind `--` are handed on to `echo-compare`: `-- --rounds 1 --duration 0.2`.

use book_checks::ideas::UNWATCHED;
use book_checks::{Result, patch, run, workspace};
use echo_compare::{COMPARISON, FEW_CLIENTS};
use std::collections::BTreeSet;
use std::env;
use std::process::Command;

fn main() -> Result {
    let packages: BTreeSet<&str> = COMPARISON.servers.iter().map(|own| own.package).collect();
    let packages = packages.into_iter().flat_map(|package| ["-p", package]);
    run(Command::new(env!("CARGO")).args(["build", "--release", "--bins"]).args(packages))?;
    patch::cargo(&["build", "--release", "--quiet", "--offline", "-p", &patch::binary(&UNWATCHED[6..])])?;
    compare("echo", &["--rounds", "7", "--duration", "1"])?;
    compare("echo_counts", &["--count", "--rounds", "1"])?;
    let unwatched = format!("{}=target/release/{} {{addr}} --delay 0s", "unwatched", patch::binary(UNWATCHED));
    let only = ["--only", "loop", "--only", "executors", "--server", &unwatched];
    compare("echo_few", &[&["--rounds", "7", "--duration", "1", "--scenario", FEW_CLIENTS.name], &only[..]].concat())
}

/// Runs `echo-compare`, and keeps its raw data under this name.
fn compare(name: &str, arguments: &[&str]) -> Result {
    let mut command = Command::new(workspace().join("target/release/echo-compare"));
    command.args(arguments).args(env::args().skip(1)).args(["--json", &format!("book/src/measured/{name}.json")]);
    run(command.env_remove("CARGO")) // everything is built
}
