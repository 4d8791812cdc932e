//! Runs a program that measures servers side by side, and keeps its raw data.

use crate::{Result, run, workspace};
use measure::Comparison;
use std::collections::BTreeSet;
use std::env;
use std::process::Command;

/// Builds the servers of a comparison, and the programs of `echo-compare`.
///
/// # Errors
///
/// If they cannot be built.
pub fn build(comparison: &Comparison) -> Result {
    let packages: BTreeSet<&str> = comparison.servers.iter().map(|own| own.package).chain(["echo-compare"]).collect();
    let packages = packages.into_iter().flat_map(|package| ["-p", package]);
    run(Command::new(env!("CARGO")).args(["build", "--release", "--bins"]).args(packages))
}

/// Runs one of these programs with these options and those of the command line. Its raw data go to `book/src/measured`, under this name.
///
/// # Errors
///
/// If something cannot be measured.
pub fn compare(program: &str, name: &str, options: &[&str]) -> Result {
    let mut command = Command::new(workspace().join("target/release").join(program));
    command.args(options).args(env::args().skip(1)).args(["--json", &format!("book/src/measured/{name}.json")]);
    run(command.env_remove("CARGO")) // everything is built
}
