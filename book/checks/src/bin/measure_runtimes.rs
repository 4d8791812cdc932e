//! Measures again what chapter 10 shows. Needs Linux, `strace`, `valgrind`, and a machine that has nothing else to do.
//!
//! Run: `cargo run --bin measure_runtimes`, then `UPDATE_BOOK=1 cargo test -p book-checks` to rewrite the tables.
//! Try: `--help`, which says how long each part takes, or one part with options for `compare`: `-- ideas -- --rounds 1`.
//! You should see: the tables of `compare`, one after the other, and changed files in `book/src/measured`.

use book_checks::ideas::IDEAS;
use book_checks::ports::PORTS;
use book_checks::{Result, patch, run, workspace};
use clap::{Parser, ValueEnum};
use runtimes_compare::CHANGED_STEP;
use std::process::Command;

/// Measures again what chapter 10 shows, in about half an hour on a machine that has nothing else to do.
///
/// Each part is a run of `compare`, whose raw data go to `book/src/measured`.
#[derive(Parser)]
struct Options {
    /// Measure these parts alone [default: all].
    #[arg(value_enum)]
    parts: Vec<Part>,

    /// Options for `compare`, which come last: `-- --rounds 1 --duration 0.2`.
    #[arg(last = true, value_name = "OPTIONS OF COMPARE")]
    options: Vec<String>,
}

/// A run of `compare`. The times leave out what has to be built first, which takes about four minutes.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// The three runtimes and the yardsticks, by all that takes no minutes (8 minutes).
    Report,
    /// Their system calls and instructions (3 minutes).
    Counts,
    /// Ten thousand naps at the same time (1 minute).
    Sleep,
    /// How long it takes to build each of them (2 minutes).
    Build,
    /// Step 9.7, and each idea for it (6 minutes).
    Ideas,
}

fn main() -> Result {
    let Options { mut parts, options } = Options::parse();
    if parts.is_empty() {
        parts = Part::value_variants().to_vec();
    }
    let packages = ["runtimes-compare", "graceful_server"].map(|package| ["-p", package]);
    run(Command::new(env!("CARGO")).args(["build", "--release", "--bins"]).args(packages.concat()))?;
    if parts.contains(&Part::Ideas) {
        let ideas = IDEAS.map(program);
        let ideas = ideas.iter().flat_map(|program| ["--bin", program]);
        patch::cargo(&["build", "--release", "--quiet", "--offline"].into_iter().chain(ideas).collect::<Vec<_>>())?;
    }
    parts.into_iter().try_for_each(|part| measure(part, &options))
}

/// One run of `compare`. Counts of one round are within 3 % of those of the next, so one is enough where nothing waits.
fn measure(part: Part, options: &[String]) -> Result {
    let ports = PORTS.iter().flat_map(|port| ["--only", port]);
    let (name, arguments, servers): (_, Vec<&str>, Vec<String>) = match part {
        Part::Report => ("report", words("--rounds 7 --duration 1"), vec![]),
        Part::Counts => ("counts", words("--count --rounds 1"), vec![]),
        Part::Sleep => ("sleep", words("--scenario sleep --connections 10000"), vec![]),
        Part::Build => {
            ("build", words("--scenario build --only hyper --only compio").into_iter().chain(ports).collect(), vec![])
        }
        Part::Ideas => {
            let arguments = words(
                "--rounds 5 --duration 0.5 --only 09_07_graceful_server --only hyper --only limit \
                 --scenario keep-alive --scenario keep-alive-shared --scenario connection-per-request \
                 --scenario connection-per-request-shared --scenario pipelined --scenario memory",
            );
            ("ideas", arguments, [step(CHANGED_STEP)].into_iter().chain(IDEAS.map(idea)).collect())
        }
    };
    let servers = servers.iter().flat_map(|server| ["--server", server]);
    let json = format!("book/src/measured/{name}.json");
    let mut command = Command::new(workspace().join("target/release/compare"));
    command.args(arguments).args(servers).args(options).args(["--json", &json]);
    run(command.env_remove("CARGO")) // everything is built
}

fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

/// A step, as `compare` is to start it.
fn step(name: &str) -> String {
    format!("{name}=target/release/{name} {{addr}}")
}

/// Step 9.7 with an idea, as `compare` is to start it.
fn idea(name: &str) -> String {
    format!("{name}=target/release/{} {{addr}}", program(name))
}

/// The program of step 9.7 with an idea.
fn program(idea: &str) -> String {
    patch::binary(&format!("{CHANGED_STEP}+{idea}"))
}
