//! The exercises: found in the pages, checked for their form, and done.
//!
//! `CONTRIBUTING.md` describes the form. The tests of the book check it, and that each answer's patch fits. To do an exercise takes a
//! compiler, and often a patience: `cargo run --bin exercises` does that, and `.ci/run` calls it.

pub mod doing;

use crate::chapter::Chapter;
use crate::{Failure, Result, difference, files, read, step, workspace};
use diffy::patch_set::{FileOperation, ParseOptions, PatchSet};
use std::time::Duration;

/// The section of a page that holds its exercises.
const SECTION: &str = "\n## Exercises {#exercises}\n";
/// Where the patches of the answers are; those of `book/experiments` serve as well.
pub const FOLDER: &str = "book/exercises";
/// How long a command may take, once everything is built.
const LIMIT: &str = "120";
/// A command that takes longer than this says how long. (A busy machine may take twice as long, and more.)
const SHORT: Duration = Duration::from_secs(6);

/// What the reader does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Say what a program will do, then see.
    Predict,
    /// Change a program so that a test fails.
    Break,
    /// Write something, until a test passes.
    Build,
}

/// What must come out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The command fails, and prints some words.
    Fails,
    /// The command succeeds.
    Passes,
    /// The command prints some words, whatever its exit code.
    Prints,
}

/// One exercise of a page.
#[derive(Clone, Debug)]
pub struct Exercise {
    /// Its page: `02_01_blocking_echo.md`.
    pub page: String,
    /// Its number on this page.
    pub number: usize,
    /// What the reader does.
    pub kind: Kind,
    /// What is to be done, with all that follows up to the answer.
    pub task: String,
    /// The command that checks it.
    pub command: String,
    /// How long the command takes, if the page says so.
    pub time: Option<Duration>,
    /// What must come out.
    pub outcome: Outcome,
    /// What the command must print; if it must succeed, what it prints until the exercise is solved.
    pub words: Vec<String>,
    /// What is folded away.
    pub answer: String,
}

/// The exercises of a page, or what is wrong with them.
///
/// # Errors
///
/// All that is wrong, one line each.
pub fn of(page: &Chapter) -> Result<Vec<Exercise>> {
    let Some((_, section)) = page.text.split_once(SECTION) else { return Ok(Vec::new()) };
    let section = section.split("\n## ").next().unwrap_or_default();
    let parts = section.split("\n### ").skip(1);
    parts.enumerate().map(|(index, part)| exercise(&page.file, index + 1, part)).collect()
}

fn exercise(page: &str, number: usize, text: &str) -> Result<Exercise> {
    let fail = |problem: &str| Failure::new(format!("book/src/{page}, exercise {number}: {problem}"));
    let (heading, text) = text.split_once('\n').unwrap_or((text, ""));
    let start = format!("Exercise {number}, ");
    let kind = heading.strip_prefix(&start).filter(|rest| rest.ends_with(&format!(" {{#exercise-{number}}}")));
    let kind = match kind.and_then(|rest| rest.split_once(": ")).map(|(kind, _)| kind) {
        Some("predict") => Kind::Predict,
        Some("break") => Kind::Break,
        Some("build") => Kind::Build,
        _ => {
            let form = format!("### {start}predict|break|build: TITLE {{#exercise-{number}}}");
            return Err(fail(&format!("the heading must be `{form}`")));
        }
    };
    let (task, answer) = text
        .split_once("\n<details>\n<summary>Answer</summary>\n\n")
        .and_then(|(task, rest)| Some((task, rest.split_once("\n\n</details>")?.0)))
        .ok_or_else(|| {
            fail("no answer between `<details>`, `<summary>Answer</summary>`, an empty line and `</details>`")
        })?;
    let item = |text: &str, label: &str| -> Result<String> {
        let mut items = text.split("\n- ").skip(1).filter_map(|item| item.strip_prefix(label)?.strip_prefix(": "));
        let item = items.next().ok_or_else(|| fail(&format!("no line `- {label}: …`")))?;
        let item = item.split("\n\n").next().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
        if items.next().is_some() { Err(fail(&format!("more than one line `- {label}: …`"))) } else { Ok(item) }
    };
    let run = item(task, "Run")?;
    let result = if kind == Kind::Predict { item(answer, "Result")? } else { item(task, "Result")? };
    let command = code_spans(&run).into_iter().next().ok_or_else(|| fail("`- Run:` names no command"))?;
    let outcomes = [("fail", Outcome::Fails), ("pass", Outcome::Passes), ("print", Outcome::Prints)];
    let first = |word: &str| result.find(word);
    let outcome =
        outcomes.into_iter().filter_map(|(word, outcome)| Some((first(word)?, outcome))).min_by_key(|it| it.0);
    let (_, outcome) = outcome.ok_or_else(|| fail("`- Result:` says neither fails, nor passes, nor prints"))?;
    let words = code_spans(&result);
    if words.is_empty() && outcome != Outcome::Passes {
        return Err(fail("`- Result:` must quote what the command prints"));
    }
    let time =
        run.split_once(" (").and_then(|(_, rest)| rest.split_once(" s)")?.0.parse().ok()).map(Duration::from_secs);
    let (task, answer, page) = (task.to_owned(), answer.to_owned(), page.to_owned());
    Ok(Exercise { page, number, kind, task, command, time, outcome, words, answer })
}

