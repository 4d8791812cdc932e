//! Generated files: compared with what the programs do now, or rewritten.

use crate::{Failure, Result, difference, read, workspace};
use std::{env, fs};

/// The command that rewrites every generated file.
pub const REWRITE: &str = "UPDATE_BOOK=1 cargo test -p book-checks";

/// Whether generated files are to be rewritten instead of compared.
pub fn is_rewriting() -> bool {
    env::var_os("UPDATE_BOOK").is_some()
}

/// Compares a file below `book/src` with what it should say, or rewrites it.
///
/// # Errors
///
/// If the two differ, with their difference.
pub fn check(file: &str, expected: &str) -> Result {
    check_file(&format!("book/src/{file}"), expected)
}

/// As [`check`], for a file anywhere in the workspace.
///
/// # Errors
///
/// If the two differ, with their difference.
pub fn check_file(file: &str, expected: &str) -> Result {
    let committed = read(file).unwrap_or_default();
    if committed == expected {
        return Ok(());
    }
    if is_rewriting() {
        return write(file, expected);
    }
    let difference = difference::of_texts(("in the book", &committed), ("now", expected));
    Err(Failure::new(format!("{file} is not what the programs say now; `{REWRITE}` rewrites it\n{difference}")))
}

/// Writes a file, given relative to the workspace.
///
/// # Errors
///
/// If it cannot be written; the message names the file.
pub fn write(file: &str, text: &str) -> Result {
    let path = workspace().join(file);
    let written = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&path, text));
    written.map_err(|error| Failure::from(error).context(file))
}
