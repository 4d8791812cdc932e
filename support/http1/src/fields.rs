//! What the header fields say, of the few that concern every server.

use crate::body::Length;
use crate::grammar::list;
use crate::response::{Persistence, Response, Status};
use crate::target::host_and_port;

/// What was read so far.
#[derive(Default)]
pub(crate) struct Fields {
    is_http_1_0: bool,
    has_host: bool,
    content_length: Option<u64>,
    has_transfer_encoding: bool,
    is_chunked: bool,
    has_unknown_coding: bool,
    asks_to_close: bool,
    asks_to_keep_alive: bool,
    expects_continue: bool,
}

impl Fields {
    pub(crate) fn read(fields: &[httparse::Header<'_>], is_http_1_0: bool) -> Result<Self, Response> {
        let mut read = Self { is_http_1_0, ..Self::default() };
        for field in fields {
            read.field(field.name, field.value)?;
        }
        if !read.has_host && !is_http_1_0 {
            return Err(Response::bad("An HTTP/1.1 request must have a Host header.\n"));
        }
        Ok(read)
    }

    fn field(&mut self, name: &str, value: &[u8]) -> Result<(), Response> {
        if name.eq_ignore_ascii_case("host") {
            self.host(value)
        } else if name.eq_ignore_ascii_case("connection") {
            self.connection(value);
            Ok(())
        } else if name.eq_ignore_ascii_case("content-length") {
            self.content_length(value)
        } else if name.eq_ignore_ascii_case("transfer-encoding") {
            self.transfer_encoding(value)
        } else if name.eq_ignore_ascii_case("expect") {
            self.expect(value)
        } else {
            Ok(())
        }
    }

    /// RFC 9112, section 3.2.
    fn host(&mut self, value: &[u8]) -> Result<(), Response> {
        if self.has_host {
            return Err(Response::bad("A request must not have two Host headers.\n"));
        }
        self.has_host = true;
        host_and_port(value).map(|_| ()).ok_or(Response::bad("The Host header is not a host name.\n"))
    }

    /// RFC 9110, section 7.6.1.
    fn connection(&mut self, value: &[u8]) {
        for option in list(value) {
            self.asks_to_close |= option.eq_ignore_ascii_case(b"close");
            self.asks_to_keep_alive |= option.eq_ignore_ascii_case(b"keep-alive");
        }
    }

    /// RFC 9112, section 6.2. A list of equal lengths is refused, as RFC 9110, section 8.6, allows.
    fn content_length(&mut self, value: &[u8]) -> Result<(), Response> {
        if self.content_length.is_some() {
            return Err(Response::bad("A request must not have two Content-Length headers.\n"));
        }
        if value.is_empty() || !value.iter().all(u8::is_ascii_digit) {
            return Err(Response::bad("The Content-Length header is not a number.\n"));
        }
        let number = core::str::from_utf8(value).ok().and_then(|digits| digits.parse().ok());
        self.content_length = Some(number.unwrap_or(u64::MAX)); // more than that is still a number
        Ok(())
    }

    /// RFC 9112, sections 6.1 and 7.
    fn transfer_encoding(&mut self, value: &[u8]) -> Result<(), Response> {
        self.has_transfer_encoding = true;
        for coding in list(value) {
            if self.is_chunked {
                return Err(Response::bad("No transfer coding may follow chunked.\n"));
            }
            self.is_chunked = coding.eq_ignore_ascii_case(b"chunked");
            self.has_unknown_coding |= !self.is_chunked;
        }
        Ok(())
    }

    /// RFC 9110, section 10.1.1.
    fn expect(&mut self, value: &[u8]) -> Result<(), Response> {
        for expectation in list(value) {
            if !expectation.eq_ignore_ascii_case(b"100-continue") {
                let reason = "The only expectation met is 100-continue.\n";
                return Err(Response::refusal(Status::ExpectationFailed, reason));
            }
            self.expects_continue = !self.is_http_1_0;
        }
        Ok(())
    }

    /// How long the body is (RFC 9112, section 6.3). Whatever two readers might understand in two ways is refused: a proxy
    /// in front may see another end of the body than we do, and so other requests.
    pub(crate) fn body(&self) -> Result<Length, Response> {
        if !self.has_transfer_encoding {
            return Length::bytes(self.content_length.unwrap_or(0));
        }
        if self.is_http_1_0 {
            return Err(Response::bad("An HTTP/1.0 request must not have a Transfer-Encoding header.\n"));
        }
        if self.content_length.is_some() {
            return Err(Response::bad("A request must not have both Transfer-Encoding and Content-Length.\n"));
        }
        if !self.is_chunked {
            return Err(Response::bad("The last transfer coding of a request must be chunked.\n"));
        }
        if self.has_unknown_coding {
            let reason = "The only transfer coding supported is chunked.\n";
            return Err(Response::refusal(Status::NotImplemented, reason));
        }
        Ok(Length::chunked())
    }

    /// RFC 9112, section 9.3.
    pub(crate) fn persistence(&self) -> Persistence {
        match (self.asks_to_close, self.is_http_1_0, self.asks_to_keep_alive) {
            (true, _, _) | (false, true, false) => Persistence::Close,
            (false, true, true) => Persistence::KeepAliveAsAsked,
            (false, false, _) => Persistence::KeepAlive,
        }
    }

    /// Whether the client waits for `100 Continue` before it sends the body (RFC 9110, section 10.1.1).
    pub(crate) fn expects_continue(&self) -> bool {
        self.expects_continue
    }
}
