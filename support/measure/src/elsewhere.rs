//! Where nothing can be measured.

use crate::comparison::Comparison;
use std::io::{self, Write};
use std::process::ExitCode;

impl Comparison {
    /// Says that it needs Linux.
    pub fn main(&self) -> ExitCode {
        let _ = writeln!(io::stderr(), "{} reads /proc and chooses cores: it needs Linux", self.name);
        ExitCode::FAILURE
    }
}