/// What is between back quotes.
fn code_spans(text: &str) -> Vec<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

impl Exercise {
    /// Its name in messages: `2.1/3`.
    pub fn name(&self) -> String {
        format!("{}/{}", step::short_name(&self.page), self.number)
    }

    /// The files of the patches that its answer shows.
    fn included(&self, end: &str) -> Vec<String> {
        let includes = self.answer.split("{{#include ").skip(1).filter_map(|rest| Some(rest.split_once("}}")?.0));
        let files = includes.filter(|file| file.ends_with(end));
        files
            .map(|file| {
                file.strip_prefix("../").map_or_else(|| format!("book/src/{file}"), |file| format!("book/{file}"))
            })
            .collect()
    }

    /// The patch that its answer shows.
    pub fn patch(&self) -> Option<String> {
        self.included(".diff").into_iter().next()
    }

    /// Everything that is wrong with its form.
    ///
    /// # Errors
    ///
    /// If a file cannot be read.
    pub fn problems(&self) -> Result<Vec<String>> {
        let mut problems = Vec::new();
        let patches = self.included(".diff");
        match &patches[..] {
            [] if self.kind != Kind::Predict => problems.push("the answer shows no patch".to_owned()),
            [] => {
                let line = format!("$ {}", self.command);
                let is_typed =
                    |file: String| read(file).is_ok_and(|text| text.lines().any(|typed| typed.ends_with(&line)));
                if !self.included(".console").into_iter().any(is_typed) {
                    problems.push(format!(
                        "the answer shows neither a patch nor a console session with `{}`",
                        self.command
                    ));
                }
            }
            [patch] => problems.extend(self.problems_of_patch(patch)?),
            _ => problems.push("the answer shows more than one patch".to_owned()),
        }
        let prose = self.answer.lines().filter(|line| {
            !line.starts_with("```")
                && !line.starts_with("{{")
                && !line.starts_with("In `")
                && !line.starts_with("In [`")
        });
        if prose.flat_map(str::split_whitespace).count() < 8 {
            problems.push("the answer does not say what happens and why".to_owned());
        }
        Ok(problems
            .into_iter()
            .map(|problem| format!("book/src/{}, exercise {}: {problem}", self.page, self.number))
            .collect())
    }

