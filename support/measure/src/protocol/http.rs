//! HTTP/1.1, the client's side: fixed requests, and answers that are recognised cheaply but surely.

use super::speaking::Protocol;
use memchr::memmem;
use std::io::{self, Error, ErrorKind};

/// HTTP/1.1: a `GET`, and an answer with status 200 and a body as long as it says.
#[derive(Clone, Debug)]
pub struct Http {
    path: &'static str,
    shape: Shape,
}

impl Http {
    /// Requests for this path. The first one on a connection is for `/`, which a server answers at once.
    pub fn get(path: &'static str) -> Self {
        Self { path, shape: Shape::default() }
    }
}

impl Protocol for Http {
    fn request(&self) -> Vec<u8> {
        get(self.path, "")
    }

    fn answer(&mut self, received: &[u8]) -> io::Result<Option<usize>> {
        if !self.shape.fits(received) && !self.shape.learn(received)? {
            return Ok(None);
        }
        Ok((received.len() >= self.shape.whole).then_some(self.shape.whole))
    }

    fn greeting(&self) -> Option<Vec<u8>> {
        Some(get("/", ""))
    }

    fn last_request(&self) -> Option<Vec<u8>> {
        Some(get(self.path, "Connection: close\r\n"))
    }

    fn announcement(&self) -> &'static str {
        "listening on http://"
    }
}

fn get(path: &str, field: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n{field}\r\n").into_bytes()
}

/// What the last parsed answer looked like. The next one mostly looks the same, which costs less to check than to parse.
#[derive(Clone, Debug, Default)]
struct Shape {
    /// The length of the head, its blank line included.
    head: usize,
    /// The length of head and body.
    whole: usize,
    /// Where the `Content-Length` field is, and what it says.
    content_length: (usize, Vec<u8>),
}

impl Shape {
    fn fits(&self, bytes: &[u8]) -> bool {
        let (start, field) = &self.content_length;
        self.whole > 0
            && bytes.starts_with(b"HTTP/1.1 200 ")
            && bytes.get(..self.head).is_some_and(|head| head.ends_with(b"\r\n\r\n"))
            && bytes[*start..].starts_with(field)
    }

    /// Parses a head; `false` when it is incomplete.
    fn learn(&mut self, bytes: &[u8]) -> io::Result<bool> {
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut response = httparse::Response::new(&mut headers);
        let head = match response.parse(bytes).map_err(|error| invalid(format!("not HTTP: {error}")))? {
            httparse::Status::Complete(head) => head,
            httparse::Status::Partial => return Ok(false),
        };
        if response.code != Some(200) {
            return Err(invalid(format!("status {} instead of 200", response.code.unwrap_or_default())));
        }
        let field = response.headers.iter().find(|header| header.name.eq_ignore_ascii_case("content-length"));
        let field = field.ok_or_else(|| invalid("an answer without Content-Length".to_owned()))?;
        let length = str::from_utf8(field.value).ok().and_then(|value| value.trim().parse::<usize>().ok());
        let length = length.ok_or_else(|| invalid("a Content-Length that is no number".to_owned()))?;
        let line = [b"\r\n", field.name.as_bytes(), b": ", field.value, b"\r\n"].concat();
        // A field written in another way is parsed anew each time, which is correct, only slower.
        let start = memmem::find(&bytes[..head], &line);
        *self = Self { head, whole: head + length, content_length: (start.unwrap_or(head), line) };
        Ok(true)
    }
}

fn invalid(what: String) -> Error {
    Error::new(ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi";

    #[test]
    fn an_answer_of_another_length_is_not_taken_for_the_last_one() {
        let other = b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nlong";
        let mut http = Http::get("/");
        for answer in [ANSWER, other, ANSWER] {
            assert_eq!(http.answer(&[answer, ANSWER].concat()).unwrap(), Some(answer.len()));
        }
    }

    #[test]
    fn an_error_page_is_no_answer() {
        let error = Http::get("/").answer(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n").unwrap_err();
        assert_eq!(error.to_string(), "status 404 instead of 200");
    }
}
