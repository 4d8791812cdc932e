//! Ways through the book: what to read in which order, and how long it takes.

use crate::chapter::Chapter;
use crate::include::{Include, directives};
use crate::{Result, step};
use std::fmt::Write;

/// How many words a reader reads in a minute, code included: the slow end of what is measured for prose that is not a story (Brysbaert,
/// "How many words do we read per minute?", Journal of Memory and Language 109, 2019: most adults between 175 and 300).
pub const WORDS_A_MINUTE: usize = 175;

/// How long the reading of a page takes, in minutes, with the code and the tables that it includes, but without pictures, without
/// recordings, whose sentences are read one at a time, without differences, which repeat what is shown in parts, without what is folded,
/// such as answers, which the text does not need, and without comments, which no reader sees.
pub fn minutes(page: &Chapter) -> Result<usize> {
    let text = without(&without(&page.text, "<details>", "</details>"), "<!--", "-->");
    let mut words = text.split_whitespace().count();
    for (_, directive) in directives(&text) {
        let included = Include::parse(directive)?;
        if included
            .file
            .extension()
            .is_some_and(|extension| extension != "svg" && extension != "html" && extension != "diff")
        {
            words += included.resolve()?.split_whitespace().count();
        }
    }
    Ok(words.div_ceil(WORDS_A_MINUTE))
}

/// The text without the parts that begin and end so.
fn without(text: &str, begin: &str, end: &str) -> String {
    text.split(begin)
        .enumerate()
        .map(|(index, part)| if index == 0 { part } else { part.split_once(end).map_or("", |(_, rest)| rest) })
        .collect()
}

/// A way over these pages, as a list: of chapters if there are several, each with its first page, else of pages.
pub fn list(pages: &[&Chapter]) -> Result<String> {
    let chapters = pages.chunk_by(|one, other| number(one).0 == number(other).0);
    let mut items = Vec::new();
    if chapters.clone().count() > 1 {
        for chapter in chapters {
            let title = chapter[0].part.clone();
            items.push((title, &chapter[0].file, total(chapter)?));
        }
    } else {
        for page in pages {
            items.push((page.title.clone(), &page.file, minutes(page)?));
        }
    }
    let mut text = String::new();
    for (title, file, minutes) in items {
        let _ = writeln!(text, "- [{title}]({file}), {minutes} minutes"); // it is written to memory
    }
    Ok(text)
}

/// How long the reading of these pages takes, in words.
pub fn in_words(pages: &[&Chapter]) -> Result<String> {
    let minutes = total(pages)?;
    Ok(match (minutes + 15) / 30 {
        0 | 1 => "half an hour".to_owned(),
        2 => "an hour".to_owned(),
        3 => "an hour and a half".to_owned(),
        halves if halves % 2 == 0 => format!("{} hours", halves / 2),
        halves => format!("{} and a half hours", halves / 2),
    })
}

fn total(pages: &[&Chapter]) -> Result<usize> {
    pages.iter().map(|page| minutes(page)).sum()
}

fn number(page: &Chapter) -> (u32, u32) {
    step::number(&page.file).unwrap_or_default()
}
