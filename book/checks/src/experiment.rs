//! Experiments: a step with one change, built and run beside it.
//!
//! The book says "change this line, and see what happens". Here the line is changed in a copy of the step, so that what
//! happens is known and not guessed. The copies live below `target`, as the programs of a package of their own.

use crate::{Failure, Result, read, workspace};
use harness::Program;
use similar::TextDiff;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;

/// A change to steps.
pub struct Experiment {
    /// What is tried.
    pub name: &'static str,
    /// The steps in which it is tried.
    pub steps: &'static [&'static str],
    /// What stands in the step, once.
    old: &'static str,
    /// What is put there.
    new: &'static str,
}

/// The experiments of the book.
pub const EXPERIMENTS: [Experiment; 3] = [
    Experiment {
        name: "limit_of_one",
        steps: &["09_04_concurrent_server"],
        old: "const MAX_CONNECTIONS: usize = 20_000;",
        new: "const MAX_CONNECTIONS: usize = 1;",
    },
    Experiment {
        name: "blocking_nap",
        steps: &["09_04_concurrent_server", "09_05_parallel_server"],
        old: "task::sleep(NAP).await;",
        new: "std::thread::sleep(NAP);",
    },
    Experiment {
        name: "panic",
        steps: &["09_04_concurrent_server", "09_05_parallel_server"],
        old: "                \"/sleep\" => {",
        new: "                \"/panic\" => panic!(\"a mistake in the handler\"),\n                \"/sleep\" => {",
    },
];

impl Experiment {
    /// The change, as a diff of the first of its steps.
    ///
    /// # Errors
    ///
    /// If the step is not what the experiment expects.
    pub fn difference(&self) -> Result<String> {
        let file = format!("{}/src/main.rs", self.steps[0]);
        let (before, after) = (crate::include::without_anchors(&read(&file)?), self.apply(self.steps[0])?);
        let after = crate::include::without_anchors(&after);
        let difference = TextDiff::from_lines(before.as_str(), after.as_str());
        Ok(difference.unified_diff().context_radius(2).header(&file, &file).to_string())
    }

    fn apply(&self, step: &str) -> Result<String> {
        let file = format!("{step}/src/main.rs");
        let text = read(&file)?;
        if text.matches(self.old).count() != 1 {
            return Err(Failure::new(format!("{file}: the experiment {} expects {:?} once", self.name, self.old)));
        }
        Ok(text.replace(self.old, self.new))
    }
}

/// The program of an experiment in a step, built first if it is not up to date: `09_04_concurrent_server+panic`.
///
/// # Errors
///
/// If there is no such experiment, or cargo cannot build it.
pub fn program(name: &str) -> Result<Program> {
    static BUILT: LazyLock<Result<PathBuf>> = LazyLock::new(build_all);
    let programs = BUILT.clone()?;
    // The machine may have a single processor; the experiments are about two threads.
    Ok(Program::at(programs.join(program_name(name))).environment("ASYNC_STD_THREAD_COUNT", "2"))
}

/// Cargo allows no `+` in the name of a program.
fn program_name(name: &str) -> String {
    name.replace('+', "_with_")
}

fn build_all() -> Result<PathBuf> {
    let folder = workspace().canonicalize()?.join("target/book-experiments");
    for name in ["404.html", "command_line.rs", "hello.html"] {
        write_if_changed(&folder.join("common").join(name), &read(format!("common/{name}"))?)?;
    }
    for experiment in &EXPERIMENTS {
        for step in experiment.steps {
            let name = program_name(&format!("{step}+{}", experiment.name));
            write_if_changed(&folder.join("src/bin").join(name + ".rs"), &experiment.apply(step)?)?;
        }
    }
    write_if_changed(&folder.join("Cargo.toml"), &manifest())?;
    fs::copy(workspace().join("Cargo.lock"), folder.join("Cargo.lock"))?;

    // The libraries are those of the workspace: built there, they need not be built again.
    let target = folder.join("..");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--offline", "--target-dir"]).arg(&target).current_dir(&folder);
    let output = cargo.output()?;
    if !output.status.success() {
        return Err(Failure::new(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    Ok(target.join("debug"))
}

fn manifest() -> String {
    let http = workspace().join("http");
    format!(
        "[package]\nname = \"book-experiments\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [profile.dev.package.\"*\"]\ndebug = false\n\n[dependencies]\nhttp = {{ path = {http:?} }}\n\
         async-std = {{ version = \"1\", features = [\"attributes\"] }}\n\
         futures = {{ version = \"0.3\", default-features = false, features = [\"std\", \"async-await\"] }}\n"
    )
}

fn write_if_changed(path: &std::path::Path, text: &str) -> Result {
    if fs::read_to_string(path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    Ok(fs::write(path, text)?)
}
