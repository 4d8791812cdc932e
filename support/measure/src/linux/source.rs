//! What a server is made of: its binary, its crates, its build.

use crate::comparison::Own;
use crate::linux::children::Group;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs;
use std::io::{self, Error, Read};
use std::path::{Path, PathBuf};
use std::process::{self, Command, Stdio};
use std::time::Instant;

/// The folder of the workspace. Cargo works there, wherever the user does.
pub fn workspace() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here)
}

/// The cargo that started this program, or the one on the path.
pub fn cargo() -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(workspace()).env_remove("RUSTC_BOOTSTRAP"); // the gate times tests with it, and compiles nothing with it
    cargo
}

/// A folder that goes away with its value.
pub struct Scratch(PathBuf);

impl Scratch {
    /// A new folder.
    pub fn new() -> io::Result<Self> {
        let folder = env::temp_dir().join(format!("measure-{}", process::id()));
        fs::create_dir_all(&folder)?;
        Ok(Self(folder))
    }

    /// A file in it.
    pub fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
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
    let stripped = scratch.file("stripped");
    run(Command::new("strip").arg("-o").arg(&stripped).arg(binary))?;
    Ok(fs::metadata(&stripped)?.len() as f64)
}

/// The number of crates that the server consists of, itself included; those that only take part in its build are not.
pub fn crates(own: &Own) -> io::Result<f64> {
    let mut cargo = cargo();
    cargo.args(["tree", "--offline", "--edges", "normal,no-proc-macro", "--prefix", "none", "--format", "{p}"]);
    let tree = run(cargo.args(alone(own)))?;
    let crates: BTreeSet<_> =
        tree.lines().filter(|line| !line.is_empty()).map(|line| line.trim_end_matches(" (*)")).collect();
    Ok(crates.len() as f64)
}

/// The seconds that a release build of the server takes when nothing is built yet, and those of each crate, many of which are built at
/// the same time.
pub fn cold_build(own: &Own) -> io::Result<(f64, BTreeMap<String, f64>)> {
    let scratch = Scratch::new()?;
    let start = Instant::now();
    let mut cargo = cargo();
    cargo.args(["build", "--offline", "--release", "--timings", "--bin", own.binary]).args(alone(own));
    run(cargo.arg("--target-dir").arg(&scratch.0))?;
    let seconds = start.elapsed().as_secs_f64();
    let timings = fs::read_to_string(scratch.file("cargo-timings/cargo-timing.html")).unwrap_or_default();
    Ok((seconds, seconds_of_crates(&timings)))
}

/// Reads the data in the page that `cargo build --timings` writes; nothing, should a later cargo write them in another way.
fn seconds_of_crates(timings: &str) -> BTreeMap<String, f64> {
    #[derive(Deserialize)]
    struct Unit {
        name: String,
        duration: f64,
    }
    let data = timings.split_once("const UNIT_DATA = ").and_then(|(_, data)| data.split_once("];"));
    let units = data.and_then(|(units, _)| serde_json::from_str::<Vec<Unit>>(&format!("{units}]")).ok());
    units.into_iter().flatten().fold(BTreeMap::new(), |mut crates, Unit { name, duration }| {
        *crates.entry(name).or_default() += duration;
        crates
    })
}

/// Each server has a feature that turns on what it needs.
fn alone(own: &Own) -> [&str; 5] {
    ["--package", own.package, "--no-default-features", "--features", own.binary]
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_times_of_a_crate_and_of_its_build_script_are_added() {
        let page = r#"<script>
const UNIT_DATA = [
  {"i": 0, "name": "libc", "target": " build-script", "duration": 0.5},
  {"i": 1, "name": "libc", "target": "", "duration": 1.0},
  {"i": 2, "name": "syn", "target": "", "duration": 2.0}
];
const CONCURRENCY_DATA = [];"#;
        assert_eq!(seconds_of_crates(page), [("libc".to_owned(), 1.5), ("syn".to_owned(), 2.0)].into());
        assert_eq!(seconds_of_crates("written in another way"), BTreeMap::new());
    }
}
