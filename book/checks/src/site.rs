//! The book as mdbook renders it.

use crate::{Failure, Result, chapters};
use mdbook_driver::MDBook;
use scraper::{Html, Selector};
use std::collections::HashSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

/// A rendered page.
pub struct Page {
    /// Its file.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
    html: Html,
}

/// Renders the book into a folder, and returns its pages.
///
/// # Errors
///
/// If mdbook cannot render it.
pub fn render(folder: &Path) -> Result<Vec<Page>> {
    let failure = |error| Failure::new(format!("{error:#}"));
    let mut book = MDBook::load(chapters().join("..")).map_err(failure)?;
    book.config.build.build_dir = folder.to_owned();
    book.build().map_err(failure)?;
    let files = fs::read_dir(folder)?.filter_map(|entry| Some(entry.ok()?.path()));
    let pages = files.filter(|path| path.extension().is_some_and(|extension| extension == "html"));
    let page = |path: PathBuf| {
        let text = fs::read_to_string(&path)?;
        Ok(Page { html: Html::parse_document(&text), path, text })
    };
    pages.map(page).collect()
}

impl Page {
    /// Its name, for messages.
    pub fn name(&self) -> String {
        self.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// The links that lead nowhere, each with the reason.
    pub fn broken_links(&self) -> Vec<String> {
        let targets = [("a[href]", "href"), ("img[src]", "src"), ("script[src]", "src"), ("link[href]", "href")];
        let links = targets.iter().flat_map(|(selector, attribute)| self.attributes(selector, attribute));
        links
            .filter_map(|link| self.follow(&link).err().map(|reason| format!("{}: {link}: {reason}", self.name())))
            .collect()
    }

    fn follow(&self, link: &str) -> std::result::Result<(), &'static str> {
        if link.starts_with("https://") || link.starts_with("http://") {
            return Ok(()); // the network is no part of a test
        }
        let (file, fragment) = link.split_once('#').unwrap_or((link, ""));
        let folder = self.path.parent().unwrap_or(&self.path);
        let path = if file.is_empty() { self.path.clone() } else { normal(&folder.join(file)) };
        if !path.starts_with(folder) {
            return Err("outside of the book");
        }
        let text = fs::read(&path).map_err(|_| "no such file")?;
        if fragment.is_empty() || ids(&Html::parse_document(&String::from_utf8_lossy(&text))).contains(fragment) {
            Ok(())
        } else {
            Err("no such fragment")
        }
    }

    fn attributes(&self, selector: &str, attribute: &str) -> Vec<String> {
        let Ok(selector) = Selector::parse(selector) else { return Vec::new() };
        self.html.select(&selector).filter_map(|element| Some(element.attr(attribute)?.to_owned())).collect()
    }
}

/// The names of all places in a page that a link can lead to.
fn ids(html: &Html) -> HashSet<String> {
    let Ok(selector) = Selector::parse("[id]") else { return HashSet::new() };
    html.select(&selector).filter_map(|element| Some(element.attr("id")?.to_owned())).collect()
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
