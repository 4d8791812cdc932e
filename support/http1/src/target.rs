//! What a request asks for: the four forms of a target, and the names of hosts.

use crate::MAX_TARGET;
use crate::grammar::{Set, letters_digits_and};
use crate::response::{Response, Status};
use core::net::Ipv6Addr;
use core::ops::Range;

pub(crate) const TOO_LONG: Response =
    Response::refusal(Status::UriTooLong, "The request target is longer than 8,192 bytes.\n");
const WRONG_CHARACTER: Response = Response::bad("The request target has a character that must be percent-encoded.\n");
const WRONG_FORM: Response = Response::bad("The request target must begin with / or be a URL.\n");
const WRONG_AUTHORITY: Response = Response::bad("The request target does not name a host.\n");
const USER_INFORMATION: Response = Response::bad("The request target must not name a user before the host.\n");
const WRONG_TUNNEL: Response = Response::bad("The target of CONNECT must be a host and a port.\n");
const WRONG_SCHEME: Response =
    Response::refusal(Status::MisdirectedRequest, "This server answers for http URLs alone.\n");

/// Where in a target its path is, without the query (RFC 9112, section 3.2). An empty path means `/`.
pub(crate) fn path(method: &str, target: &str) -> Result<Range<usize>, Response> {
    if target.len() > MAX_TARGET {
        return Err(TOO_LONG);
    }
    let end = target.bytes().position(|byte| byte == b'?').unwrap_or(target.len());
    let (before_query, query) = target.as_bytes().split_at(end);
    if !after_percent_encoded(before_query, &PATH).is_empty() || !after_percent_encoded(query, &QUERY).is_empty() {
        return Err(WRONG_CHARACTER);
    }
    let start = match (method, target) {
        ("CONNECT", _) => return tunnel(target),
        ("OPTIONS", "*") => return Ok(0..0),
        _ if target.starts_with('/') => 0,
        _ => after_authority(target)?,
    };
    Ok(start..end)
}

/// The authority-form, `host:port`: for `CONNECT` alone (section 3.2.3).
fn tunnel(target: &str) -> Result<Range<usize>, Response> {
    match host_and_port(target.as_bytes()) {
        Some((host, Some(port))) if !host.is_empty() && !port.is_empty() => Ok(0..0),
        _ => Err(WRONG_TUNNEL),
    }
}

/// Where the path of a target in absolute-form begins (section 3.2.2). RFC 9110, sections 4.2.1 to 4.2.4 and 7.4, tells
/// which URLs a server that has no certificate must refuse.
fn after_authority(target: &str) -> Result<usize, Response> {
    let (scheme, rest) = target.split_once("://").ok_or(WRONG_FORM)?;
    let is_scheme = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    if !is_scheme {
        return Err(WRONG_FORM);
    }
    if !scheme.eq_ignore_ascii_case("http") {
        return Err(WRONG_SCHEME);
    }
    let authority = &rest[..rest.find(['/', '?']).unwrap_or(rest.len())];
    if authority.contains('@') {
        return Err(USER_INFORMATION);
    }
    match host_and_port(authority.as_bytes()) {
        Some((host, _)) if !host.is_empty() => Ok(scheme.len() + "://".len() + authority.len()),
        _ => Err(WRONG_AUTHORITY),
    }
}

/// Splits `uri-host [ ":" port ]` (RFC 9110, section 7.2), if it is that. A name may be empty, and so may a port.
pub(crate) fn host_and_port(authority: &[u8]) -> Option<(&[u8], Option<&[u8]>)> {
    let (host, port) = match authority {
        [b'[', rest @ ..] => {
            let end = rest.iter().position(|&byte| byte == b']')?;
            let address = core::str::from_utf8(&rest[..end]).ok()?;
            address.parse::<Ipv6Addr>().ok()?;
            (&authority[..end + 2], &rest[end + 1..])
        }
        _ => {
            let port = after_percent_encoded(authority, &NAME);
            (&authority[..authority.len() - port.len()], port)
        }
    };
    match port {
        [] => Some((host, None)),
        [b':', digits @ ..] if digits.iter().all(u8::is_ascii_digit) => Some((host, Some(digits))),
        _ => None,
    }
}

/// What may be in a name as it is: `unreserved` and `sub-delims` (RFC 3986, section 2).
static NAME: Set = letters_digits_and(b"-._~!$&'()*+,;=");

/// What may be before a query as it is: all that has a meaning in URLs, but for the `#` that clients keep for themselves;
/// and `|`, which browsers need not encode in a path (URL Standard, section 1.3, the path percent-encode set).
static PATH: Set = letters_digits_and(b"-._~!$&'()*+,;=/:@[]|");

/// What may be in a query as it is: more, because browsers encode less of it (URL Standard, section 1.3, the query
/// percent-encode set).
static QUERY: Set = letters_digits_and(b"-._~!$&'()*+,;=/?:@[]|\\^`{}");

/// What follows the longest beginning of `text` that has the allowed characters alone, and `%` with two hexadecimal digits in
/// place of any other (RFC 3986, section 2.1).
fn after_percent_encoded<'text>(mut text: &'text [u8], allowed: &Set) -> &'text [u8] {
    loop {
        let plain = text.iter().take_while(|&&byte| allowed[usize::from(byte)]).count();
        text = match &text[plain..] {
            [b'%', high, low, rest @ ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => rest,
            rest => return rest,
        }
    }
}
