//! The steps: the folders whose names begin with a chapter number.

use crate::{Failure, Result, workspace};
use harness::Program;
use serde_json::Value;
use std::collections::HashMap;
use std::fs;
use std::process::Command;
use std::sync::LazyLock;

/// A package of the workspace.
#[derive(Debug)]
pub struct Package {
    /// Its folder, relative to the workspace.
    pub folder: String,
    /// Its name.
    pub name: String,
    /// The names of its programs.
    pub binaries: Vec<String>,
}

/// The packages of the workspace, as cargo sees them.
///
/// # Errors
///
/// If cargo does not tell.
pub fn packages() -> Result<Vec<Package>> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["metadata", "--no-deps", "--offline", "--format-version=1"]).current_dir(workspace());
    let metadata: Value = serde_json::from_slice(&cargo.output()?.stdout).unwrap_or_default();
    let package = |package: &Value| {
        let manifest = package["manifest_path"].as_str()?.strip_prefix(metadata["workspace_root"].as_str()?)?;
        let targets = package["targets"].as_array()?.iter().filter(|target| target["kind"][0] == "bin");
        Some(Package {
            folder: manifest.strip_prefix('/')?.strip_suffix("/Cargo.toml")?.to_owned(),
            name: package["name"].as_str()?.to_owned(),
            binaries: targets.filter_map(|target| Some(target["name"].as_str()?.to_owned())).collect(),
        })
    };
    let packages: Option<Vec<Package>> =
        metadata["packages"].as_array().and_then(|all| all.iter().map(package).collect());
    packages.ok_or_else(|| Failure::new("`cargo metadata` does not describe the packages"))
}

/// The chapter number with which a name begins: `(9, 1)` for `09_01_sync_server`.
pub fn number(name: &str) -> Option<(u32, u32)> {
    let mut parts = name.splitn(3, '_');
    let mut part = || parts.next().filter(|part| part.len() == 2)?.parse().ok();
    Some((part()?, part()?))
}

/// The folders of all steps, in order.
///
/// # Errors
///
/// If the workspace cannot be read.
pub fn folders() -> Result<Vec<String>> {
    let names = fs::read_dir(workspace())?.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut folders: Vec<String> = names.filter(|name| number(name).is_some()).collect();
    folders.sort();
    Ok(folders)
}

/// The program of a step. All steps are built at once, when the first of them is asked for.
///
/// # Errors
///
/// If there is no such step, or cargo cannot build it.
pub fn program(step: &str) -> Result<Program> {
    static PROGRAMS: LazyLock<Result<HashMap<String, Program>>> = LazyLock::new(|| {
        let folders = folders()?;
        let names: Vec<&str> = folders.iter().map(String::as_str).collect();
        let programs = Program::several_in_workspace(&names)?;
        Ok(folders.into_iter().zip(programs).collect())
    });
    let program = PROGRAMS.as_ref().map_err(Failure::clone)?.get(step);
    program.cloned().ok_or_else(|| Failure::new(format!("there is no step {step}")))
}
