//! Sentences that claim something, and the tests that check them.
//!
//! A claim is a sentence that says what you will see, or one with a number. After it comes, as a comment that no reader
//! sees, the name of a test: `<!-- claim: a_slow_request_holds_up_all_others -->`.

use crate::chapter::Block;
use crate::{files, read};

/// Words that promise something.
const PROMISES: [&str; 3] = ["you will see", "you see", "you should see"];
/// Words that may be before the number of a chapter, which is a name and not a measurement.
const NAMES: [&str; 9] = ["chapter", "chapters", "step", "steps", "section", "sections", "from", "to", "and"];

/// The tests that a block names.
pub fn claims<'text>(block: &Block<'text>) -> Vec<&'text str> {
    let comments = block.markdown.split("<!-- claim:").skip(1);
    comments.map(|comment| comment.split("-->").next().unwrap_or_default().trim()).collect()
}

/// What in a block needs a test: a promise or a number.
pub fn needs_a_test(block: &Block<'_>) -> Option<String> {
    if block.prose.starts_with("Run: ") || block.prose.starts_with("Result: ") {
        return None; // of an exercise: `cargo run --bin exercises` is its test
    }
    let prose = block.prose.to_lowercase();
    if let Some(promise) = PROMISES.iter().find(|promise| prose.contains(**promise)) {
        return Some(format!("“{promise}”"));
    }
    let (mut before, mut is_listed) = ("", false);
    for word in prose.split_whitespace() {
        let goes_on = word.ends_with(','); // "chapters 2, 3 and 7"
        let word = word.trim_matches(|letter: char| !letter.is_alphanumeric());
        let is_number = is_chapter(word) && (is_listed || NAMES.contains(&before));
        let is_name = is_number || word.starts_with(|first: char| first.is_alphabetic());
        is_listed = is_number && goes_on;
        if word.contains(|letter: char| letter.is_ascii_digit()) && !is_name {
            return Some(format!("the number “{word}”"));
        }
        before = word;
    }
    None
}

/// Whether this may be the number of a chapter: `9`, `9.4`. (What begins with a letter is a name as well: `HTTP/1.1`.)
fn is_chapter(word: &str) -> bool {
    let (chapter, section) = word.split_once('.').unwrap_or((word, "0"));
    chapter.parse().is_ok_and(|chapter: u32| chapter <= 11) && section.len() == 1 && section.parse::<u32>().is_ok()
}

/// Whether a comment breaks a paragraph in two. For Markdown, a comment at the beginning of a line ends the paragraph, and what
/// follows the comment in the same line is raw HTML.
pub fn is_broken(paragraph: &str) -> bool {
    let mut lines = paragraph.trim_end().lines().map(str::trim).skip_while(|line| !line.starts_with("<!--"));
    let is_item = |line: &str| line.starts_with("- ") || line.starts_with(|first: char| first.is_ascii_digit());
    lines.any(|line| !(line.starts_with("<!--") && line.ends_with("-->") || is_item(line)))
}

/// The names of all tests in the workspace, and of the checks in the suites that every step must pass.
pub fn tests() -> Vec<String> {
    let sources = files("").into_iter().filter(|file| file.ends_with(".rs"));
    sources.flat_map(|file| tests_in(&read(file).unwrap_or_default())).collect()
}

/// The names of the tests in a source text, and of such checks.
pub fn tests_in(text: &str) -> Vec<String> {
    let (mut tests, mut is_test) = (Vec::new(), false);
    for line in text.lines().map(str::trim) {
        is_test |= line.starts_with("pub(super) fn ") && line.contains("(program: &Program) -> Result");
        if let Some((_, rest)) = line.split_once("fn ").filter(|_| is_test) {
            tests.push(rest.split(['(', '<']).next().unwrap_or_default().to_owned());
            is_test = false;
        }
        is_test |= line.starts_with("#[") && line.contains("test") && !line.contains("cfg");
    }
    tests
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needs(prose: &str) -> bool {
        needs_a_test(&Block { prose: prose.to_owned(), ..Block::default() }).is_some()
    }

    #[test]
    fn a_promise_and_a_number_need_a_test() {
        for prose in [
            "Then you will see it.",
            "It takes 5 s.",
            "Of 200 clients",
            "twice as fast: 2.0",
            "You should see",
            "in chapter 9 3 s",
        ] {
            assert!(needs(prose), "{prose}");
        }
    }

    #[test]
    fn a_comment_may_end_a_paragraph_but_not_break_it() {
        for whole in
            ["Text. <!-- a -->\nMore.\n", "Text.\n<!-- a --><!-- b -->\n", "- One.\n  <!-- a -->\n- Two.\n", "Text.\n"]
        {
            assert!(!is_broken(whole), "{whole}");
        }
        for broken in ["Text.\n<!-- a --> More.\n", "Text.\n<!-- a -->\nMore.\n", "- One.\n  <!-- a --> More.\n"] {
            assert!(is_broken(broken), "{broken}");
        }
    }

    #[test]
    fn the_number_of_a_chapter_and_a_name_need_none() {
        for prose in [
            "Step 9.4 is next.",
            "It speaks HTTP/1.1.",
            "the C10K problem",
            "in chapter 9",
            "no number",
            "Chapters 2, 3, 7 and 11",
        ] {
            assert!(!needs(prose), "{prose}");
        }
    }
}
