//! The last step on other runtimes.

use crate::{Result, difference};
pub use runtimes_compare::{ASYNC_STD, SMOL, TOKIO};

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
        let [out, put, stay] = difference::counts(old, new)?;
        table += &format!("| {from} | {to} | {out} | {put} | {stay} |\n");
    }
    Ok(table)
}
