//! Measures again what chapter 10 shows. Needs Linux, `strace`, `valgrind`, a machine that has nothing else to do, and about
//! three quarters of an hour.
//!
//! Run: `cargo run -p book-checks --bin measure_runtimes`, then `UPDATE_BOOK=1 cargo test -p book-checks` to rewrite the tables.
//! Behind `--`, the name of a report (`report`, `counts`, `sleep`, `build`, `ideas`, `idea_counts`) measures that one alone;
//! options are handed on to `compare`: `-- ideas --rounds 1 --duration 0.2`.

use book_checks::goals::PORTS;
use book_checks::ideas::{COUNTED, IDEAS, STEP, STOPS_WELL};
use book_checks::{Failure, Result, patch, workspace};
use std::env;
use std::process::Command;

/// What can be measured alone.
const REPORTS: [&str; 6] = ["report", "counts", "sleep", "build", "ideas", "idea_counts"];

fn main() -> Result {
    if let Some(name) = only().filter(|name| !REPORTS.contains(&name.as_str())) {
        return Err(Failure::new(format!("there is no report {name}; there are {}", REPORTS.join(", "))));
    }
    let packages = ["runtimes-compare", "parallel_server", "graceful_server"].map(|package| ["-p", package]);
    run(Command::new(env!("CARGO")).args(["build", "--release", "--bins"]).args(packages.concat()))?;
    patch::cargo(&["build", "--release", "--quiet", "--offline"])?;
    compare("report", &["--rounds", "7"])?;
    compare("counts", &["--count"])?;
    compare("sleep", &["--scenario", "sleep", "--connections", "10000"])?;
    let only: Vec<&str> = ["hyper"].into_iter().chain(PORTS).flat_map(|server| ["--only", server]).collect();
    compare("build", &[&["--scenario", "build"], &only[..]].concat())?;
    ideas()?;
    idea_counts()
}

/// Step 9.5, each idea, and what they are measured by.
fn ideas() -> Result {
    let mut arguments = vec!["--rounds", "7", "--only", STEP, "--only", "hyper", "--only", "limit"];
    let scenarios = ["keep-alive", "connection-per-request", "pipelined", "memory"];
    arguments.extend(scenarios.iter().flat_map(|scenario| ["--scenario", scenario]));
    let steps = [step(STEP), step(STOPS_WELL)];
    compare_servers("ideas", &arguments, steps.into_iter().chain(IDEAS.map(idea)))
}

/// The system calls of step 9.5, and of those ideas that are counted.
fn idea_counts() -> Result {
    let arguments = ["--count", "--only", STEP, "--scenario", "keep-alive", "--scenario", "connection-per-request"];
    compare_servers("idea_counts", &arguments, [step(STEP)].into_iter().chain(COUNTED.map(|(name, _)| idea(name))))
}

/// A step, as `compare` is to start it.
fn step(name: &str) -> String {
    format!("{name}=target/release/{name} {{addr}}")
}

/// Step 9.5 with an idea, as `compare` is to start it.
fn idea(name: &str) -> String {
    format!("{name}=target/release/{} {{addr}}", patch::binary(&format!("{STEP}+{name}")))
}

fn compare_servers(name: &str, arguments: &[&str], servers: impl Iterator<Item = String>) -> Result {
    let servers: Vec<_> = servers.collect();
    let servers: Vec<_> = servers.iter().flat_map(|server| ["--server", server]).collect();
    compare(name, &[arguments, &servers].concat())
}

/// Runs `compare`, and keeps its raw data under this name, if they are wanted.
fn compare(name: &str, arguments: &[&str]) -> Result {
    if only().is_some_and(|only| only != name) {
        return Ok(());
    }
    let options = env::args().skip(if only().is_some() { 2 } else { 1 });
    let mut command = Command::new(workspace().join("target/release/compare"));
    command.args(arguments).args(options).args(["--json", &format!("book/src/measured/{name}.json")]);
    run(command.env_remove("CARGO")) // everything is built
}

/// The only report that is wanted, if not all are.
fn only() -> Option<String> {
    env::args().nth(1).filter(|argument| !argument.starts_with('-'))
}

fn run(command: &mut Command) -> Result {
    let status = command.current_dir(workspace()).status()?;
    if status.success() { Ok(()) } else { Err(Failure::new(format!("{command:?} ended with {status}"))) }
}
