//! Echo by line: a client sends a line, and the server sends it back, after a while.

use super::speaking::{Protocol, exactly};
use std::io;

const LINE: &[u8] = b"the quick brown fox jumps over the lazy dog\n";

/// Echo by line: a line, and the same line back.
#[derive(Clone, Copy, Debug)]
pub struct Echo {
    is_greeted: bool,
}

impl Echo {
    /// With servers that answer at once.
    pub fn greeted() -> Self {
        Self { is_greeted: true }
    }

    /// With servers that answer after a while: it would take too long to send a line on each connection, only to see whether it is open.
    pub fn ungreeted() -> Self {
        Self { is_greeted: false }
    }
}

impl Protocol for Echo {
    fn request(&self) -> Vec<u8> {
        LINE.to_vec()
    }

    fn answer(&mut self, received: &[u8]) -> io::Result<Option<usize>> {
        exactly(LINE, received)
    }

    fn greeting(&self) -> Option<Vec<u8>> {
        self.is_greeted.then(|| self.request())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_the_same_line_whole() {
        let mut echo = Echo::greeted();
        for cut in 0..LINE.len() {
            assert_eq!(echo.answer(&LINE[..cut]).unwrap(), None, "cut at {cut}");
        }
        assert_eq!(echo.answer(LINE).unwrap(), Some(LINE.len()));
        assert_eq!(echo.answer(&LINE.repeat(2)).unwrap(), Some(LINE.len()), "the second one is another answer");
    }

    #[test]
    fn another_line_is_no_answer() {
        let error = Echo::greeted().answer(b"the quicker fox\n").unwrap_err().to_string();
        assert!(error.contains(r#""the quicker fox\n" instead of "the quick brown"#), "{error}");
    }
}
