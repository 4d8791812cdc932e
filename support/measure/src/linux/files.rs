//! The files that are written.

use std::fs::{self, OpenOptions};
use std::io::{self, Error};
use std::path::Path;

/// Sees to it that a file can be written later: you would not want to learn after minutes that the disk is read-only.
pub fn prepare(file: &Path) -> io::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).map_or(Ok(()), fs::create_dir_all);
    let opened = folder.and_then(|()| OpenOptions::new().create(true).append(true).open(file));
    opened.map(drop).map_err(|error| named(file, &error))
}

/// Writes a file, and names it if that fails.
pub fn write(file: &Path, text: &str) -> io::Result<()> {
    fs::write(file, text).map_err(|error| named(file, &error))
}

fn named(file: &Path, error: &Error) -> Error {
    Error::new(error.kind(), format!("cannot write {}: {error}", file.display()))
}
