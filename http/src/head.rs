//! The head of a request: from bytes to what a server must know of them, or to the reason why it refuses.
//!
//! `httparse` splits the head; the rules that need more than one character to judge are here, each with its section.

use crate::body::Length;
use crate::response::{Persistence, Response, Status};
use crate::{MAX_HEAD, MAX_HEADER_FIELDS, MAX_TARGET};
use core::mem::MaybeUninit;
use core::ops::Range;

/// What a complete, valid head says. Offsets count from the first byte that was parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) method: Method,
    /// The path of the target, without the query string.
    pub(crate) path: Range<usize>,
    pub(crate) body: Length,
    pub(crate) persistence: Persistence,
    /// The peer waits for `100 Continue` before it sends the body (RFC 9110, section 10.1.1).
    pub(crate) expects_continue: bool,
    /// The bytes of the head, including the empty line that ends it.
    pub(crate) length: usize,
}

/// Methods, as far as this crate tells them apart (RFC 9110, section 9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Head,
    /// A method that exists, but that no page here supports: 405.
    Unsupported,
    /// A method that nobody defined: 501.
    Unknown,
}

impl Method {
    fn new(name: &str) -> Self {
        match name {
            "GET" => Self::Get,
            "HEAD" => Self::Head,
            "POST" | "PUT" | "DELETE" | "CONNECT" | "OPTIONS" | "TRACE" | "PATCH" => Self::Unsupported,
            _ => Self::Unknown,
        }
    }
}

const fn bad(reason: &'static str) -> Response {
    Response::refusal(Status::BadRequest, reason)
}

/// Reads a head from the beginning of `input`; `None` if its end has not arrived yet.
///
/// Only the first [`MAX_HEAD`] bytes are looked at, so that the answer does not depend on how the input was cut.
pub(crate) fn parse(input: &[u8]) -> Result<Option<Head>, Response> {
    let input = &input[..input.len().min(MAX_HEAD)];
    let mut fields = [const { MaybeUninit::uninit() }; MAX_HEADER_FIELDS];
    let mut request = httparse::Request::new(&mut []);
    let length = match request.parse_with_uninit_headers(input, &mut fields) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) if input.len() < MAX_HEAD => return Ok(None),
        Ok(httparse::Status::Partial) => return Err(too_long(input)),
        Err(error) => return Err(refusal(error, input)),
    };
    if has_bare_line_feed(&input[..length]) {
        return Err(bad("A line must end with CR LF, not with LF alone.\n"));
    }
    let (Some(method), Some(target), Some(minor)) = (request.method, request.path, request.version) else {
        return Err(bad("The request line is incomplete.\n"));
    };
    if target.len() > MAX_TARGET {
        return Err(Response::refusal(Status::UriTooLong, "The request target is longer than 8,192 bytes.\n"));
    }
    let method_name = method;
    let method = Method::new(method_name);
    let path = path_of(method_name, target)?;
    let fields = Fields::read(request.headers, minor)?;

    // `target` is a part of `input`, so this is its offset.
    let target_start = target.as_ptr().addr() - input.as_ptr().addr();
    Ok(Some(Head {
        method,
        path: target_start + path.start..target_start + path.end,
        body: fields.body()?,
        persistence: fields.persistence(),
        expects_continue: fields.expects_continue,
        length,
    }))
}

/// Which limit a head broke that fills the whole window without ending.
fn too_long(input: &[u8]) -> Response {
    let line = memchr::memchr(b'\n', input).map_or(input, |end| &input[..end]);
    if line.len() > MAX_TARGET {
        Response::refusal(Status::UriTooLong, "The request target is longer than 8,192 bytes.\n")
    } else {
        Response::refusal(Status::HeaderFieldsTooLarge, "The request head is longer than 16,384 bytes.\n")
    }
}

fn refusal(error: httparse::Error, input: &[u8]) -> Response {
    match error {
        httparse::Error::TooManyHeaders => {
            Response::refusal(Status::HeaderFieldsTooLarge, "The request has more than 100 header fields.\n")
        }
        httparse::Error::Version if is_other_major_version(input) => {
            Response::refusal(Status::VersionNotSupported, "This server speaks HTTP/1.1 and HTTP/1.0.\n")
        }
        httparse::Error::Version => bad("The request line must end with HTTP/1.1 or HTTP/1.0.\n"),
        httparse::Error::HeaderName => bad("A header field has an invalid name, or white space before its colon.\n"),
        httparse::Error::HeaderValue => bad("A header field has an invalid value.\n"),
        httparse::Error::NewLine => bad("A line must end with CR LF.\n"),
        httparse::Error::Token | httparse::Error::Status => bad("This is not an HTTP/1.1 request.\n"),
    }
}

/// Whether the first line ends with a well-formed version other than HTTP/1.x (RFC 9110, section 2.5).
fn is_other_major_version(input: &[u8]) -> bool {
    let line = input.split(|&byte| byte == b'\r' || byte == b'\n').find(|line| !line.is_empty()).unwrap_or_default();
    let version = line.rsplit(|&byte| byte == b' ').next().unwrap_or_default();
    matches!(version, [b'H', b'T', b'T', b'P', b'/', major, b'.', minor]
        if major.is_ascii_digit() && *major != b'1' && minor.is_ascii_digit())
}

