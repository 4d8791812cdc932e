//! What a server is made of: its binary, its crates, its build.

use crate::compare::children::Group;
use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::io::{self, Error, Read};
use std::path::{Path, PathBuf};
use std::process::{self, Command, Stdio};
use std::time::Instant;

const MANIFEST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");

/// The cargo that started this program, or the one on the path.
pub fn cargo() -> Command {
    Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// A folder that goes away with its value.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> io::Result<Self> {
        let folder = env::temp_dir().join(format!("compare-{}", process::id()));
        fs::create_dir_all(&folder)?;
        Ok(Self(folder))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The size in bytes of a binary without its symbols, which `strip` takes out of a copy.
pub fn stripped_size(binary: &Path) -> io::Result<f64> {
    let scratch = Scratch::new()?;
    let stripped = scratch.0.join("stripped");
    run(Command::new("strip").arg("-o").arg(&stripped).arg(binary))?;
    Ok(fs::metadata(&stripped)?.len() as f64)
}

/// The number of crates that the server consists of, itself included; those that only take part in its build are not.
pub fn crates(binary: &str) -> io::Result<f64> {
    let mut cargo = cargo();
    cargo.args(["tree", "--offline", "--edges", "normal,no-proc-macro", "--prefix", "none", "--format", "{p}"]);
    let tree = run(cargo.args(alone(binary)))?;
    let crates: BTreeSet<_> =
        tree.lines().filter(|line| !line.is_empty()).map(|line| line.trim_end_matches(" (*)")).collect();
    Ok(crates.len() as f64)
}

/// The seconds that a release build of the server takes when nothing is built yet.
pub fn cold_build(binary: &str) -> io::Result<f64> {
    let scratch = Scratch::new()?;
    let start = Instant::now();
    let mut cargo = cargo();
    cargo.args(["build", "--offline", "--release", "--bin", binary]).args(alone(binary));
    run(cargo.arg("--target-dir").arg(&scratch.0))?;
    Ok(start.elapsed().as_secs_f64())
}

/// Each server has a feature that turns on what it needs.
fn alone(binary: &str) -> [&str; 5] {
    ["--manifest-path", MANIFEST, "--no-default-features", "--features", binary]
}

/// Runs a program to its end, and returns what it printed.
fn run(command: &mut Command) -> io::Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut group =
        Group::start(command).map_err(|error| Error::new(error.kind(), format!("cannot start {name}: {error}")))?;
    let (mut printed, mut complaints) = (String::new(), String::new());
    if let (Some(mut output), Some(mut errors)) = (group.0.stdout.take(), group.0.stderr.take()) {
        output.read_to_string(&mut printed)?;
        errors.read_to_string(&mut complaints)?;
    }
    let status = group.0.wait()?;
    if status.success() {
        return Ok(printed);
    }
    Err(Error::other(format!("{name} failed: {}", complaints.trim())))
}
