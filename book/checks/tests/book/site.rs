//! The book as mdbook renders it and as a browser shows it.

#![allow(clippy::unwrap_used)] // a test says what went wrong by failing at that line

use book_checks::site::{self, Page};
use book_checks::{assert_none, files, has_tool, read};
use browser::Browser;
use harness::Server;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::{env, fs};

#[test]
fn every_page_is_rendered_in_full_and_every_link_leads_somewhere() {
    let pages = pages();
    assert!(pages.len() > 2);
    let unresolved = pages.iter().filter(|page| page.text.contains("{{#"));
    let unresolved = unresolved.map(|page| format!("{}: an include was not resolved", page.name()));
    // mdbook leaves the brackets of a link that nothing defines.
    let undefined = pages.iter().filter(|page| page.text.contains("[<code>"));
    let undefined = undefined.map(|page| format!("{}: a name in brackets leads nowhere", page.name()));
    assert_none(unresolved.chain(undefined).chain(site::broken_links(pages)));
}

#[test]
fn every_link_of_a_page_outside_the_book_leads_somewhere() {
    let pages = files("").into_iter().filter(|file| {
        file.ends_with(".md") && !["book/src", "book/tables"].iter().any(|folder| file.starts_with(folder))
    });
    assert_none(pages.flat_map(|file| site::broken_links_of(&file, &read(&file).unwrap())));
}

#[test]
#[ignore = "slow, `cargo test --test book --test chat -- --ignored browser` does it"]
fn every_page_opens_in_a_browser_without_an_error() {
    if !has_tool("chromium") {
        return;
    }
    let mut browser = Browser::start().unwrap();
    let window = browser.window((1280, 1000)).unwrap();
    browser.call(Some(&window), "Log.enable", json!({})).unwrap();
    // The first one finds its style only on a server, and the others have the second one in a frame.
    let shown = pages().iter().filter(|page| !["404.html", "toc.html"].contains(&page.name().as_str()));
    assert_none(shown.filter_map(|page| {
        let opened = browser.go(&window, &format!("file://{}", page.path.canonicalize().unwrap().display()));
        let is_shown = "document.querySelector('main').checkVisibility()";
        let shown = opened.and_then(|()| browser.evaluate(&window, is_shown));
        (!matches!(shown, Ok(Value::Bool(true)))).then(|| format!("{}: {shown:?}", page.name()))
    }));
}

/// Only a browser knows how a browser writes a URL.
#[test]
#[ignore = "slow, `cargo test --test book --test chat -- --ignored browser` does it"]
fn a_browser_gets_its_page_whatever_characters_the_url_has() {
    if !has_tool("chromium") {
        return;
    }
    let server = Server::from_workspace("09_05_parallel_server").unwrap();
    let mut browser = Browser::start().unwrap();
    let window = browser.window((1280, 1000)).unwrap();
    for (target, heading) in [("/?a=b|c&q={x}&r=^`\\[]\"<>'", "Hello!"), ("/a|b^c{d}", "Not found")] {
        browser.go(&window, &format!("http://{}{target}", server.address())).unwrap();
        let shown = browser.evaluate(&window, "document.querySelector('h1').textContent").unwrap();
        assert_eq!(shown, heading, "{target}");
    }
}

/// The pages, rendered into a new folder.
pub fn pages() -> &'static [Page] {
    static PAGES: LazyLock<Vec<Page>> =
        LazyLock::new(|| site::render(&folder("site")).unwrap_or_else(|failure| panic!("{failure}")));
    &PAGES
}

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("book-{name}"));
    let _ = fs::remove_dir_all(&folder); // it need not be there
    folder
}
