//! The head of a request: from bytes to what a server must know of them, or to the reason why it refuses.
//!
//! `httparse` splits the head; the rules that it leaves open are here, each with its section.

use crate::body::Length;
use crate::fields::Fields;
use crate::grammar::is_token_byte;
use crate::response::{Persistence, Response, Status};
use crate::target;
use crate::{MAX_EMPTY_LINES, MAX_HEAD, MAX_HEADER_FIELDS, MAX_TARGET, MILESTONE};
use core::mem::MaybeUninit;
use core::ops::Range;

/// What a complete, valid head says. Offsets count from the first byte that was parsed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) method: Method,
    /// The path of the target, without the query string. An empty one means `/`.
    pub(crate) path: Range<usize>,
    pub(crate) body: Length,
    pub(crate) persistence: Persistence,
    /// The client waits for `100 Continue` before it sends the body (RFC 9110, section 10.1.1).
    pub(crate) expects_continue: bool,
    /// The bytes of the head, including the empty line that ends it.
    pub(crate) length: usize,
    /// The bytes of the body that have passed since the last [`MILESTONE`].
    passed: usize,
}

impl Head {
    /// Takes note of so many bytes of the body, and says how many milestones that made.
    pub(crate) fn pass(&mut self, bytes: usize) -> u32 {
        let passed = self.passed + bytes;
        self.passed = passed % MILESTONE;
        u32::try_from(passed / MILESTONE).unwrap_or(u32::MAX)
    }
}

/// Methods, as far as this crate tells them apart (RFC 9110, section 9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Head,
    /// A method that exists, but that no page here supports.
    Unsupported,
}

impl Method {
    /// An undefined method may have unknown rules, so it ends the connection.
    fn new(name: &str) -> Result<Self, Response> {
        match name {
            "GET" => Ok(Self::Get),
            "HEAD" => Ok(Self::Head),
            "POST" | "PUT" | "DELETE" | "CONNECT" | "OPTIONS" | "TRACE" | "PATCH" => Ok(Self::Unsupported),
            _ => Err(UNKNOWN_METHOD),
        }
    }
}

pub(crate) const UNSUPPORTED_METHOD: Response =
    Response::refusal(Status::MethodNotAllowed, "The pages here can be read with GET and HEAD.\n");
const UNKNOWN_METHOD: Response = Response::refusal(Status::NotImplemented, "This server does not know that method.\n");
const OTHER_VERSION: Response =
    Response::refusal(Status::VersionNotSupported, "This server speaks HTTP/1.1 and HTTP/1.0.\n");
const NO_REQUEST_LINE: Response = Response::bad("A request must begin with a method, a target and HTTP/1.1.\n");
const TOO_MANY_FIELDS: Response =
    Response::refusal(Status::HeaderFieldsTooLarge, "The request has more than 100 header fields.\n");
const HEAD_TOO_LONG: Response =
    Response::refusal(Status::HeaderFieldsTooLarge, "The request head is longer than 16,384 bytes.\n");

/// Reads a head from the beginning of `input`; `None` if its end has not arrived yet. The first `searched` bytes were
/// there the last time already, and did not suffice.
///
/// Only the first [`MAX_HEAD`] bytes are looked at, and of these only whole lines. So the answer does not depend on how the
/// input was cut, and a client that sends byte by byte has a head read once for each line, not once for each byte.
pub(crate) fn parse(input: &[u8], searched: usize) -> Result<Option<Head>, Response> {
    let window = &input[..input.len().min(MAX_HEAD)];
    let start = start_of_request_line(window)?;
    let searched = searched.max(start);
    let Some(last_line_feed) = window[searched..].iter().rposition(|&byte| byte == b'\n') else {
        return incomplete(window, start);
    };
    let lines = &window[start..=searched + last_line_feed];

    let mut fields = [const { MaybeUninit::uninit() }; MAX_HEADER_FIELDS];
    let mut request = httparse::Request::new(&mut []);
    match request.parse_with_uninit_headers(lines, &mut fields) {
        Ok(httparse::Status::Complete(length)) => read(&lines[..length], start, &request).map(Some),
        Ok(httparse::Status::Partial) => incomplete(window, start),
        Err(httparse::Error::Version) => parse_other_version(window, lines, start),
        Err(error) => Err(refusal(error)),
    }
}

