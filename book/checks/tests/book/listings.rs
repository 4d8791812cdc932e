//! Each name of a file is a link to the file. With `UPDATE_BOOK=1`, the links are made, and the pages that show the files.

use book_checks::{assert_none, chapter, files, listing, read, snapshot};

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
