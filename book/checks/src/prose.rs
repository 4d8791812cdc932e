//! Sentences that claim something, and the tests that stand behind them.
//!
//! A claim is a sentence that says what you will see, or one with a number. Behind it stands, as a comment that no reader
//! sees, the name of a test: `<!-- claim: a_slow_request_holds_everyone_up -->`.

use crate::chapter::Block;
use crate::{files, read};

/// Words that promise something.
const PROMISES: [&str; 3] = ["you will see", "you see", "you should see"];
/// Words that may stand before a number which is a name, not a measurement.
const NAMES: [&str; 5] = ["chapter", "chapters", "step", "steps", "section"];

/// The tests that a block names.
pub fn claims<'text>(block: &Block<'text>) -> Vec<&'text str> {
    let comments = block.markdown.split("<!-- claim:").skip(1);
    comments.map(|comment| comment.split("-->").next().unwrap_or_default().trim()).collect()
}

/// What in a block needs a test: a promise or a number.
pub fn needs_a_test(block: &Block<'_>) -> Option<String> {
    let prose = block.prose.to_lowercase();
    if let Some(promise) = PROMISES.iter().find(|promise| prose.contains(**promise)) {
        return Some(format!("“{promise}”"));
    }
    let mut before = "";
    for word in prose.split_whitespace() {
        let word = word.trim_matches(|letter: char| !letter.is_alphanumeric());
        if word.contains(|letter: char| letter.is_ascii_digit()) && !NAMES.contains(&before) && !is_a_name(word) {
            return Some(format!("the number “{word}”"));
        }
        before = word;
    }
    None
}

/// Whether this is the number of a chapter (`9.4`), or a name with a number in it (`HTTP/1.1`, `C10K`, `RUSTSEC-2025-0052`).
fn is_a_name(word: &str) -> bool {
    let is_chapter = word.split_once('.').is_some_and(|(chapter, section)| {
        section.len() == 1 && chapter.parse().is_ok_and(|chapter: u32| chapter <= 10) && section.parse::<u32>().is_ok()
    });
    is_chapter || word.starts_with(|first: char| first.is_alphabetic())
}

/// The names of all tests in the workspace, and of the checks in the suites that every step must pass.
pub fn tests() -> Vec<String> {
    let mut tests = Vec::new();
    for file in files("").iter().filter(|file| file.ends_with(".rs")) {
        let text = read(file).unwrap_or_default();
        let mut is_test = false;
        for line in text.lines().map(str::trim) {
            is_test |= line.starts_with("pub(super) fn ") && line.contains("(program: &Program) -> Result");
            if let Some((_, rest)) = line.split_once("fn ").filter(|_| is_test) {
                tests.push(rest.split(['(', '<']).next().unwrap_or_default().to_owned());
                is_test = false;
            }
            is_test |= line.starts_with("#[") && line.contains("test") && !line.contains("cfg");
        }
    }
    tests
}
