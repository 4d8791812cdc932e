//! Checks that the book says what the programs do, and rewrites what it quotes of them.
//!
//! The book has no code, console text or figure of its own: each comes from a file that a program is compiled from, or
//! from a generated one. The tests of this crate compare the generated files with what the programs do now. To rewrite
//! them all: `UPDATE_BOOK=1 cargo test -p book-checks` (twice, if there is a new one). What is *measured* (no two runs are alike) is kept as data, and
//! measured again only by `cargo run --bin measure`.
//!
//! What can fail returns a [`Result`] whose failure is a sentence for a person: it names the file, the program or the page, and says what is wrong.

pub mod asserting;
pub mod chapter;
pub mod chart;
pub mod claims;
pub mod compiler;
pub mod difference;
pub mod evidence;
pub mod exercise;
pub mod factors;
pub mod facts;
pub mod glossary;
pub mod ideas;
pub mod include;
pub mod listing;
pub mod machines;
pub mod matrix;
pub mod measured;
pub mod models;
pub mod modules;
pub mod patch;
pub mod pieces;
pub mod ports;
pub mod prose;
pub mod report;
pub mod sandbox;
pub mod session;
pub mod side_by_side;
pub mod site;
pub mod snapshot;
pub mod sources;
pub mod states;
pub mod step;
pub mod stepper;
pub mod template;
pub mod terminal;
pub mod verdict;
pub mod ways;
pub mod which;

pub use harness::{Failure, Result, has_tool};

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// The root of the workspace.
pub fn workspace() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// What cargo says of the workspace; nothing if it cannot be asked.
static METADATA: LazyLock<Value> = LazyLock::new(|| {
    let output = harness::cargo().args(["metadata", "--no-deps", "--offline", "--format-version=1"]).output();
    output.ok().and_then(|output| serde_json::from_slice(&output.stdout).ok()).unwrap_or_default()
});

/// The folder in which cargo keeps what it builds, and in which the tests of the book write.
pub fn target() -> PathBuf {
    let named = METADATA["target_directory"].as_str().map(PathBuf::from);
    named.unwrap_or_else(|| workspace().join("target"))
}

/// Runs a command in the root of the workspace, to its end.
pub fn run(command: &mut Command) -> Result {
    let status = command.current_dir(workspace()).status()?;
    if status.success() { Ok(()) } else { Err(Failure::new(format!("{command:?} ended with {status}"))) }
}

/// The folder that holds the chapters.
pub fn chapters() -> PathBuf {
    workspace().join("book/src")
}

/// Reads a file, given relative to the workspace.
pub fn read(file: impl AsRef<Path>) -> Result<String> {
    let file = file.as_ref();
    fs::read_to_string(workspace().join(file)).map_err(|error| Failure::from(error).context(file.display()))
}

/// All files below a folder of the workspace, relative to the workspace and sorted, without those that programs produce.
pub fn files(folder: &str) -> Vec<String> {
    files_of(workspace(), folder)
}

/// The same for a copy of the workspace.
pub(crate) fn files_of(root: &Path, folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::from(folder)];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(root.join(&folder)).into_iter().flatten().flatten();
        for entry in entries.filter(|entry| !entry.file_name().to_string_lossy().starts_with('.')) {
            let path = folder.join(entry.file_name());
            if !entry.path().is_dir() {
                found.push(path.to_string_lossy().into_owned());
            } else if !["target", "book/book", "fuzz/target"].iter().any(|folder| path.ends_with(folder)) {
                folders.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Fails with all that was found in one message: an author who repairs the book wants the whole list.
///
/// # Panics
///
/// If there is a problem.
pub fn assert_none(problems: impl IntoIterator<Item = String>) {
    let problems: Vec<String> = problems.into_iter().collect();
    assert!(problems.is_empty(), "{} problem(s) in the book:\n{}", problems.len(), problems.join("\n"));
}
