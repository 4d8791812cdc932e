//! The names of functions, constants and files in the text of the chapters.

#![allow(clippy::unwrap_used)] // in helpers, too: a test says what went wrong by failing at that line

use crate::chapters::each_chapter;
use book_checks::{files, read, step};

/// Names in the text that belong to others: systems, crates, tools.
const NAMES_OF_OTHERS: [&str; 14] = [
    "FD_SET",
    "SMOL_THREADS",
    "SO_KEEPALIVE",
    "SO_OOBINLINE",
    "SO_REUSEPORT_LB",
    "_FORTIFY_SOURCE",
    "await_holding_lock",
    "block_in_place",
    "enable_eager_driver_handoff",
    "event_interval",
    "keepalive_min_timeout",
    "num_connects",
    "on_before_task_poll",
    "poll_next",
];

#[test]
fn each_name_in_the_text_is_one_of_the_code() {
    let folders = step::packages().unwrap().iter().map(|package| package.folder.as_str());
    let files = folders.chain(["book/exercises"]).flat_map(files);
    let files = files.filter(|file| !file.ends_with("tests/book/names.rs")); // it has the list
    let sources: String = files.filter_map(|file| read(&file).ok()).collect();
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    let is_whole = |name: &str, start: usize| {
        !sources[..start].ends_with(is_part) && !sources[start + name.len()..].starts_with(is_part)
    };
    let is_known = |name: &str| {
        NAMES_OF_OTHERS.contains(&name) || sources.match_indices(name).any(|(start, _)| is_whole(name, start))
    };
    each_chapter(|chapter| {
        let spans = chapter.code_spans().into_iter().map(|(_, span)| span.trim_end_matches("()").to_owned());
        let names = spans.filter(|span| span.contains('_') && span.chars().all(is_part));
        names.filter(|name| !is_known(name)).map(|name| format!("`{name}` is in no source file")).collect()
    });
}
