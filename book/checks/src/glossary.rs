//! The glossary: each entry is a term, one sentence, and a link to where the book explains it.

use crate::chapter::Chapter;

/// An entry of the glossary.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// The term.
    pub term: String,
    /// The sentence that explains it.
    pub sentence: String,
    /// The number of the chapter where the book explains it.
    pub number: String,
    /// Its file, and the id of the heading.
    pub link: (String, String),
    /// Where it is in the glossary.
    pub start: usize,
}

/// The entries: lines of the form `- **term**: A sentence. [Section 9.1](file.md#id)`.
///
/// # Errors
///
/// The first line that begins an entry and has another form.
pub fn entries(text: &str) -> Result<Vec<Entry>, String> {
    let mut entries = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if line.starts_with("- ") {
            entries.push(Entry { start, ..Entry::parse(line.trim_end()).ok_or_else(|| line.to_owned())? });
        }
        start += line.len();
    }
    Ok(entries)
}

impl Entry {
    fn parse(line: &str) -> Option<Self> {
        let (term, rest) = line.strip_prefix("- **")?.split_once("**: ")?;
        let (sentence, link) = rest.rsplit_once(" [Section ")?;
        let (number, target) = link.strip_suffix(')')?.split_once("](")?;
        let (file, id) = target.split_once('#')?;
        let link = (file.to_owned(), id.to_owned());
        Some(Self { term: term.to_owned(), sentence: sentence.to_owned(), number: number.to_owned(), link, start: 0 })
    }

    /// Whether it is one sentence: it begins with a capital letter, and its only full stop is its end.
    pub fn is_one_sentence(&self) -> bool {
        let inner = self.sentence.strip_suffix('.').unwrap_or("?");
        let begins = self.sentence.starts_with(|first: char| first.is_uppercase() || first == '`');
        begins && !inner.contains(['?', '!']) && !inner.contains(". ") && !inner.ends_with('.')
    }

    /// What is wrong with the link: the section must be there, in the chapter with this number, and use the term.
    pub fn problem_with_link(&self, chapters: &[Chapter]) -> Option<String> {
        let (file, id) = &self.link;
        let Some(chapter) = chapters.iter().find(|chapter| chapter.file == *file) else {
            return Some(format!("there is no chapter {file}"));
        };
        if !chapter.title.starts_with(&format!("{} ", self.number)) {
            return Some(format!("{file} has another number than {}", self.number));
        }
        match section(&chapter.text, id) {
            None => Some(format!("{file} has no heading with {{#{id}}}")),
            Some(section) if !uses(section, &self.term) => Some(format!("{file}#{id} does not use the term")),
            Some(_) => None,
        }
    }
}

/// From the heading with this id to the next one that is not below it.
fn section<'text>(text: &'text str, id: &str) -> Option<&'text str> {
    let from = &text[text[..text.find(&format!("{{#{id}}}"))?].rfind('\n').map_or(0, |newline| newline + 1)..];
    let level = from.bytes().take_while(|byte| *byte == b'#').count();
    let is_next = |line: &str| {
        let hashes = line.bytes().take_while(|byte| *byte == b'#').count();
        (1..=level).contains(&hashes) && line[hashes..].starts_with(' ')
    };
    let mut end = from.find('\n')?;
    while let Some(newline) = from[end + 1..].find('\n') {
        if is_next(&from[end + 1..]) {
            break;
        }
        end += 1 + newline;
    }
    (level > 0).then(|| &from[..=end])
}

/// Whether a text uses a term, whatever its capitals and its plural; a term with an explanation in brackets is what comes before them.
fn uses(text: &str, term: &str) -> bool {
    let plain = |text: &str| {
        text.to_lowercase().replace(['*', '`', '\n'], " ").split_whitespace().collect::<Vec<_>>().join(" ")
    };
    plain(text).contains(&plain(term.split(" (").next().unwrap_or(term)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(line: &str) -> Entry {
        Entry::parse(line).unwrap_or_else(|| panic!("not an entry: {line}"))
    }

    fn chapters(text: &str) -> [Chapter; 1] {
        [Chapter {
            file: "a.md".to_owned(),
            title: "9.1 A".to_owned(),
            part: "Waiting".to_owned(),
            text: text.to_owned(),
        }]
    }

    #[test]
    fn an_entry_is_a_term_a_sentence_and_a_link() {
        let entry = entry("- **backlog**: The queue. [Section 9.1](a.md#x)");
        assert_eq!((entry.term.as_str(), entry.sentence.as_str()), ("backlog", "The queue."));
        assert_eq!(entry.link, ("a.md".to_owned(), "x".to_owned()));
        assert_eq!(
            entries("- **a**: B. [Section 9.1](a.md)"),
            Err("- **a**: B. [Section 9.1](a.md)".to_owned()),
            "no heading is linked"
        );
        assert_eq!(entries("# Title\n\nText.\n"), Ok(vec![]));
    }

    #[test]
    fn two_sentences_and_none_are_not_one() {
        let is_one = |sentence: &str| Entry { sentence: sentence.to_owned(), ..Entry::default() }.is_one_sentence();
        assert!(is_one("A queue of 9.1 things."));
        for sentence in ["A queue. It waits.", "A queue", "a queue.", "", "What is it? A queue.", "A queue.."] {
            assert!(!is_one(sentence), "{sentence}");
        }
    }

    #[test]
    fn the_linked_section_must_exist_and_use_the_term() {
        let text = "# Title\n\nA reactor.\n\n## One {#one}\n\nThe *thread\npools*.\n\n### Below\n\nA waker.\n\n## Two {#two}\n\nA task.\n";
        let problem = |term: &str, id: &str| {
            let entry = entry(&format!("- **{term}**: A. [Section 9.1](a.md#{id})"));
            entry.problem_with_link(&chapters(text)).is_some()
        };
        assert!(!problem("thread pool", "one") && !problem("Waker", "one") && !problem("task (of one kind)", "two"));
        assert!(problem("task", "one") && problem("reactor", "one") && problem("waker", "two"), "not in that section");
        assert!(problem("task", "three"), "no such heading");
        assert!(
            entry("- **task**: A. [Section 9.2](a.md#two)").problem_with_link(&chapters(text)).is_some(),
            "another number"
        );
        assert!(
            entry("- **task**: A. [Section 9.1](b.md#two)").problem_with_link(&chapters(text)).is_some(),
            "no such chapter"
        );
    }
}
