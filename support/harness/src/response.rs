//! A response of HTTP, read from the bytes that have arrived.

use crate::{Failure, Result};
use std::fmt;

/// A response, as it arrived.
#[derive(Clone, PartialEq, Eq)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The header fields, in their order.
    pub headers: Vec<(String, String)>,
    /// The body; empty in a response to `HEAD`.
    pub body: Vec<u8>,
}

/// With the body as text, because this is what a failure shows.
impl fmt::Debug for Response {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Response")
            .field("status", &self.status)
            .field("headers", &self.headers)
            .field("body", &String::from_utf8_lossy(&self.body))
            .finish()
    }
}

impl Response {
    /// The value of this header field, if it occurs exactly once.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name));
        let (_, value) = values.next()?;
        values.next().is_none().then_some(value)
    }

    /// Whether the server says that it closes the connection after this response.
    pub fn announces_close(&self) -> bool {
        self.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"))
    }

    /// The first response in these bytes and its length, if it is complete.
    pub(crate) fn parse(bytes: &[u8], to_head: bool) -> Result<Option<(Self, usize)>> {
        let Some((mut response, head_length)) = Self::parse_head(bytes)? else { return Ok(None) };
        let has_body = !to_head && response.status >= 200 && ![204, 304].contains(&response.status);
        let Some(length) = response.header("content-length").map(str::parse::<usize>) else {
            return Ok((!has_body).then_some((response, head_length)));
        };
        let length = length.map_err(|_| Failure::new(format!("Content-Length is not a number: {response:?}")))?;
        let end = if has_body { head_length + length } else { head_length };
        let Some(body) = bytes.get(head_length..end) else { return Ok(None) };
        response.body = body.to_vec();
        Ok(Some((response, end)))
    }

    /// The response in these bytes if the end of the connection is its end, too.
    pub(crate) fn parse_to_end(bytes: &[u8]) -> Option<Self> {
        let (mut response, head_length) = Self::parse_head(bytes).ok()??;
        response.body = bytes[head_length..].to_vec();
        response.header("content-length").is_none().then_some(response)
    }

    fn parse_head(bytes: &[u8]) -> Result<Option<(Self, usize)>> {
        let mut fields = [httparse::EMPTY_HEADER; 64];
        let mut head = httparse::Response::new(&mut fields);
        let length = match head.parse(bytes) {
            Ok(httparse::Status::Complete(length)) => length,
            Ok(httparse::Status::Partial) => return Ok(None),
            Err(error) => {
                let text = String::from_utf8_lossy(bytes);
                return Err(Failure::new(format!("not an HTTP response ({error}): {text:?}")));
            }
        };
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let headers = head.headers.iter().map(|field| (field.name.to_owned(), text(field.value))).collect();
        Ok(Some((Self { status: head.code.unwrap_or_default(), headers, body: Vec::new() }, length)))
    }
}
