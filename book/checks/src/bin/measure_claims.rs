//! Measures again what chapter 11.1 judges, and says what is left of each claim. Needs Linux with two processors that have nothing else
//! to do, `redis-server`, `redis-benchmark`, and about five minutes.
//!
//! Run: `cargo run --bin measure_claims`, then `UPDATE_BOOK=1 cargo test -p book-checks` to redraw tables and picture.
//! After `--`, a name measures one part alone: `models`, `polling`, `runtimes`, `key_value`, `parts`, `switches` or `jobs`.

use book_checks::claims;
use book_checks::evidence::{Evidence, FOLDER, LOADS};
use book_checks::measured::key_value::Measured;
use book_checks::{Failure, Result, run, snapshot};
use harness::cargo;
use std::env;
use std::process::Stdio;

/// What can be measured alone, and how.
type Measurement = (&'static str, fn() -> Result);

const ALL: [Measurement; 7] = [
    ("models", models),
    ("polling", polling),
    ("runtimes", runtimes),
    ("key_value", key_value),
    ("parts", parts),
    ("switches", switches),
    ("jobs", jobs),
];

fn main() -> Result {
    let only = env::args().nth(1);
    let wanted: Vec<_> = ALL.iter().filter(|(name, _)| only.as_deref().is_none_or(|only| only == *name)).collect();
    if wanted.is_empty() {
        let names = ALL.map(|(name, _)| name).join(", ");
        return Err(Failure::new(format!("there is no {}; there are {names}", only.unwrap_or_default())));
    }
    for (number, (name, measure)) in wanted.iter().enumerate() {
        eprintln!("{} of {}: {name}", number + 1, wanted.len());
        measure().map_err(|failure| failure.context(name))?;
    }
    for claim in claims::all(&Evidence::committed()?).iter().flat_map(|group| &group.claims) {
        println!("{}\n    measured: {}\n    {}", claim.said, claim.judged.measured, claim.judged.verdict);
    }
    Ok(())
}

fn models() -> Result {
    let servers = ["threads", "threads-8M", "prefork", "loop", "executor"].map(|server| ["--only", server]);
    let scenarios = ["hold-1000", "hold-10000", "serve-1000", "serve-10000"].map(|scenario| ["--scenario", scenario]);
    compare(
        "models-compare",
        "models",
        &[&["--rounds", "3"], servers.as_flattened(), scenarios.as_flattened()].concat(),
    )
}

/// The loop of step 3.3 rests if it has no clients, and that of step 3.2 does not.
fn polling() -> Result {
    run(cargo().args(["build", "--release", "--quiet", "-p", "naive_polling"]))?;
    let server = "polling=target/release/03_02_naive_polling {addr} --delay 0s";
    compare("models-compare", "polling", &["--rounds", "3", "--scenario", "idle", "--only", "loop", "--server", server])
}

fn runtimes() -> Result {
    let servers = ["async-std", "tokio", "smol"].map(|server| ["--only", server]);
    let scenarios = ["keep-alive", "connection-per-request", "memory"].map(|scenario| ["--scenario", scenario]);
    let length = ["--rounds", "5", "--duration", "0.5"];
    compare("runtimes-compare", "runtimes", &[&length, servers.as_flattened(), scenarios.as_flattened()].concat())
}

fn key_value() -> Result {
    run(cargo().args(["build", "--release", "--quiet", "-p", "key_value"]))?;
    let measured = Measured::observe(&LOADS, 3, 100_000)?;
    let text = serde_json::to_string_pretty(&measured).map_err(|error| Failure::new(error.to_string()))?;
    snapshot::write(&format!("{FOLDER}/key_value.json"), &format!("{text}\n"))
}

fn parts() -> Result {
    keep("parts.json", &["--bin", "11_01_claims", "--", "--json"])
}

fn switches() -> Result {
    keep("switches.json", &["--bin", "11_01_claims", "--", "--json", "--rounds", "15", "--time", "20ms"])
}

/// Jobs that take the processor some hundredths of a second each, in nine rounds.
fn jobs() -> Result {
    let arguments = ["--bin", "01_03_cpu_or_io", "--", "--wait", "10ms", "--compute", "30000000"];
    let tables = (0..9).map(|_| output(&arguments)).collect::<Result<Vec<_>>>()?;
    snapshot::write(&format!("{FOLDER}/jobs.txt"), &tables.join("\n"))
}

/// Lets a program that compares servers write its raw data.
fn compare(package: &str, name: &str, arguments: &[&str]) -> Result {
    let mut command = cargo();
    command.args(["run", "--release", "--quiet", "-p", package, "--"]).args(arguments);
    run(command.args(["--json", &format!("{FOLDER}/{name}.json")]))
}

/// Keeps what a program prints.
fn keep(file: &str, arguments: &[&str]) -> Result {
    snapshot::write(&format!("{FOLDER}/{file}"), &output(arguments)?)
}

/// What a program of the workspace prints.
fn output(arguments: &[&str]) -> Result<String> {
    let mut command = cargo();
    let output = command.args(["run", "--release", "--quiet"]).args(arguments).stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(Failure::new(format!("{command:?} ended with {}", output.status)));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
