//! Printing.

use std::fmt::Display;
use std::io::{self, Write};

/// Prints a line. Unlike `println!`, it does not panic when the output is closed.
pub fn say(words: impl Display) {
    let _ = writeln!(io::stdout(), "{words}");
}
