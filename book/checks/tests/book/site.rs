//! The book as mdbook renders it and as a browser shows it.

use book_checks::site::{self, Page};
use book_checks::{assert_none, files, has_tool, read};
use harness::Server;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
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
fn every_page_opens_in_a_browser_without_an_error() {
    if !has_tool("chromium") {
        return;
    }
    let pages = pages();
    let profile = folder("profile");
    for name in ["print.html", "index.html"] {
        let page = pages.iter().find(|page| page.name() == name).unwrap();
        let (shown, log) = open(page.path.as_os_str(), &profile);
        assert!(shown.contains("</main>"), "{name}: Chromium shows nothing: {log}");
        // Of a slow machine, Chromium says there, for information, that the network is slow.
        let is_error = |line: &&str| line.contains("CONSOLE") && !line.contains("Slow network is detected");
        assert_none(log.lines().filter(is_error).map(|line| format!("{name}: {line}")));
    }
}

/// Only a browser knows how a browser writes a URL.
#[test]
fn a_browser_gets_its_page_whatever_characters_the_url_has() {
    if !has_tool("chromium") {
        return;
    }
    let server = Server::from_workspace("09_05_parallel_server").unwrap();
    let profile = folder("profile-of-urls");
    for (target, heading) in [("/?a=b|c&q={x}&r=^`\\[]\"<>'", "<h1>Hello!</h1>"), ("/a|b^c{d}", "<h1>Not found</h1>")] {
        let (shown, log) = open(format!("http://{}{target}", server.address()).as_ref(), &profile);
        assert!(shown.contains(heading), "{target}: Chromium shows {shown:?}: {log}");
    }
}

/// What Chromium makes of a page, and what it logs.
fn open(page: &OsStr, profile: &Path) -> (String, String) {
    let mut chromium = Command::new("chromium");
    chromium.args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]);
    chromium.args(["--disable-background-networking", "--disable-component-update", "--disable-sync"]);
    chromium.args(["--enable-logging=stderr", "--virtual-time-budget=5000", "--dump-dom"]);
    chromium.arg(format!("--user-data-dir={}", profile.display())).arg(page);
    let output = chromium.output().unwrap_or_else(|error| panic!("{error}"));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
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
