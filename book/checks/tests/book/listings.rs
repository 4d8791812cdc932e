//! Each name of a file is a link to the file. With `UPDATE_BOOK=1`, the links are made, and the pages that show the files.

use book_checks::include::{Include, directives};
use book_checks::{assert_none, chapter, files, listing, read, snapshot};

/// How many columns of code a page shows without scrolling. It follows from `book/book.css`: the text is at most 820 pixels wide
/// (`--content-max-width`), and the font of code is three quarters as large as that of the text (`--code-font-size`).
const COLUMNS: usize = 108;

#[test]
fn each_name_of_a_file_is_a_link_to_a_page_that_shows_the_file() {
    let chapters = chapter::all().unwrap();
    let linked = chapters.iter().map(|page| (format!("book/src/{}", page.file), listing::with_links(page)));
    let pages = listing::pages(&chapters);
    assert!(pages.len() > 10, "{pages:?}");
    let shown = pages.iter().map(|(name, files)| (format!("book/src/{name}"), listing::page(name, files).unwrap()));
    let repository = listing::repository().unwrap();
    let links = [(format!("book/src/{}", listing::LINKS), listing::links(&pages, repository.as_deref()))];
    let texts = linked.chain(shown).chain(links);
    let mut problems: Vec<String> =
        texts.filter_map(|(file, text)| Some(snapshot::check_file(&file, &text).err()?.to_string())).collect();
    let (summary, settings) = (read("book/src/SUMMARY.md").unwrap(), read("book/book.toml").unwrap());
    for page in pages.keys() {
        if !summary.contains(&format!("({page})")) || !settings.contains(&format!("\"{page}\"")) {
            problems.push(format!("{page}: it must be in book/src/SUMMARY.md, and in book/book.toml (search.chapter)"));
        }
    }
    let of_nothing = files("book/src").into_iter().filter(|file| {
        let name = file.trim_start_matches("book/src/");
        name.starts_with(chapter::LISTING) && !pages.contains_key(name)
    });
    problems.extend(of_nothing.map(|file| format!("{file}: it shows no file that a page names")));
    assert_none(problems);
}

/// All includes are expanded, so the limit holds for the files from which the code comes.
#[test]
fn no_line_of_rust_is_wider_than_the_page() {
    let (mut lines, mut problems) = (0, Vec::new());
    for page in chapter::all().unwrap() {
        for fence in page.fences().iter().filter(|fence| page.text[fence.start..].starts_with("```rust")) {
            for (_, directive) in directives(&fence.content) {
                let code = Include::parse(directive).and_then(|include| include.resolve()).unwrap();
                lines += code.lines().count();
                let wide = code.lines().map(|line| (line, line.chars().count())).filter(|(_, width)| *width > COLUMNS);
                let place = page.place(fence.start);
                problems.extend(wide.map(|(line, width)| format!("{place}: a line of {width} columns: {line}")));
            }
        }
    }
    assert_none(problems);
    assert!(lines > 1_000, "only {lines} lines of Rust were found");
}
