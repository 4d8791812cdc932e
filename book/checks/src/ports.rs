//! The last step on other runtimes.

use crate::{Result, difference};

/// Step 9.6, which is the port to async-std.
pub const ASYNC_STD: &str = "09_06_graceful_server/src/main.rs";
/// The port to smol.
pub const SMOL: &str = "runtimes-compare/src/bin/smol_server.rs";
/// The port to tokio.
pub const TOKIO: &str = "runtimes-compare/src/bin/tokio_server.rs";

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
