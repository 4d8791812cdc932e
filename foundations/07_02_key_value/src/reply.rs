//! Answers, as RESP2 and RESP3 write them.

use std::borrow::Cow;
use std::fmt::{self, Display, Formatter};

/// How long the answer to one request may be.
const MAX_ANSWER: usize = 64 * 1024 * 1024;

/// What is wrong, in Redis's words. A client's own bytes may be among them, and these need not be text.
#[derive(Clone, Debug)]
pub struct Problem(Cow<'static, [u8]>);

impl From<&'static str> for Problem {
    fn from(words: &'static str) -> Self {
        Self(words.as_bytes().into())
    }
}

impl From<Vec<u8>> for Problem {
    fn from(words: Vec<u8>) -> Self {
        Self(words.into())
    }
}

impl From<Problem> for Vec<u8> {
    fn from(problem: Problem) -> Self {
        problem.0.into_owned()
    }
}

impl Problem {
    /// Its words, after others.
    pub fn after(&self, words: &str) -> Self {
        [words.as_bytes(), &self.0].concat().into()
    }
}

/// For a log: in one line, whatever bytes there are.
impl Display for Problem {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        self.0.escape_ascii().fmt(formatter)
    }
}

/// Answers that were not sent yet.
#[derive(Default)]
pub struct Reply {
    /// Whether the client wants RESP3.
    pub is_resp3: bool,
    bytes: Vec<u8>,
    /// Where the answer to the present request begins.
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

    /// The answer to the next request begins here.
    pub fn begin(&mut self) {
        self.start = self.bytes.len();
    }

    /// The answer to a command that began there ends here. If there was a problem, it is the answer; and that an answer is too long is
    /// one.
    pub fn end(&mut self, start: usize, problem: Option<Problem>) {
        let is_too_long = std::mem::take(&mut self.is_too_long);
        let too_long = || {
            is_too_long.then(|| format!("ERR the answer would be longer than {MAX_ANSWER} bytes").into_bytes().into())
        };
        if let Some(problem) = problem.or_else(too_long) {
            self.bytes.truncate(start);
            self.error(&problem);
        }
    }

    /// A word that needs no length: `OK`.
    pub fn simple(&mut self, word: &str) {
        self.line(b'+', word.as_bytes());
    }

    /// What went wrong. An answer is a line, so what would end the line is replaced.
    pub fn error(&mut self, problem: &Problem) {
        let in_line = problem.0.iter().map(|byte| if matches!(byte, b'\r' | b'\n') { b' ' } else { *byte });
        self.bytes.push(b'-');
        self.bytes.extend(in_line);
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
        self.bytes.extend_from_slice(if self.is_resp3 { b"_\r\n" } else { b"$-1\r\n" });
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

    /// So many pairs follow. RESP2 has no other word for that than for twice as many answers.
    pub fn map(&mut self, pairs: usize) {
        if self.is_resp3 {
            self.line(b'%', itoa::Buffer::new().format(pairs).as_bytes());
        } else {
            self.array(2 * pairs);
        }
    }

    /// So many answers follow, in no order.
    pub fn set(&mut self, length: usize) {
        let kind = if self.is_resp3 { b'~' } else { b'*' };
        self.line(kind, itoa::Buffer::new().format(length).as_bytes());
    }

    /// Text for a person, unchanged.
    pub fn text(&mut self, text: &str) {
        if self.is_resp3 {
            self.line(b'=', format!("{}\r\ntxt:{text}", text.len() + "txt:".len()).as_bytes());
        } else {
            self.bulk(text.as_bytes());
        }
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
            let start = reply.bytes().len();
            reply.array(1);
            reply.bulk(&value);
            reply.end(start, None);
        }
        let expected = "-ERR the answer would be longer than 67108864 bytes\r\n*1\r\n$5\r\nshort\r\n";
        assert_eq!(String::from_utf8_lossy(reply.bytes()), expected);
    }

    #[test]
    fn an_error_is_one_line_for_the_client_and_in_the_log() {
        let problem = Problem::from(b"ERR a\r\nb\xff".to_vec());
        let mut reply = Reply::default();
        reply.error(&problem);
        assert_eq!(reply.bytes(), b"-ERR a  b\xff\r\n");
        assert_eq!(problem.to_string(), r"ERR a\r\nb\xff");
    }
}
