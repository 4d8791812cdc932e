//! What a check reports when it did not see what it expected.

use std::fmt;
use std::io;

/// What was seen instead of what was expected, in a sentence.
#[derive(Clone, PartialEq, Eq)]
pub struct Failure(String);

/// The result of talking to a server.
pub type Result<T = ()> = std::result::Result<T, Failure>;

impl Failure {
    /// A failure that says `what` happened.
    pub fn new(what: impl Into<String>) -> Self {
        Self(what.into())
    }

    /// The same failure, after the words that say where it was met.
    pub fn context(self, place: impl fmt::Display) -> Self {
        Self(format!("{place}: {}", self.0))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The sentence itself, because this is what `unwrap` shows in a test.
impl fmt::Debug for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Failure {}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self(error.to_string())
    }
}

/// Ends the function with a [`Failure`] unless the condition holds.
macro_rules! ensure {
    ($condition:expr, $($message:tt)+) => {
        if !$condition {
            return Err($crate::Failure::new(format!($($message)+)));
        }
    };
}
pub(crate) use ensure;
