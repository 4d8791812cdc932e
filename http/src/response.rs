//! Responses, and how they become bytes.

use alloc::vec::Vec;
use core::time::Duration;
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;

/// The status codes that this crate and its servers use (RFC 9110, section 15).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // each one says its own name
pub enum Status {
    Ok = 200,
    BadRequest = 400,
    NotFound = 404,
    MethodNotAllowed = 405,
    ContentTooLarge = 413,
    UriTooLong = 414,
    ExpectationFailed = 417,
    MisdirectedRequest = 421,
    HeaderFieldsTooLarge = 431,
    NotImplemented = 501,
    VersionNotSupported = 505,
}

impl Status {
    /// The code and the reason phrase, as they stand on the status line.
    pub const fn line(self) -> &'static str {
        match self {
            Status::Ok => "200 OK",
            Status::BadRequest => "400 Bad Request",
            Status::NotFound => "404 Not Found",
            Status::MethodNotAllowed => "405 Method Not Allowed",
            Status::ContentTooLarge => "413 Content Too Large",
            Status::UriTooLong => "414 URI Too Long",
            Status::ExpectationFailed => "417 Expectation Failed",
            Status::MisdirectedRequest => "421 Misdirected Request",
            Status::HeaderFieldsTooLarge => "431 Request Header Fields Too Large",
            Status::NotImplemented => "501 Not Implemented",
            Status::VersionNotSupported => "505 HTTP Version Not Supported",
        }
    }
}

/// What a server answers: a status and a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Response {
    status: Status,
    content_type: &'static str,
    body: &'static str,
}

impl Response {
    /// An HTML page with the status 200.
    pub const fn ok(page: &'static str) -> Self {
        Self { status: Status::Ok, content_type: "text/html; charset=utf-8", body: page }
    }

    /// An HTML page with the status 404.
    pub const fn not_found(page: &'static str) -> Self {
        Self { status: Status::NotFound, content_type: "text/html; charset=utf-8", body: page }
    }

    /// The answer to a request that the server never sees: the status and one line of plain text that says why.
    pub(crate) const fn refusal(status: Status, reason: &'static str) -> Self {
        Self { status, content_type: "text/plain; charset=utf-8", body: reason }
    }

    /// The status of this response.
    pub const fn status(&self) -> Status {
        self.status
    }

    /// Appends the response to `output`.
    pub(crate) fn encode(&self, framing: Framing, date: &[u8], output: &mut Vec<u8>) {
        output.extend_from_slice(b"HTTP/1.1 ");
        output.extend_from_slice(self.status.line().as_bytes());
        output.extend_from_slice(b"\r\nDate: ");
        output.extend_from_slice(date);
        output.extend_from_slice(b"\r\nContent-Type: ");
        output.extend_from_slice(self.content_type.as_bytes());
        output.extend_from_slice(b"\r\nContent-Length: ");
        output.extend_from_slice(itoa::Buffer::new().format(self.body.len()).as_bytes());
        if self.status == Status::MethodNotAllowed {
            output.extend_from_slice(b"\r\nAllow: GET, HEAD");
        }
        output.extend_from_slice(framing.connection.header());
        output.extend_from_slice(b"\r\n\r\n");
        if !framing.is_head {
            output.extend_from_slice(self.body.as_bytes());
        }
    }
}

/// What a request demands of the form of its response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Framing {
    /// The request was `HEAD`: the header fields of the page, without the page (RFC 9110, section 9.3.2).
    pub(crate) is_head: bool,
    /// What becomes of the connection.
    pub(crate) connection: Persistence,
}

/// What becomes of the connection after a response (RFC 9112, section 9.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Persistence {
    /// HTTP/1.1 keeps a connection unless told otherwise.
    KeepAlive,
    /// An HTTP/1.0 client asked to keep the connection, and must be told that it is kept.
    KeepAliveAsAsked,
    /// This response is the last.
    Close,
}

impl Persistence {
    fn header(self) -> &'static [u8] {
        match self {
            Self::KeepAlive => b"",
            Self::KeepAliveAsAsked => b"\r\nConnection: keep-alive",
            Self::Close => b"\r\nConnection: close",
        }
    }
}

/// The value of the `Date` header (RFC 9110, section 5.6.7), for a time since 1970-01-01 00:00 UTC.
///
/// A time that the format cannot hold (after the year 9999) is written as 1970.
pub(crate) fn date(now: Duration) -> Vec<u8> {
    let mut date = Vec::with_capacity("Sun, 06 Nov 1994 08:49:37 GMT".len());
    let timestamp = i64::try_from(now.as_secs()).ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
    let printed =
        DateTimePrinter::new().print_timestamp_rfc9110(&timestamp.unwrap_or(Timestamp::UNIX_EPOCH), &mut date);
    debug_assert!(printed.is_ok(), "a vector takes every byte");
    date
}
