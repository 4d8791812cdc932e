//! The files that pages name: each name is a link to a page of the book that shows the file.
//!
//! A page writes `` [`foundations/x/src/main.rs`] ``, and includes where such names lead (`generated/files.md`). The files of a chapter are
//! on one page, `files_02.md`, and all patches on another one, `files_patches.md`. These pages are no chapters: nothing is claimed there, and
//! they are not read from beginning to end. All of this is written by `UPDATE_BOOK=1`.

use crate::chapter::{Chapter, LISTING};
use crate::{Failure, Result, read, step, workspace};
use std::collections::{BTreeMap, BTreeSet};

/// Where the names lead, relative to `book/src`.
pub const LINKS: &str = "generated/files.md";

/// The names of files in the running text of a page, and where.
fn names(page: &Chapter) -> Vec<(usize, String)> {
    let is_file = |name: &str| name.contains('/') && !name.starts_with('/') && workspace().join(name).is_file();
    page.code_spans().into_iter().filter(|(_, span)| is_file(span)).collect()
}

/// The page, with each name of a file as a link.
pub fn with_links(page: &Chapter) -> String {
    let names = names(page);
    let mut text = page.text.clone();
    for (start, name) in names.iter().rev() {
        let end = start + name.len() + 2; // with its back quotes
        if !(text[..*start].ends_with('[') && text[end..].starts_with(']')) {
            text.replace_range(*start..end, &format!("[`{name}`]"));
        }
    }
    let links = format!("{{{{#include {LINKS}}}}}");
    if !names.is_empty() && !text.contains(&links) {
        text = format!("{}\n\n{links}\n", text.trim_end());
    }
    text
}

/// The files that the pages name, by the page that shows them.
pub fn pages(chapters: &[Chapter]) -> BTreeMap<String, BTreeSet<String>> {
    let mut pages: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (_, name) in chapters.iter().flat_map(names) {
        pages.entry(page_of(&name)).or_default().insert(name);
    }
    pages
}

/// `files_02.md` for a file of a step of chapter 2, and `files_support.md` for one that belongs to no chapter. Patches have a page of their
/// own, because many of them are answers to exercises, which should not be seen beside the code of a step.
fn page_of(file: &str) -> String {
    if file.ends_with(".diff") {
        return format!("{LISTING}patches.md");
    }
    let of_step = file.split('/').find_map(|folder| step::number(folder).and(folder.get(..2)));
    let chapter = of_step.or(file.starts_with("runtimes-compare/").then_some("10"));
    format!("{LISTING}{}.md", chapter.unwrap_or("support"))
}

/// The text of a page that shows these files.
///
/// # Errors
///
/// If one cannot be read.
pub fn page(name: &str, files: &BTreeSet<String>) -> Result<String> {
    let title = match name.trim_start_matches(LISTING).trim_end_matches(".md").trim_start_matches('0') {
        "patches" => "Patches".to_owned(),
        "support" => "Files of no chapter".to_owned(),
        chapter => format!("Files of chapter {chapter}"),
    };
    let mut text = format!(
        "# {title}\n\nHere are the files that the pages of this book name, as they are in the workspace. \
         Comments such as `// ANCHOR: …` mark the parts that a page shows.\n"
    );
    for file in files {
        let longest = read(file)?.lines().map(|line| line.len() - line.trim_start_matches('`').len()).max();
        let fence = "`".repeat(longest.unwrap_or(0).max(2) + 1);
        let language = match file.rsplit_once('.').map(|(_, end)| end) {
            Some("rs") => "rust",
            Some(end @ ("toml" | "json" | "diff" | "sh")) => end,
            _ => "text",
        };
        text +=
            &format!("\n## `{file}` {{#{}}}\n\n{fence}{language}\n{{{{#include ../../{file}}}}}\n{fence}\n", id(file));
    }
    Ok(text)
}

/// Where the names of these files lead: into the repository if its address is known, otherwise to a page of the book.
pub fn links(pages: &BTreeMap<String, BTreeSet<String>>, repository: Option<&str>) -> String {
    let target = |page: &str, file: &str| match repository {
        Some(address) => format!("{}/blob/HEAD/{file}", address.trim_end_matches('/')),
        None => format!("{page}#{}", id(file)),
    };
    let of_page = |(page, files): (&String, &BTreeSet<String>)| {
        files.iter().map(|file| format!("[`{file}`]: {}\n", target(page, file))).collect::<String>()
    };
    pages.iter().map(of_page).collect()
}

/// The address of the repository: `git-repository-url` in `book/book.toml`.
///
/// # Errors
///
/// If the file cannot be read.
pub fn repository() -> Result<Option<String>> {
    let settings = mdbook_driver::config::Config::from_disk(workspace().join("book/book.toml"))
        .map_err(|error| Failure::new(format!("{error:#}")))?;
    Ok(settings.html_config().and_then(|html| html.git_repository_url))
}

/// The id of a file's heading.
fn id(file: &str) -> String {
    file.replace(['/', '.'], "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chapter(text: &str) -> Chapter {
        Chapter { file: "a.md".to_owned(), title: String::new(), part: String::new(), text: text.to_owned() }
    }

    #[test]
    fn the_name_of_a_file_becomes_a_link_once() {
        let text = "In `book/book.toml`, and in [`Cargo.toml`](x), `nothing/such.rs`, `Cargo.toml`, `book/src`:\n\n```text\n`book/book.toml`\n```\n";
        let linked = text.replacen("`book/book.toml`", "[`book/book.toml`]", 1) + "\n{{#include generated/files.md}}\n";
        assert_eq!(with_links(&chapter(text)), linked);
        assert_eq!(with_links(&chapter(&linked)), linked);
    }

    #[test]
    fn a_file_is_shown_with_those_of_its_chapter_and_a_patch_with_the_other_patches() {
        assert_eq!(page_of("foundations/02_01_blocking_echo/src/main.rs"), "files_02.md");
        assert_eq!(page_of("11_03_many_machines/Cargo.toml"), "files_11.md");
        assert_eq!(page_of("runtimes-compare/src/lib.rs"), "files_10.md");
        assert_eq!(page_of("support/echo/src/lib.rs"), "files_support.md");
        assert_eq!(page_of("book/exercises/02_04_prefork/how_it_ended.diff"), "files_patches.md");
    }

    #[test]
    fn its_name_leads_into_the_repository_if_one_is_known() {
        let pages = BTreeMap::from([("files_02.md".to_owned(), BTreeSet::from(["a/b.rs".to_owned()]))]);
        assert_eq!(links(&pages, None), "[`a/b.rs`]: files_02.md#a-b-rs\n");
        assert_eq!(
            links(&pages, Some("https://example.org/x/")),
            "[`a/b.rs`]: https://example.org/x/blob/HEAD/a/b.rs\n"
        );
    }
}
