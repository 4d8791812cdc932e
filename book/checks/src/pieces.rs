//! The same handler in the steps that wait in different ways, side by side: what can be counted in its text.

use crate::include::Include;
use crate::{Result, difference, step};

/// How the places look at which a handler may wait, and those at which it may fail.
struct Style {
    step: &'static str,
    waits: &'static [&'static str],
    failures: &'static [&'static str],
}

const STYLES: [Style; 4] = [
    Style { step: "02_01_blocking_echo", waits: &[], failures: &["?"] },
    Style { step: "04_01_callbacks", waits: &[".then(", ".retry("], failures: &["give_up(&", ".retry("] },
    Style { step: "04_02_coroutines", waits: &[".await"], failures: &["?"] },
    Style { step: "04_03_green_threads", waits: &[], failures: &["?"] },
];

/// The handler of a step, as the book shows it.
///
/// # Errors
///
/// If the step does not mark it.
pub fn handler(name: &str) -> Result<String> {
    let file = step::find(name)?.main().into();
    Include { file, anchor: Some("handle_connection".to_owned()) }.resolve()
}

/// What there is in each handler, as a table.
///
/// # Errors
///
/// If a step does not mark its handler.
pub fn table() -> Result<String> {
    let mut table =
        "| step | lines | functions | marks of a wait | marks of a failure |\n|---|--:|--:|--:|--:|\n".to_owned();
    for Style { step: name, waits, failures } in STYLES {
        let text = handler(name)?;
        let code = || text.lines().filter(|line| !line.is_empty() && !line.starts_with("///"));
        let count = |marks: &[&str]| marks.iter().map(|mark| text.matches(mark).count()).sum::<usize>();
        let waits = if waits.is_empty() { "none".to_owned() } else { count(waits).to_string() };
        let (lines, functions) = (code().count(), code().filter(|line| line.contains("fn ")).count());
        table += &format!("| {} | {lines} | {functions} | {waits} | {} |\n", step::short_name(name), count(failures));
    }
    Ok(table)
}

/// What changes from the handler of one step to that of another.
///
/// # Errors
///
/// If one of them does not mark its handler.
pub fn difference(old: &str, new: &str) -> Result<String> {
    Ok(difference::of_texts((old, &handler(old)?), (new, &handler(new)?)))
}