    fn problems_of_patch(&self, patch: &str) -> Result<Vec<String>> {
        let own = format!("{FOLDER}/{}/", self.page.trim_end_matches(".md"));
        let mut problems = Vec::new();
        if !patch.starts_with(&own) && !patch.starts_with("book/experiments/") {
            problems.push(format!("its patch is {patch}, and not below {own}"));
        }
        if !self.answer.contains(&format!("`{patch}`")) {
            problems.push(format!("the answer must name the file of its patch: `{patch}`"));
        }
        for file in changed(patch)? {
            let is_new = !workspace().join(&file).exists();
            if !is_new && self.kind != Kind::Predict && !self.task.contains(&format!("`{file}`")) {
                problems.push(format!("the patch changes {file}, and the text does not name it"));
            }
        }
        Ok(problems)
    }
}

/// The files that a patch changes or makes.
///
/// # Errors
///
/// If it is not a patch.
pub fn changed(patch: &str) -> Result<Vec<String>> {
    Ok(parts(patch)?.into_iter().map(|(file, _)| file).collect())
}

/// The same patch as it should be written: with two lines around each change, at the lines where it is now.
///
/// # Errors
///
/// If it does not fit.
pub fn renewed(patch: &str) -> Result<String> {
    parts(patch)?.into_iter().map(|(_, part)| Ok(part)).collect()
}

fn parts(patch: &str) -> Result<Vec<(String, String)>> {
    let fail = |problem: String| Failure::new(format!("{patch}: {problem}"));
    let text = read(patch)?;
    let mut parts = Vec::new();
    for part in PatchSet::parse(&text, ParseOptions::unidiff()) {
        let part = part.map_err(|error| fail(error.to_string()))?;
        let change = part.patch().as_text().ok_or_else(|| fail("it changes more than texts".to_owned()))?;
        let (file, before) = match part.operation() {
            FileOperation::Create(file) => (file.strip_prefix("b/").unwrap_or(file).to_owned(), None),
            FileOperation::Modify { modified, .. } => {
                let file = modified.strip_prefix("b/").unwrap_or(modified).to_owned();
                let before = read(&file)?;
                (file, Some(before))
            }
            _ => return Err(fail("it does more than change and make files".to_owned())),
        };
        let after = diffy::apply(before.as_deref().unwrap_or_default(), change)
            .map_err(|error| fail(format!("no longer fits {file} ({error})")))?;
        let old = before.as_ref().map_or_else(|| "/dev/null".to_owned(), |_| format!("a/{file}"));
        let new = difference::of_texts((&old, before.as_deref().unwrap_or_default()), (&format!("b/{file}"), &after));
        parts.push((file, new));
    }
    if parts.is_empty() { Err(fail("it changes nothing".to_owned())) } else { Ok(parts) }
}

/// The patches of the exercises.
pub fn patches() -> Vec<String> {
    files(FOLDER)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Exercise 1, break: no limit {#exercise-1}\n\nDo it.\n\n- Run: `cargo test -p a b`\n  (20 s)\n- Result: it must fail, at `c`.\n\n<details>\n<summary>Answer</summary>\n\nBecause.\n\n</details>\n";

    #[test]
    fn an_exercise_is_taken_apart() {
        let exercise = exercise("02_01_a.md", 1, TEXT).unwrap();
        assert_eq!((exercise.name().as_str(), exercise.kind, exercise.outcome), ("2.1/1", Kind::Break, Outcome::Fails));
        assert_eq!((exercise.command.as_str(), exercise.time), ("cargo test -p a b", Some(Duration::from_secs(20))));
        assert_eq!((exercise.words, exercise.answer.as_str()), (vec!["c".to_owned()], "Because."));
    }

    #[test]
    fn what_an_exercise_lacks_is_named() {
        for (part, problem) in [
            ("break", "heading"),
            ("{#exercise-1}", "heading"),
            ("- Run: ", "Run"),
            ("- Result: ", "Result"),
            ("must fail", "neither fails"),
            ("`c`", "quote"),
            ("</details>", "no answer"),
        ] {
            let failure = exercise("02_01_a.md", 1, &TEXT.replace(part, "")).unwrap_err().to_string();
            assert!(failure.contains(problem), "{part}: {failure}");
        }
    }
}
