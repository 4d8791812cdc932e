//! Answers, as RESP2 writes them.

use std::borrow::Cow;
use std::fmt::Display;
use std::io::Write;

/// How long the answer to one command may be.
const MAX_ANSWER: usize = 64 * 1024 * 1024;

/// Answers that were not sent yet.
#[derive(Default)]
pub struct Reply {
    bytes: Vec<u8>,
    /// Where the answer to the present command begins.
    start: usize,
    is_too_long: bool,
}

impl Reply {
    /// What there is to send.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// It was sent. (Most answers are short, so the room for a long one is given back.)
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.bytes.shrink_to(64 * 1024);
    }

    /// The answer to the next command begins here.
    pub fn begin(&mut self) {
        self.start = self.bytes.len();
    }

    /// The answer ends here. If there was a problem, it is the answer; and that an answer is too long is one.
    pub fn end(&mut self, problem: Option<Cow<'static, str>>) {
        let is_too_long = std::mem::take(&mut self.is_too_long);
        let too_long = || is_too_long.then(|| format!("ERR the answer would be longer than {MAX_ANSWER} bytes").into());
        if let Some(problem) = problem.or_else(too_long) {
            self.bytes.truncate(self.start);
            self.error(problem);
        }
    }

    /// A word that needs no length: `OK`.
    pub fn simple(&mut self, word: &str) {
        self.line(b'+', word.as_bytes());
    }

    /// What went wrong. An answer is a line, so what would end the line is replaced.
    pub fn error(&mut self, message: impl Display) {
        self.bytes.push(b'-');
        let start = self.bytes.len();
        let _ = write!(self.bytes, "{message}"); // a Vec takes everything
        self.bytes[start..].iter_mut().filter(|byte| matches!(byte, b'\r' | b'\n')).for_each(|byte| *byte = b' ');
        self.bytes.extend_from_slice(b"\r\n");
    }

    /// A number.
    pub fn integer(&mut self, number: i64) {
        self.line(b':', itoa::Buffer::new().format(number).as_bytes());
    }

    /// How many there are of something.
    pub fn count(&mut self, number: usize) {
        self.line(b':', itoa::Buffer::new().format(number).as_bytes());
    }

    /// Any bytes, with their length before them.
    pub fn bulk(&mut self, value: &[u8]) {
        if self.bytes.len() - self.start + value.len() > MAX_ANSWER {
            self.is_too_long = true;
        } else {
            self.line(b'$', itoa::Buffer::new().format(value.len()).as_bytes());
            self.bytes.extend_from_slice(value);
            self.bytes.extend_from_slice(b"\r\n");
        }
    }

    /// Nothing, where there could be bytes.
    pub fn null(&mut self) {
        self.bytes.extend_from_slice(b"$-1\r\n");
    }

    /// The bytes, or nothing.
    pub fn bulk_or_null(&mut self, value: Option<&[u8]>) {
        match value {
            Some(value) => self.bulk(value),
            None => self.null(),
        }
    }

    /// So many answers follow, which are one together.
    pub fn array(&mut self, length: usize) {
        self.line(b'*', itoa::Buffer::new().format(length).as_bytes());
    }

    /// All of these.
    pub fn bulks(&mut self, values: &[&[u8]]) {
        self.array(values.len());
        values.iter().for_each(|value| self.bulk(value));
    }

    fn line(&mut self, kind: u8, text: &[u8]) {
        self.bytes.push(kind);
        self.bytes.extend_from_slice(text);
        self.bytes.extend_from_slice(b"\r\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_is_too_long_is_replaced_by_an_error_and_nothing_else_is() {
        let mut reply = Reply::default();
        for value in [vec![0; MAX_ANSWER + 1], b"short".to_vec()] {
            reply.begin();
            reply.array(1);
            reply.bulk(&value);
            reply.end(None);
        }
        let expected = "-ERR the answer would be longer than 67108864 bytes\r\n*1\r\n$5\r\nshort\r\n";
        assert_eq!(String::from_utf8_lossy(reply.bytes()), expected);
    }

    #[test]
    fn an_error_is_one_line() {
        let mut reply = Reply::default();
        reply.error("ERR a\r\nb");
        assert_eq!(reply.bytes(), b"-ERR a  b\r\n");
    }
}
