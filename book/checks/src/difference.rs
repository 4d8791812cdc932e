//! What changes from one text to another, and from one program to another.

use crate::include::without_anchors;
use crate::{Result, read};
use similar::{ChangeTag, TextDiff};

/// How many lines are shown before and after a change.
const CONTEXT: usize = 2;

/// What changes from one text to another, each with its name, in a form that `git apply` understands.
pub fn of_texts((old_name, old): (&str, &str), (new_name, new): (&str, &str)) -> String {
    let difference = TextDiff::from_lines(old, new);
    difference.unified_diff().context_radius(CONTEXT).header(old_name, new_name).to_string()
}

/// What changes from one program to another.
pub fn of_programs(old: &str, new: &str) -> Result<String> {
    Ok(of_texts((old, &code(old)?), (new, &code(new)?)))
}

/// How many lines are taken out from one program to another, how many are put in, and how many stay.
pub fn counts(old: &str, new: &str) -> Result<[usize; 3]> {
    let (old, new) = (code(old)?, code(new)?);
    let difference = TextDiff::from_lines(old.as_str(), new.as_str());
    let count = |tag| difference.iter_all_changes().filter(|change| change.tag() == tag).count();
    Ok([ChangeTag::Delete, ChangeTag::Insert, ChangeTag::Equal].map(count))
}

/// A program without the parts that say nothing of it: the comment at its head, the marks for the book, and the unit tests.
fn code(file: &str) -> Result<String> {
    let text = without_anchors(&read(file)?);
    let text = text.split("\n#[cfg(test)]").next().unwrap_or_default();
    let lines = text.lines().skip_while(|line| line.starts_with("//!") || line.is_empty());
    Ok(lines.flat_map(|line| [line, "\n"]).collect())
}
