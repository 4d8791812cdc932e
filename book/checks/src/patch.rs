//! Changes to steps that were tried, each as a patch: `git apply FILE` makes the change, `git apply -R FILE` takes it back.
//!
//! The book says "change this line, and see what happens". Here the line is changed in a copy of the step, so that what
//! happens is known and not guessed. The copies live below cargo's target folder, in a workspace of their own that is like this one.
//!
//! A patch that no longer fits its step fails a test. To renew it, commit the step, make the change by hand, and:
//! `git diff 09_05_parallel_server > runtimes-compare/ideas/NAME.diff; git restore 09_05_parallel_server`.
//! Then `UPDATE_BOOK=1 cargo test -p book-checks` brings it into the form of the others. (The same makes a new one.)

use crate::step::{self, Package};
use crate::{Failure, Result, difference, files, files_of, read, target, workspace};
use diffy::patch_set::{FilePatch, ParseOptions, PatchSet};
use harness::{Program, cargo as command};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// Where the patches are: for all systems, and for Linux, the only system on which `compare` measures.
const FOLDERS: [&str; 2] = ["book/experiments", "runtimes-compare/ideas"];

/// A change to a step.
#[derive(Clone, Debug)]
pub struct Patch {
    /// Its file, relative to the workspace.
    pub file: String,
    /// What is in that file.
    pub text: String,
}

/// One of the files that a patch changes.
struct Changed {
    /// Relative to the workspace.
    file: String,
    before: String,
    after: String,
}

/// All patches.
pub fn all() -> Result<Vec<Patch>> {
    let found = FOLDERS.iter().flat_map(|folder| files(folder)).filter(|file| file.ends_with(".diff"));
    found.map(|file| Ok(Patch { text: read(&file)?, file })).collect()
}

/// The files that a patch changes: the name of each, relative to the workspace, and its text before and after.
pub fn changed(name: &str) -> Result<Vec<(String, String, String)>> {
    let patch = all()?.into_iter().find(|patch| patch.name() == name);
    let patch = patch.ok_or_else(|| Failure::new(format!("there is no patch {name}")))?;
    let changed = patch.apply(patch.step()?)?.into_iter();
    Ok(changed.map(|Changed { file, before, after }| (file, before, after)).collect())
}

impl Patch {
    /// The name of its file: `panic`.
    pub fn name(&self) -> &str {
        Path::new(&self.file).file_stem().and_then(|name| name.to_str()).unwrap_or_default()
    }

    /// The same change as it should be written: with two lines around it, at the lines where it is now.
    pub fn renewed(&self) -> Result<String> {
        let difference = |Changed { file, before, after }| {
            difference::of_texts((&format!("a/{file}"), &before), (&format!("b/{file}"), &after))
        };
        Ok(self.apply(self.step()?)?.into_iter().map(difference).collect())
    }

    /// The step that it was written for.
    fn step(&self) -> Result<&'static Package> {
        let file = self.text.lines().find_map(|line| line.strip_prefix("+++ b/")).unwrap_or_default();
        let step = step::all()?.into_iter().find(|step| file.starts_with(&format!("{}/", step.folder)));
        step.ok_or_else(|| self.explain("it changes no step: there is no line `+++ b/STEP/…`"))
    }

    /// The files of a step that it changes: of the one that it was written for, or of one that is like it.
    fn apply(&self, step: &Package) -> Result<Vec<Changed>> {
        let parts = PatchSet::parse(&self.text, ParseOptions::unidiff());
        parts.map(|part| self.apply_part(&part.map_err(|error| self.explain(error))?, step)).collect()
    }

    fn apply_part(&self, part: &FilePatch<'_, str>, step: &Package) -> Result<Changed> {
        let patch = part.patch().as_text().ok_or_else(|| self.explain("it changes more than texts"))?;
        let own = format!("b/{}/", self.step()?.folder);
        let path = patch.modified().and_then(|name| name.strip_prefix(own.as_str())).unwrap_or_default();
        let (step, file) = (&step.folder, format!("{}/{path}", step.folder));
        let before = read(&file)?;
        match diffy::apply(&before, patch) {
            Ok(after) => Ok(Changed { file, before, after }),
            Err(error) => Err(self.explain(format!(
                "no longer fits {file} ({error}). Commit the step, make the change by hand, \
                 then: git diff {step} > {}; git restore {step}",
                self.file
            ))),
        }
    }

    fn explain(&self, problem: impl Display) -> Failure {
        Failure::new(format!("{}: {problem}", self.file))
    }
}

/// The program of a step with a patch, built first if it is not up to date: `09_04_concurrent_server+panic`.
pub fn program(name: &str) -> Result<Program> {
    build()?;
    Ok(built(name))
}

/// The same for a program that is built already.
pub fn built(name: &str) -> Program {
    // The machine may have a single processor; the experiments are about two threads.
    Program::at(target().join("debug").join(binary(name))).environment("ASYNC_STD_THREAD_COUNT", "2")
}

/// Builds these programs, and no others.
pub fn build_only(names: &[String]) -> Result {
    let mut arguments: Vec<String> = ["build", "--quiet", "--offline"].map(str::to_owned).into();
    arguments.extend(names.iter().flat_map(|name| ["--bin".to_owned(), binary(name)]));
    cargo(&arguments.iter().map(String::as_str).collect::<Vec<_>>()).map(drop)
}

/// Builds all steps with patches, if they are not up to date, and returns the folder of their programs.
pub fn build() -> Result<PathBuf> {
    static BUILT: LazyLock<Result> = LazyLock::new(|| cargo(&["build", "--quiet", "--offline"]).map(drop));
    BUILT.clone()?;
    Ok(target().join("debug"))
}

