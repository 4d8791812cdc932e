//! Doing an exercise: its command, with the patch of its answer and without it.

use super::{Exercise, LIMIT, Outcome, SHORT};
use crate::sandbox::Sandbox;
use crate::{Failure, Result};
use harness::cargo;
use std::collections::BTreeSet;
use std::process::Output;
use std::time::{Duration, Instant};

impl Exercise {
    /// Does it in a place of its own: the command must give what the page says with the answer's patch, and something else without.
    ///
    /// # Errors
    ///
    /// If it does not, with what the command printed.
    pub fn check(&self, sandbox: &Sandbox) -> Result<Duration> {
        let fail =
            |problem: String| Failure::new(format!("book/src/{}, exercise {}: {problem}", self.page, self.number));
        let Some(patch) = self.patch() else { return Ok(Duration::ZERO) }; // the console sessions are typed elsewhere
        let (before, printed, _) = self.is_so(sandbox)?;
        if before {
            return Err(fail(format!(
                "the check cannot tell: without {patch}, too, `{}` gives what the page says\n{printed}",
                self.command
            )));
        }
        if self.outcome == Outcome::Passes && !self.has_words(&printed) {
            return Err(fail(format!(
                "without {patch}, `{}` does not print the words of the page\n{printed}",
                self.command
            )));
        }
        apply(sandbox, &[&patch])?;
        let (after, printed, took) = self.is_so(sandbox)?;
        apply(sandbox, &["-R", &patch])?;
        if !after {
            return Err(fail(format!("with {patch}, `{}` does not give what the page says\n{printed}", self.command)));
        }
        Ok(took)
    }

    /// Whether the command gives what the page says, what it prints, and how long it takes once everything is built.
    fn is_so(&self, sandbox: &Sandbox) -> Result<(bool, String, Duration)> {
        for build in builds(&self.command) {
            let output = sandbox.command("bash").args(["-c", &build]).output()?;
            if !output.status.success() {
                let is_so = self.outcome == Outcome::Fails && self.has_words(&text(&output));
                return Ok((is_so, text(&output), Duration::ZERO));
            }
        }
        let begin = Instant::now();
        let limited = format!("exec 2>&1 </dev/null; {}", self.command);
        let output = sandbox.command("timeout").args(["--kill-after=5", LIMIT, "bash", "-c", &limited]).output()?;
        let (text, passes) = (text(&output), output.status.success());
        let is_status = match self.outcome {
            Outcome::Fails => !passes,
            Outcome::Passes => passes,
            Outcome::Prints => true,
        };
        let has_words = self.outcome == Outcome::Passes || self.has_words(&text); // those are what it prints until then
        Ok((is_status && has_words, text, begin.elapsed()))
    }

    /// Whether all of them were printed, with one space or several, as on the page.
    fn has_words(&self, text: &str) -> bool {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        self.words.iter().all(|word| text.contains(word.as_str()))
    }

    /// What is wrong with the time that the page names.
    pub fn problem_with_time(&self, took: Duration) -> Option<String> {
        let problem = match self.time {
            _ if took.is_zero() => return None, // a console session shows it
            None if took > SHORT * 2 => "and the page says nothing of it".to_owned(),
            Some(time) if took > time * 5 + SHORT || took * 3 + SHORT < time => format!("and the page says {time:?}"),
            _ => return None,
        };
        Some(format!(
            "book/src/{}, exercise {}: `{}` takes {took:.0?}, {problem}",
            self.page, self.number, self.command
        ))
    }
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn apply(sandbox: &Sandbox, arguments: &[&str]) -> Result {
    let output = sandbox.command("git").arg("apply").args(arguments).output()?;
    if output.status.success() {
        Ok(())
    } else {
        Err(Failure::new(format!("git apply {arguments:?}: {}", text(&output))))
    }
}

/// The commands that build what a command runs: `cargo test -p X some_test` needs `cargo test -p X --no-run`.
fn builds(command: &str) -> Vec<String> {
    let mut builds = Vec::new();
    for part in command.split("cargo ").skip(1) {
        let part = part.split(['|', ';', '&', '>', '<']).next().unwrap_or_default();
        let mut words = part.split_whitespace();
        let (verb, is_test) = match words.next() {
            Some("test") => ("test --no-run", true),
            Some("run") => ("build", false),
            _ => continue,
        };
        let mut build = format!("cargo {verb} --quiet");
        while let Some(word) = words.next().filter(|word| *word != "--") {
            if ["-p", "--package", "--bin", "--test", "--features"].contains(&word) {
                build += &format!(" {word} {}", words.next().unwrap_or_default());
            } else if word.starts_with('-') && word != "-q" && !is_test || ["--release", "--lib"].contains(&word) {
                build += &format!(" {word}");
            }
        }
        builds.push(build);
    }
    builds
}

/// Builds what the commands of these exercises run, in the workspace itself, so that it need not be built again for each of them.
///
/// # Errors
///
/// If cargo cannot build it.
pub fn build(exercises: &[Exercise]) -> Result {
    let commands: BTreeSet<String> = exercises.iter().flat_map(|exercise| builds(&exercise.command)).collect();
    for command in commands {
        let arguments = command.split_whitespace().skip(1);
        let status = cargo().args(arguments).status()?;
        if !status.success() {
            return Err(Failure::new(format!("{command}: {status}")));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_command_runs_is_built_first() {
        assert_eq!(builds("cargo test -p a some_test -- --ignored"), ["cargo test --no-run --quiet -p a"]);
        assert_eq!(builds("timeout 1 cargo run -q --bin b -- -x | head"), ["cargo build --quiet --bin b"]);
        assert_eq!(builds("echo"), [""; 0]);
    }
}