/// Where the request line begins: after a few empty lines (RFC 9112, section 2.2). What cannot be the beginning of one,
/// such as the first byte of TLS, is refused without waiting for the rest.
fn start_of_request_line(window: &[u8]) -> Result<usize, Response> {
    let empty_lines = window.chunks_exact(2).take(MAX_EMPTY_LINES).take_while(|line| line == b"\r\n").count();
    let start = 2 * empty_lines;
    match &window[start..] {
        [] | [b'\r'] => Ok(start),
        [first, ..] if is_token_byte(*first) => Ok(start),
        _ => Err(NO_REQUEST_LINE),
    }
}

/// The end of the head has not arrived. If the window is full, it never will.
fn incomplete(window: &[u8], start: usize) -> Result<Option<Head>, Response> {
    if window.len() < MAX_HEAD {
        return Ok(None);
    }
    let mut words = first_line(&window[start..]).splitn(3, |&byte| byte == b' ');
    Err(match (words.next(), words.next()) {
        (Some(method), _) if is_unknown(method) => UNKNOWN_METHOD,
        (Some(_), Some(target)) if target.len() > MAX_TARGET => target::TOO_LONG,
        (Some(_), Some(_)) => HEAD_TOO_LONG,
        _ => NO_REQUEST_LINE,
    })
}

/// Whether a word may be a method, but is none that is known.
fn is_unknown(word: &[u8]) -> bool {
    let is_token = word.iter().all(|&byte| is_token_byte(byte));
    is_token && core::str::from_utf8(word).is_ok_and(|name| Method::new(name).is_err())
}

/// Reads what `httparse` found in a complete head that begins at `start`.
fn read(lines: &[u8], start: usize, request: &httparse::Request<'_, '_>) -> Result<Head, Response> {
    if has_lone_line_feed(lines) {
        return Err(Response::bad("A line must end with CR LF, not with LF alone.\n"));
    }
    let (Some(name), Some(target)) = (request.method, request.path) else { return Err(NO_REQUEST_LINE) };
    let method = Method::new(name)?; // before the target: an unknown method may ask for anything
    let path = target::path(name, target)?;
    let target_start = start + name.len() + " ".len();
    let fields = Fields::read(request.headers, request.version == Some(0))?;
    Ok(Head {
        method,
        path: target_start + path.start..target_start + path.end,
        body: fields.body()?,
        persistence: fields.persistence(),
        expects_continue: fields.expects_continue(),
        length: start + lines.len(),
        passed: 0,
    })
}

/// Whether an LF has no CR before it. A proxy in front may take it for something else than the end of a line, and see other
/// requests than we do.
fn has_lone_line_feed(lines: &[u8]) -> bool {
    // Without an early end, the compiler looks at many bytes at a time.
    lines.iter().zip(&lines[1..]).fold(false, |found, (before, byte)| found | ((*byte == b'\n') & (*before != b'\r')))
}

fn refusal(error: httparse::Error) -> Response {
    match error {
        httparse::Error::TooManyHeaders => TOO_MANY_FIELDS,
        httparse::Error::HeaderName => {
            Response::bad("A header field has an invalid name, or white space before its name or colon.\n")
        }
        httparse::Error::HeaderValue => Response::bad("A header field has an invalid value.\n"),
        httparse::Error::NewLine => Response::bad("A line does not end with CR LF where it must.\n"),
        httparse::Error::Token | httparse::Error::Version | httparse::Error::Status => NO_REQUEST_LINE,
    }
}

/// What `httparse` does not know: a later minor version is read as 1.1, another major version is refused as such
/// (RFC 9110, sections 2.5 and 6.2).
fn parse_other_version(window: &[u8], lines: &[u8], start: usize) -> Result<Option<Head>, Response> {
    let line = first_line(lines);
    match line {
        [.., b' ', b'H', b'T', b'T', b'P', b'/', b'1', b'.', b'2'..=b'9'] => {
            let mut window = window.to_vec();
            window[start + line.len() - 1] = b'1';
            parse(&window, 0)
        }
        [.., b' ', b'H', b'T', b'T', b'P', b'/', b'0' | b'2'..=b'9', b'.', b'0'..=b'9'] => Err(OTHER_VERSION),
        _ => Err(NO_REQUEST_LINE),
    }
}

/// The first line, without its end.
fn first_line(lines: &[u8]) -> &[u8] {
    let line = lines.split(|&byte| byte == b'\n').next().unwrap_or_default();
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// Whether the request that begins here asks for a response without content (RFC 9110, section 9.3.2), even if the rest of
/// its head is wrong.
pub(crate) fn begins_with_head(input: &[u8]) -> bool {
    start_of_request_line(input).is_ok_and(|start| input[start..].starts_with(b"HEAD "))
}