/// The name of a program: cargo allows no `+` there.
pub fn binary(name: &str) -> String {
    name.replace('+', "-")
}

/// Runs a command of cargo on all steps with patches, such as `build --release`, and returns what it prints.
pub fn cargo(arguments: &[&str]) -> Result<String> {
    static COPIED: LazyLock<Result<PathBuf>> = LazyLock::new(copy);
    // The libraries are those of the workspace: built there, they need not be built again.
    let output = command().args(arguments).env("CARGO_TARGET_DIR", target()).current_dir(COPIED.clone()?).output()?;
    let [printed, log] = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    if output.status.success() { Ok(printed) } else { Err(Failure::new(printed + &log)) }
}

/// The tests in the programs of these steps with patches, each as a program of its own. One call of cargo builds them all.
pub fn tests(names: &[&str]) -> Result<Vec<PathBuf>> {
    let packages: Vec<String> = names.iter().map(|name| format!("--package={}", &binary(name)[6..])).collect();
    let mut arguments = vec!["test", "--no-run", "--bins", "--offline", "--quiet", "--message-format=json"];
    arguments.extend(packages.iter().map(String::as_str));
    let messages = cargo(&arguments)?;
    let messages: Vec<Value> = messages.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let find = |name: &&str| {
        let is_its = |message: &&Value| message["target"]["name"] == binary(name) && message["executable"].is_string();
        let path = messages.iter().find(is_its).and_then(|message| message["executable"].as_str());
        path.map(PathBuf::from).ok_or_else(|| Failure::new(format!("cargo has built no tests of {name}")))
    };
    names.iter().map(find).collect()
}

/// Writes the copies, and returns the folder in which they are.
fn copy() -> Result<PathBuf> {
    let folder = target().join("patched");
    let programs = programs()?;
    let mut copies: Vec<(String, String)> = Vec::new();
    // A step may include a file of another one, or read one while it runs.
    for file in files("foundations").into_iter().chain(files("support/common/src")) {
        copies.push((file.clone(), read(&file)?));
    }
    for (name, (package, patch)) in &programs {
        let changed = patch.apply(package)?;
        let (step, copy) = (&package.folder, place(name, package));
        for file in files(step) {
            let text = match changed.iter().find(|changed| changed.file == file) {
                Some(changed) => changed.after.clone(),
                None => read(&file)?,
            };
            let path = &file[step.len() + 1..];
            let text = if path == "Cargo.toml" { renamed(&text, package, name) } else { text };
            copies.push((format!("{copy}/{path}"), text));
        }
    }
    let members: Vec<String> = programs.iter().map(|(name, (package, _))| place(name, package)).collect();
    copies.push(("Cargo.toml".to_owned(), manifest(&members)?));
    copies.push(("Cargo.lock".to_owned(), read("Cargo.lock")?));
    for (file, text) in &copies {
        write_if_changed(&folder.join(file), text)?;
    }
    // What an older copy has left would hide that something is missing here.
    let copied: BTreeSet<&String> = copies.iter().map(|(file, _)| file).collect();
    for old in files_of(&folder, "").iter().filter(|file| !copied.contains(file)) {
        fs::remove_file(folder.join(old))?;
    }
    Ok(folder)
}

/// Where the copy of a step is: as deep as the step itself, so that it finds what it includes.
fn place(name: &str, step: &Package) -> String {
    step.folder.replace(step.step(), name)
}

/// Each patch in the step that it was written for, and in those in which a console session tries it: `STEP+PATCH`.
fn programs() -> Result<BTreeMap<String, (&'static Package, Patch)>> {
    let mut patches = all()?;
    patches.retain(|patch| cfg!(target_os = "linux") || patch.file.starts_with(FOLDERS[0]));
    let mut programs = BTreeMap::new();
    let sessions = files("book/src/console");
    let tried: BTreeSet<_> = sessions.iter().filter_map(|file| file.split('/').nth(3)?.split_once('+')).collect();
    for patch in &patches {
        let steps = tried.iter().filter(|(_, name)| *name == patch.name()).map(|(step, _)| step::find(step));
        for step in steps.chain([patch.step()]) {
            let step = step?;
            programs.insert(format!("{}+{}", step.step(), patch.name()), (step, patch.clone()));
        }
    }
    Ok(programs)
}

/// The manifest of the workspace, with other members, and stricter: a warning would not be seen.
fn manifest(members: &[String]) -> Result<String> {
    let own = read("Cargo.toml")?;
    let (_, shared) = own.split_once("[workspace.package]").unwrap_or_default();
    let root = workspace().canonicalize()?;
    let shared = shared.replace("path = \"", &format!("path = \"{}/", root.display()));
    let shared = shared.replace("[workspace.lints.rust]", "[workspace.lints.rust]\nwarnings = \"deny\"");
    Ok(format!("[workspace]\nresolver = \"3\"\nmembers = {members:?}\n\n[workspace.package]{shared}"))
}

/// The manifest of a step, for a package that is called otherwise, as its programs are.
fn renamed(manifest: &str, step: &Package, name: &str) -> String {
    let package = |name: &str| format!("name = \"{}\"", &binary(name)[6..]);
    let named = |name: &str| format!("name = \"{}\"", binary(name));
    let patch = name.split_once('+').map_or("", |(_, patch)| patch);
    let manifest = manifest.replacen(&package(step.step()), &package(name), 1);
    let manifest = manifest.lines().filter(|line| !line.starts_with("default-run")).collect::<Vec<_>>().join("\n");
    step.binaries
        .iter()
        .fold(manifest, |manifest, other| manifest.replacen(&named(other), &named(&format!("{other}+{patch}")), 1))
}

fn write_if_changed(path: &Path, text: &str) -> Result {
    if fs::read_to_string(path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    Ok(fs::write(path, text)?)
}
