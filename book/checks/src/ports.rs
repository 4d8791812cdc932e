//! The last step on other runtimes, and step 9.5 with one idea more or less: what changes from one program to another.

use crate::include::without_anchors;
use crate::{Result, read};
use similar::{ChangeTag, TextDiff};

/// Step 9.5, on which the ideas were tried.
pub const STEP: &str = "09_05_parallel_server/src/main.rs";
/// Step 9.6, which is the port to async-std.
pub const ASYNC_STD: &str = "09_06_graceful_server/src/main.rs";
/// The port to smol.
pub const SMOL: &str = "runtimes-compare/src/bin/smol_server.rs";
/// The port to tokio.
pub const TOKIO: &str = "runtimes-compare/src/bin/tokio_server.rs";

/// The ideas that were tried on step 9.5, in the order of the book.
pub const IDEAS: [&str; 6] = [
    "page_from_disk",
    "write_per_answer",
    "without_yield",
    "buffer_of_the_thread",
    "accept_on_the_main_thread",
    "timer_per_read",
];

/// The program in which an idea was tried.
pub fn idea(name: &str) -> String {
    format!("runtimes-compare/ideas/{name}.rs")
}

/// What changes from one program to another, apart from what tells nothing of either: the comments at the head, the paths of
/// the pages, and the unit tests.
///
/// # Errors
///
/// If a file cannot be read.
pub fn difference(old: &str, new: &str) -> Result<String> {
    let (before, after) = (code(old)?, code(new)?);
    let difference = TextDiff::from_lines(before.as_str(), after.as_str());
    Ok(difference.unified_diff().context_radius(2).header(old, new).to_string())
}

/// How many lines change from one runtime to another, as a table.
///
/// # Errors
///
/// If a file cannot be read.
pub fn changed_lines() -> Result<String> {
    let mut table =
        "| from | to | lines taken out | lines put in | lines that stay |\n|---|---|--:|--:|--:|\n".to_owned();
    for (from, to, old, new) in [
        ("async-std", "smol", ASYNC_STD, SMOL),
        ("async-std", "tokio", ASYNC_STD, TOKIO),
        ("smol", "tokio", SMOL, TOKIO),
    ] {
        let (before, after) = (code(old)?, code(new)?);
        let difference = TextDiff::from_lines(before.as_str(), after.as_str());
        let count = |tag| difference.iter_all_changes().filter(|change| change.tag() == tag).count();
        let [out, put, stay] = [ChangeTag::Delete, ChangeTag::Insert, ChangeTag::Equal].map(count);
        table += &format!("| {from} | {to} | {out} | {put} | {stay} |\n");
    }
    Ok(table)
}

fn code(file: &str) -> Result<String> {
    let text = without_anchors(&read(file)?).replace("\"../../../common/", "\"../../common/");
    let text = text.split("\n#[cfg(test)]").next().unwrap_or_default();
    let lines = text.lines().skip_while(|line| line.starts_with("//!") || line.is_empty());
    Ok(lines.flat_map(|line| [line, "\n"]).collect())
}
