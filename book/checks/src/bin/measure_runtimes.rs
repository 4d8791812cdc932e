//! Measures again what chapter 10 shows. Needs Linux, a machine that has nothing else to do, and about half an hour.
//!
//! Run: `cargo run -p book-checks --bin measure_runtimes`, then `UPDATE_BOOK=1 cargo test -p book-checks` to rewrite the tables.
//! `-- --quick`, or any other option of `compare`, is handed on to it.

use book_checks::goals::PORTS;
use book_checks::ports::IDEAS;
use book_checks::{Failure, Result, workspace};
use std::env;
use std::process::Command;

fn main() -> Result {
    run(Command::new(env!("CARGO")).args(["build", "--release", "-p", "runtimes-compare", "--bins", "--examples"]))?;
    compare("report", &["--rounds", "7"])?;
    compare("sleep", &["--scenario", "sleep", "--connections", "10000"])?;
    let only: Vec<&str> = ["hyper"].into_iter().chain(PORTS).flat_map(|server| ["--only", server]).collect();
    compare("build", &[&["--scenario", "build"], &only[..]].concat())?;
    let servers = IDEAS.map(|idea| format!("{idea}=target/release/examples/idea_{idea} {{addr}}"));
    let scenarios = ["keep-alive", "connection-per-request", "pipelined", "memory"];
    let mut arguments = vec!["--rounds", "7", "--only", "async-std"];
    arguments.extend(scenarios.iter().flat_map(|scenario| ["--scenario", scenario]));
    arguments.extend(servers.iter().flat_map(|server| ["--server", server]));
    compare("ideas", &arguments)
}

/// Runs `compare`, and keeps its raw data under this name.
fn compare(name: &str, arguments: &[&str]) -> Result {
    let mut command = Command::new(workspace().join("target/release/compare"));
    command.args(arguments).args(env::args().skip(1)).args(["--json", &format!("book/src/measured/{name}.json")]);
    run(command.env_remove("CARGO")) // everything is built
}

fn run(command: &mut Command) -> Result {
    let status = command.current_dir(workspace()).status()?;
    if status.success() { Ok(()) } else { Err(Failure::new(format!("{command:?} ended with {status}"))) }
}