/// A lone LF is not a line ending here: a proxy in front may think otherwise, and see other requests than we do.
fn has_bare_line_feed(head: &[u8]) -> bool {
    memchr::memchr_iter(b'\n', head).any(|position| position == 0 || head[position - 1] != b'\r')
}

/// The path inside a target, for the four forms of RFC 9112, section 3.2.
fn path_of(method: &str, target: &str) -> Result<Range<usize>, Response> {
    if target.bytes().any(|byte| byte == b'#' || !byte.is_ascii()) {
        return Err(bad("The request target has a character that must be percent-encoded.\n"));
    }
    let start = match (method, target) {
        ("CONNECT", _) | ("OPTIONS", "*") => return Ok(0..target.len()),
        _ if target.starts_with('/') => 0,
        _ => {
            let authority = target.find("://").map(|colon| colon + "://".len());
            let authority = authority.ok_or(bad("The request target must begin with / or be a URL.\n"))?;
            authority + target[authority..].find(['/', '?']).unwrap_or(target.len() - authority)
        }
    };
    let end = target.find('?').unwrap_or(target.len());
    Ok(start..end)
}

/// What the header fields say, of the few that concern a server.
#[derive(Default)]
struct Fields {
    is_http_1_0: bool,
    hosts: u8,
    content_length: Option<u64>,
    is_chunked: bool,
    asks_to_close: bool,
    asks_to_keep_alive: bool,
    expects_continue: bool,
}

impl Fields {
    fn read(fields: &[httparse::Header<'_>], minor: u8) -> Result<Self, Response> {
        let mut read = Self { is_http_1_0: minor == 0, ..Self::default() };
        for field in fields {
            let (name, value) = (field.name, field.value);
            if name.eq_ignore_ascii_case("host") {
                read.host(value)?;
            } else if name.eq_ignore_ascii_case("connection") {
                read.connection(value);
            } else if name.eq_ignore_ascii_case("content-length") {
                read.content_length(value)?;
            } else if name.eq_ignore_ascii_case("transfer-encoding") {
                read.transfer_encoding(value)?;
            } else if name.eq_ignore_ascii_case("expect") {
                read.expect(value)?;
            }
        }
        if read.hosts == 0 && !read.is_http_1_0 {
            return Err(bad("An HTTP/1.1 request must have a Host header.\n"));
        }
        Ok(read)
    }

    /// RFC 9112, section 3.2.
    fn host(&mut self, value: &[u8]) -> Result<(), Response> {
        self.hosts += 1;
        if self.hosts > 1 {
            return Err(bad("A request must not have two Host headers.\n"));
        }
        let is_valid = value.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-._~%!$&'()*+,;=:[]".contains(byte));
        if is_valid { Ok(()) } else { Err(bad("The Host header is not a host name.\n")) }
    }

    /// RFC 9110, section 7.6.1.
    fn connection(&mut self, value: &[u8]) {
        for option in value.split(|&byte| byte == b',') {
            let option = option.trim_ascii();
            self.asks_to_close |= option.eq_ignore_ascii_case(b"close");
            self.asks_to_keep_alive |= option.eq_ignore_ascii_case(b"keep-alive");
        }
    }

    /// RFC 9112, section 6.3.
    fn content_length(&mut self, value: &[u8]) -> Result<(), Response> {
        if self.content_length.is_some() {
            return Err(bad("A request must not have two Content-Length headers.\n"));
        }
        let digits = core::str::from_utf8(value).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
        let length = digits.and_then(|digits| digits.parse().ok());
        self.content_length = Some(length.ok_or(bad("The Content-Length header is not a number.\n"))?);
        Ok(())
    }

    /// RFC 9112, section 6.1.
    fn transfer_encoding(&mut self, value: &[u8]) -> Result<(), Response> {
        if self.is_http_1_0 {
            return Err(bad("An HTTP/1.0 request must not have a Transfer-Encoding header.\n"));
        }
        if self.is_chunked || !value.eq_ignore_ascii_case(b"chunked") {
            return Err(Response::refusal(Status::NotImplemented, "The only transfer coding supported is chunked.\n"));
        }
        self.is_chunked = true;
        Ok(())
    }

    /// RFC 9110, section 10.1.1.
    fn expect(&mut self, value: &[u8]) -> Result<(), Response> {
        if !value.eq_ignore_ascii_case(b"100-continue") {
            return Err(Response::refusal(Status::ExpectationFailed, "The only expectation met is 100-continue.\n"));
        }
        self.expects_continue = !self.is_http_1_0;
        Ok(())
    }

    fn body(&self) -> Result<Length, Response> {
        match (self.is_chunked, self.content_length) {
            (true, Some(_)) => Err(bad("A request must not have both Transfer-Encoding and Content-Length.\n")),
            (true, None) => Ok(Length::chunked()),
            (false, length) => Ok(Length::Bytes(length.unwrap_or(0))),
        }
    }

    /// RFC 9112, section 9.3.
    fn persistence(&self) -> Persistence {
        match (self.asks_to_close, self.is_http_1_0, self.asks_to_keep_alive) {
            (true, _, _) | (false, true, false) => Persistence::Close,
            (false, true, true) => Persistence::KeepAliveAsAsked,
            (false, false, _) => Persistence::KeepAlive,
        }
    }
}
