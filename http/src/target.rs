//! What a request asks for: the four forms of a target, and the names of hosts.

use crate::MAX_TARGET;
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

/// Where in a target its path stands, without the query (RFC 9112, section 3.2). An empty path means `/`.
pub(crate) fn path(method: &str, target: &str) -> Result<Range<usize>, Response> {
    if target.len() > MAX_TARGET {
        return Err(TOO_LONG);
    }
    if !is_percent_encoded(target, |byte| is_name_byte(byte) || b"/?:@[]".contains(&byte)) {
        return Err(WRONG_CHARACTER);
    }
    let start = match (method, target) {
        ("CONNECT", _) => return tunnel(target),
        ("OPTIONS", "*") => return Ok(0..0),
        _ if target.starts_with('/') => 0,
        _ => after_authority(target)?,
    };
    let end = memchr::memchr(b'?', target.as_bytes()).unwrap_or(target.len());
    Ok(start..end)
}

/// The authority-form, `host:port`: for `CONNECT` alone (section 3.2.3).
fn tunnel(target: &str) -> Result<Range<usize>, Response> {
    match host_and_port(target) {
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
    match host_and_port(authority) {
        Some((host, _)) if !host.is_empty() => Ok(scheme.len() + "://".len() + authority.len()),
        _ => Err(WRONG_AUTHORITY),
    }
}

/// Splits `uri-host [ ":" port ]` (RFC 9110, section 7.2), if it is that. A name may be empty, and so may a port.
pub(crate) fn host_and_port(authority: &str) -> Option<(&str, Option<&str>)> {
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (address, port) = rest.split_once(']')?;
            address.parse::<Ipv6Addr>().ok()?;
            (address, if port.is_empty() { None } else { Some(port.strip_prefix(':')?) })
        }
        None => match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        },
    };
    let is_name = authority.starts_with('[') || is_percent_encoded(host, is_name_byte);
    let is_port = port.is_none_or(|port| port.bytes().all(|byte| byte.is_ascii_digit()));
    (is_name && is_port).then_some((host, port))
}

/// What may stand in a name as it is: `unreserved` and `sub-delims` (RFC 3986, section 2).
fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=".contains(&byte)
}

/// Whether every character is one of the allowed, or `%` and two hexadecimal digits (RFC 3986, section 2.1).
fn is_percent_encoded(text: &str, is_allowed: impl Fn(u8) -> bool) -> bool {
    let mut bytes = text.bytes();
    let is_digit = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_hexdigit());
    while let Some(byte) = bytes.next() {
        let is_right = if byte == b'%' { is_digit(bytes.next()) && is_digit(bytes.next()) } else { is_allowed(byte) };
        if !is_right {
            return false;
        }
    }
    true
}
