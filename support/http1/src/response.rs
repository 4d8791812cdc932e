//! Responses, and how they become bytes.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use arrayvec::ArrayString;
use core::time::Duration;
use jiff::Timestamp;
use jiff::fmt::StdFmtWrite;
use jiff::fmt::rfc2822::DateTimePrinter;

/// The status codes that this crate and its servers use (RFC 9110, section 15).
///
/// A server answers with the first two. All others are the [`Connection`](crate::Connection)'s own: the server never sees the
/// request. Each comes with one line of text that says what is wrong; after each but 405 the connection is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// 200: here is the page.
    Ok = 200,
    /// 404: there is no such page.
    NotFound = 404,
    /// 400: the request breaks the grammar, is ambiguous, or ends too early.
    BadRequest = 400,
    /// 405: the method exists, but pages can be read with `GET` and `HEAD` only. The connection is kept, unless a body was
    /// announced by `Expect`: it need no longer come, so it is unknown what follows.
    MethodNotAllowed = 405,
    /// 408: a part of the request arrived, but the rest did not come in time ([`Connection::time_out`](crate::Connection::time_out)).
    RequestTimeout = 408,
    /// 413: the body is longer than [`MAX_BODY`](crate::MAX_BODY).
    ContentTooLarge = 413,
    /// 414: the target is longer than [`MAX_TARGET`](crate::MAX_TARGET).
    UriTooLong = 414,
    /// 417: the request expects something else than `100-continue`.
    ExpectationFailed = 417,
    /// 421: the target is a URL that this server does not answer for, such as one with `https`.
    MisdirectedRequest = 421,
    /// 431: the head is longer than [`MAX_HEAD`](crate::MAX_HEAD), has more fields than
    /// [`MAX_HEADER_FIELDS`](crate::MAX_HEADER_FIELDS), or the body more than [`MAX_CHUNK_EXTRAS`](crate::MAX_CHUNK_EXTRAS).
    HeaderFieldsTooLarge = 431,
    /// 501: this server does not know this method or this transfer coding.
    NotImplemented = 501,
    /// 505: the request is in another major version, such as HTTP/2.
    VersionNotSupported = 505,
}

impl Status {
    /// The code and the reason phrase, as they are on the status line.
    pub const fn line(self) -> &'static str {
        match self {
            Status::Ok => "200 OK",
            Status::BadRequest => "400 Bad Request",
            Status::NotFound => "404 Not Found",
            Status::MethodNotAllowed => "405 Method Not Allowed",
            Status::RequestTimeout => "408 Request Timeout",
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    status: Status,
    content_type: &'static str,
    body: Cow<'static, str>,
}

const HTML: &str = "text/html; charset=utf-8";
const PLAIN: &str = "text/plain; charset=utf-8";

impl Response {
    /// An HTML page with the status 200.
    pub const fn ok(page: &'static str) -> Self {
        Self { status: Status::Ok, content_type: HTML, body: Cow::Borrowed(page) }
    }

    /// An HTML page with the status 404.
    pub const fn not_found(page: &'static str) -> Self {
        Self { status: Status::NotFound, content_type: HTML, body: Cow::Borrowed(page) }
    }

    /// A line of plain text with the status 200.
    pub const fn text(text: String) -> Self {
        Self { status: Status::Ok, content_type: PLAIN, body: Cow::Owned(text) }
    }

    /// The answer to a request that the server never sees: the status and one line of plain text that says why.
    pub(crate) const fn refusal(status: Status, reason: &'static str) -> Self {
        Self { status, content_type: PLAIN, body: Cow::Borrowed(reason) }
    }

    /// The answer to a request that breaks the rules.
    pub(crate) const fn bad(reason: &'static str) -> Self {
        Self::refusal(Status::BadRequest, reason)
    }

    /// The status of this response.
    pub const fn status(&self) -> Status {
        self.status
    }

    /// At least as many bytes as [`encode`](Self::encode) appends.
    pub(crate) fn max_length(&self) -> usize {
        MAX_RESPONSE_HEAD + self.body.len()
    }

    /// Appends the response to `output`.
    pub(crate) fn encode(&self, framing: Framing, date: &Date, output: &mut Vec<u8>) {
        let mut append = |text: &str| output.extend_from_slice(text.as_bytes());
        append("HTTP/1.1 ");
        append(self.status.line());
        append("\r\nDate: ");
        append(date.as_str());
        append("\r\nContent-Type: ");
        append(self.content_type);
        append("\r\nContent-Length: ");
        append(itoa::Buffer::new().format(self.body.len()));
        if self.status == Status::MethodNotAllowed {
            append("\r\nAllow: GET, HEAD"); // RFC 9110, section 15.5.6
        }
        append(framing.persistence.header());
        append("\r\n\r\n");
        if !framing.is_head {
            append(&self.body);
        }
    }
}

/// No response has a longer head than this.
const MAX_RESPONSE_HEAD: usize = 192;

/// What a request demands of the form of its response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Framing {
    /// The request was `HEAD`: the header fields of the page, without the page (RFC 9110, section 9.3.2).
    pub(crate) is_head: bool,
    /// What becomes of the connection.
    pub(crate) persistence: Persistence,
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
    fn header(self) -> &'static str {
        match self {
            Self::KeepAlive => "",
            Self::KeepAliveAsAsked => "\r\nConnection: keep-alive",
            Self::Close => "\r\nConnection: close",
        }
    }
}

/// The value of the `Date` header (RFC 9110, section 6.6.1).
pub(crate) struct Date(ArrayString<DATE_LENGTH>);

const DATE_LENGTH: usize = "Sun, 06 Nov 1994 08:49:37 GMT".len();

impl Date {
    /// The date for a time since 1970-01-01 00:00 UTC. A time that the format cannot hold (after the year 9999) is written as
    /// 1970.
    pub(crate) fn new(now: Duration) -> Self {
        let timestamp = i64::try_from(now.as_secs()).ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
        let timestamp = timestamp.unwrap_or(Timestamp::UNIX_EPOCH);
        let mut date = ArrayString::new();
        let printed = DateTimePrinter::new().print_timestamp_rfc9110(&timestamp, StdFmtWrite(&mut date));
        debug_assert!(printed.is_ok(), "every date has this length");
        Self(date)
    }

    fn as_str(&self) -> &str {
        &self.0
    }
}
