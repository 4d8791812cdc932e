//! The same handler in the steps that wait in different ways, side by side.

use crate::include::Include;
use crate::{Result, difference, step};

/// The handler of a step, as the book shows it.
pub fn handler(name: &str) -> Result<String> {
    let file = step::find(name)?.main().into();
    Include { file, anchor: Some("handle_connection".to_owned()) }.resolve()
}

/// What changes from the handler of one step to that of another.
pub fn difference(old: &str, new: &str) -> Result<String> {
    Ok(difference::of_texts((old, &handler(old)?), (new, &handler(new)?)))
}
