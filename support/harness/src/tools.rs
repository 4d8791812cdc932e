//! Programs that others wrote.

use std::env;

/// Whether a program that a check needs is here. If not, the check is skipped with a message, unless a variable like
/// `REQUIRE_CHROMIUM` says that it must not be.
///
/// # Panics
///
/// If the program is missing and required.
pub fn has_tool(name: &str) -> bool {
    let found =
        env::var_os("PATH").is_some_and(|path| env::split_paths(&path).any(|folder| folder.join(name).is_file()));
    let variable = format!("REQUIRE_{}", name.to_uppercase().replace('-', "_"));
    assert!(found || env::var_os(&variable).is_none(), "{variable} is set, and {name} is not installed");
    if !found {
        eprintln!("SKIPPED: {name} is not installed");
    }
    found
}
