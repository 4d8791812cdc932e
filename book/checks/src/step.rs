//! The steps: the packages whose folders have names that begin with the number of a chapter. Cargo knows them, so a new one need be
//! listed nowhere.

use crate::{Failure, METADATA, Result, files, workspace};
use harness::Program;
use serde_json::Value;
use std::collections::HashMap;
use std::fs;
use std::sync::LazyLock;

/// A package of the workspace.
#[derive(Clone, Debug)]
pub struct Package {
    /// Its folder, relative to the workspace.
    pub folder: String,
    /// Its name.
    pub name: String,
    /// The names of its programs.
    pub binaries: Vec<String>,
    /// Those of them that are always built. (The others show a mistake.)
    pub programs: Vec<String>,
    /// What its manifest says for us, below `package.metadata`.
    pub metadata: Value,
}

impl Package {
    /// The last part of its folder. If it is a step, it is also the name of its program and of its chapter: `09_01_sync_server`.
    pub fn step(&self) -> &str {
        self.folder.rsplit('/').next().unwrap_or_default()
    }

    /// The names of the files in its folder `src`.
    pub fn sources(&self) -> Vec<String> {
        let folder = format!("{}/src/", self.folder);
        let names = files(&folder).into_iter().filter_map(|file| Some(file.strip_prefix(&folder)?.to_owned()));
        names.filter(|name| name.ends_with(".rs")).collect()
    }

    /// The file that its program is compiled from.
    pub fn main(&self) -> String {
        format!("{}/src/main.rs", self.folder)
    }
}

/// The packages of the workspace, as cargo sees them.
pub fn packages() -> Result<&'static [Package]> {
    static PACKAGES: LazyLock<Result<Vec<Package>>> = LazyLock::new(|| {
        let packages = METADATA["packages"].as_array().and_then(|all| all.iter().map(package).collect());
        packages.ok_or_else(|| Failure::new("`cargo metadata` does not describe the packages"))
    });
    PACKAGES.as_deref().map_err(Failure::clone)
}

fn package(description: &Value) -> Option<Package> {
    let root = workspace().canonicalize().ok()?;
    let manifest = description["manifest_path"].as_str()?.strip_prefix(root.to_str()?)?;
    let targets = description["targets"].as_array()?.iter().filter(|target| target["kind"][0] == "bin");
    let names = |targets: &mut dyn Iterator<Item = &Value>| -> Vec<String> {
        targets.filter_map(|target| Some(target["name"].as_str()?.to_owned())).collect()
    };
    Some(Package {
        folder: manifest.strip_prefix('/')?.strip_suffix("/Cargo.toml")?.to_owned(),
        name: description["name"].as_str()?.to_owned(),
        binaries: names(&mut targets.clone()),
        programs: names(&mut targets.filter(|target| {
            let mut needed = target["required-features"].as_array().into_iter().flatten();
            let by_default = description["features"]["default"].as_array();
            needed.all(|feature| by_default.is_some_and(|all| all.contains(feature)))
        })),
        metadata: description["metadata"].clone(),
    })
}

/// The chapter number with which a name begins: `(9, 1)` for `09_01_sync_server`.
pub fn number(name: &str) -> Option<(u32, u32)> {
    let mut parts = name.splitn(3, '_');
    let mut part = || parts.next().filter(|part| part.len() == 2)?.parse().ok();
    Some((part()?, part()?))
}

/// The number as readers write it: `9.1` for `09_01_sync_server`.
pub fn short_name(step: &str) -> String {
    number(step).map_or_else(|| step.to_owned(), |(chapter, section)| format!("{chapter}.{section}"))
}

/// The folders that are steps by their names, relative to the workspace, whether or not cargo knows them.
pub fn folders() -> Result<Vec<String>> {
    let mut folders = Vec::new();
    for (parent, prefix) in [("", ""), ("foundations", "foundations/")] {
        let names =
            fs::read_dir(workspace().join(parent))?.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        folders.extend(names.filter(|name| number(name).is_some()).map(|name| format!("{prefix}{name}")));
    }
    folders.sort();
    Ok(folders)
}

/// All steps, in the order of their numbers.
pub fn all() -> Result<Vec<&'static Package>> {
    let mut steps: Vec<&Package> = packages()?.iter().filter(|package| number(package.step()).is_some()).collect();
    steps.sort_by_key(|package| package.step());
    Ok(steps)
}

/// The step of this name.
pub fn find(name: &str) -> Result<&'static Package> {
    let found = all()?.into_iter().find(|package| package.step() == name);
    found.ok_or_else(|| Failure::new(format!("there is no step {name}")))
}

/// A program of the workspace, such as the one that has the name of its step. All are built together, when the first of them is asked for:
/// one call of cargo looks at everything, and takes half a second even if there is nothing to build.
///
/// A step that computes even when it has nothing to do says so in its manifest: `never_rests = true`, below `[package.metadata]`.
pub fn program(name: &str) -> Result<Program> {
    static PROGRAMS: LazyLock<Result<HashMap<&str, Program>>> = LazyLock::new(|| {
        let programs = |package: &'static Package| package.programs.iter().map(move |name| (name.as_str(), package));
        let (names, packages): (Vec<&str>, Vec<&Package>) = packages()?.iter().flat_map(programs).unzip();
        let programs = Program::several_in_workspace(&names)?.into_iter().zip(packages);
        let programs = programs.map(|(program, package)| {
            let never_rests = package.metadata["never_rests"] == true;
            if never_rests { program.never_rests() } else { program }
        });
        Ok(names.into_iter().zip(programs).collect())
    });
    let program = PROGRAMS.as_ref().map_err(Failure::clone)?.get(name);
    program.cloned().ok_or_else(|| Failure::new(format!("there is no program {name}")))
}
