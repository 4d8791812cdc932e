//! What a program printed once, and would print otherwise each time, because there are times in it. A step says in its manifest what is
//! kept of it:
//!
//! ```toml
//! [[package.metadata.outputs]]
//! name = "many" # may be left out
//! arguments = ["--jobs", "100"]
//! needs = "haproxy" # a program that must be installed, or several of them; only if there is one
//! program = "01_03_other" # only if it is not the program of the step
//! again = ["--jobs", "2"] # only if the tests should run it with other arguments, because it takes long
//! ```
//!
//! If it has `client = "07_03_crowd"`, the step is started as a server, and what is kept is the output of this program.
//!
//! A page includes `generated/output_01_03_many.txt`, which begins with the command.

use crate::{Failure, Result, has_tool, read, snapshot, step};
use serde::Deserialize;

/// An output that the book shows.
#[derive(Clone, Debug)]
pub struct Kept {
    step: &'static str,
    said: Said,
}

#[derive(Clone, Debug, Deserialize)]
struct Said {
    #[serde(default)]
    name: String,
    arguments: Vec<String>,
    client: Option<String>,
    program: Option<String>,
    again: Option<Vec<String>>,
    needs: Option<String>,
}

/// All outputs that are kept.
pub fn all() -> Result<Vec<Kept>> {
    let mut kept = Vec::new();
    for step in step::all()? {
        for said in step.metadata["outputs"].as_array().into_iter().flatten() {
            let said = Said::deserialize(said)
                .map_err(|error| Failure::new(format!("{}/Cargo.toml: outputs: {error}", step.folder)))?;
            kept.push(Kept { step: step.step(), said });
        }
    }
    Ok(kept)
}

impl Kept {
    /// Its name: `output_01_03`, or `output_01_03_many`.
    pub fn name(&self) -> String {
        let end = if self.said.name.is_empty() { String::new() } else { format!("_{}", self.said.name) };
        format!("output_{}{end}", &self.step[..5])
    }

    /// Whether it can be printed here. If not, it is skipped with a message: see [`has_tool`].
    pub fn is_possible(&self) -> bool {
        self.said.needs.iter().flat_map(|tools| tools.split(' ')).all(has_tool)
    }

    /// The output that is in the book.
    pub fn committed(&self) -> Result<String> {
        read(self.file())
    }

    /// What it prints now.
    pub fn observe(&self) -> Result<String> {
        self.printed(&self.said.arguments)
    }

    /// The same for the tests. The numbers in it may differ.
    pub fn observe_again(&self) -> Result<String> {
        let printed = self.printed(self.said.again.as_ref().unwrap_or(&self.said.arguments))?;
        let (command, output) = printed.split_once('\n').unwrap_or_default();
        let command = if self.said.again.is_none() { command } else { &self.command(&self.said.arguments) };
        Ok(format!("{command}\n{output}"))
    }

    fn command(&self, arguments: &[String]) -> String {
        let name = self.said.client.as_ref().or(self.said.program.as_ref()).map_or(self.step, String::as_str);
        let arguments = if arguments.is_empty() { String::new() } else { format!(" -- {}", arguments.join(" ")) };
        let release = if cfg!(debug_assertions) { "" } else { "--release " };
        format!("$ cargo run {release}--bin {name}{arguments}")
    }

    fn printed(&self, arguments: &[String]) -> Result<String> {
        let command = self.command(arguments);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let ended = match &self.said.client {
            None => step::program(self.said.program.as_deref().unwrap_or(self.step))?.run(&arguments)?,
            Some(client) => {
                let server = step::program(self.step)?.start()?;
                let address = server.address().to_string();
                step::program(client)?.run(&[&[address.as_str()], arguments.as_slice()].concat())?
            }
        };
        if ended.code != Some(0) {
            return Err(Failure::new(format!("{command} fails: {ended:?}")));
        }
        Ok(format!("{command}\n{}", ended.output))
    }

    /// Keeps what it prints now.
    pub fn measure(&self) -> Result {
        snapshot::write(&self.file(), &self.observe()?)
    }

    fn file(&self) -> String {
        format!("book/src/generated/{}.txt", self.name())
    }
}

/// An output without what may differ: numbers, how much room they take, and how the program was built.
pub fn without_numbers(output: &str) -> String {
    let output = output.replacen(" --release ", " ", 1);
    let mut text: Vec<char> = output.chars().map(|letter| if letter.is_ascii_digit() { '0' } else { letter }).collect();
    text.dedup_by(|next, last| next == last && "0 -".contains(*next));
    text.into_iter().filter(|letter| !matches!(letter, ' ' | '-')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_may_differ_and_words_may_not() {
        assert_eq!(without_numbers("| a |  5 ms |\n|---|"), without_numbers("| a | 123 ms |\n|------|"));
        assert_ne!(without_numbers("| a | 5 ms |"), without_numbers("| b | 5 ms |"));
        assert_ne!(without_numbers("| a | 5 ms |"), without_numbers("| a | 5 s |"));
    }
}
