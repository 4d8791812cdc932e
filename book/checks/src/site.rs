//! The book as mdbook renders it.

use crate::{Failure, Result, chapters, workspace};
use mdbook_driver::MDBook;
use pulldown_cmark::{Event, Parser, Tag};
use scraper::{Html, Selector};
use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

/// A rendered page.
pub struct Page {
    /// Its file.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
}

/// Renders the book into a folder, and returns its pages.
pub fn render(folder: &Path) -> Result<Vec<Page>> {
    let failure = |error| Failure::new(format!("{error:#}"));
    let mut book = MDBook::load(chapters().join("..")).map_err(failure)?;
    book.config.build.build_dir = folder.to_owned();
    book.build().map_err(failure)?;
    let files = fs::read_dir(folder)?.filter_map(|entry| Some(entry.ok()?.path()));
    let pages = files.filter(|path| path.extension().is_some_and(|extension| extension == "html"));
    pages.map(|path| Ok(Page { text: fs::read_to_string(&path)?, path })).collect()
}

/// The links that lead nowhere, each with the reason.
pub fn broken_links(pages: &[Page]) -> Vec<String> {
    let parsed: HashMap<&Path, Parsed> = pages.iter().map(|page| (page.path.as_path(), Parsed::new(page))).collect();
    let mut broken = Vec::new();
    for page in pages {
        for link in &parsed[page.path.as_path()].links {
            if let Err(reason) = follow(link, &page.path, &parsed) {
                broken.push(format!("{}: {link}: {reason}", page.name()));
            }
        }
    }
    broken
}

/// The links of a file for a code hosting site that lead nowhere. A link into a chapter must name one of its headings by its id.
pub fn broken_links_of(file: &str, text: &str) -> Vec<String> {
    let folder = Path::new(file).parent().unwrap_or(Path::new(""));
    let links = Parser::new(text).filter_map(|event| match event {
        Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => Some(dest_url.into_string()),
        _ => None,
    });
    let leads_nowhere = |link: &String| {
        let (target, id) = link.split_once('#').unwrap_or((link, ""));
        let target = workspace().join(normal(&folder.join(target)));
        let has_id = || fs::read_to_string(&target).is_ok_and(|text| text.contains(&format!("{{#{id}}}")));
        !link.starts_with("http") && !(target.exists() && (id.is_empty() || has_id()))
    };
    links.filter(leads_nowhere).map(|link| format!("{file}: {link} leads nowhere")).collect()
}

impl Page {
    /// Its name, for messages.
    pub fn name(&self) -> String {
        self.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }
}

/// Where the links of a page lead, and the places in it that a link can lead to.
struct Parsed {
    links: Vec<String>,
    ids: HashSet<String>,
}

impl Parsed {
    fn new(page: &Page) -> Self {
        let html = Html::parse_document(&page.text);
        let attributes = |selector: &str, attribute: &str| -> Vec<String> {
            let Ok(selector) = Selector::parse(selector) else { return Vec::new() };
            html.select(&selector).filter_map(|element| Some(element.attr(attribute)?.to_owned())).collect()
        };
        let targets = [("a[href]", "href"), ("img[src]", "src"), ("script[src]", "src"), ("link[href]", "href")];
        let links = targets.iter().flat_map(|(selector, attribute)| attributes(selector, attribute)).collect();
        Self { links, ids: attributes("[id]", "id").into_iter().collect() }
    }
}

fn follow(link: &str, from: &Path, pages: &HashMap<&Path, Parsed>) -> std::result::Result<(), &'static str> {
    if link.starts_with("https://") || link.starts_with("http://") {
        return Ok(()); // the network is no part of a test
    }
    let (file, fragment) = link.split_once('#').unwrap_or((link, ""));
    let folder = from.parent().unwrap_or(from);
    let path = if file.is_empty() { from.to_owned() } else { normal(&folder.join(file)) };
    if !path.starts_with(folder) {
        return Err("outside of the book");
    }
    if !path.is_file() {
        return Err("no such file");
    }
    let has_fragment = pages.get(path.as_path()).is_some_and(|page| page.ids.contains(fragment));
    if fragment.is_empty() || has_fragment { Ok(()) } else { Err("no such fragment") }
}

/// The path without `..`.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => drop(normal.pop()),
            Component::CurDir => {}
            other => normal.push(other),
        }
    }
    normal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_of_a_file_leads_to_a_file_or_to_a_heading_with_that_id() {
        let broken = |link: &str| !broken_links_of("support/harness/README.md", &format!("[text]({link})")).is_empty();
        assert!(!broken("../../README.md") && !broken("https://a.example") && !broken("src/lib.rs"));
        assert!(!broken("../../book/src/10_04_what_a_wait_costs.md#buffer"));
        assert!(broken("README.md") && broken("../../book/src/10_04_what_a_wait_costs.md#no-such-heading"));
    }
}
