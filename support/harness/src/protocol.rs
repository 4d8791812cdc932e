//! What the servers here speak: what a client says, and what is a good answer to it. Most checks need to know no more.

use std::net::SocketAddr;

/// A line for servers that send it back.
pub(crate) const LINE: &[u8] = "Grüße, one and all\n".as_bytes();

/// A request for servers that speak as Redis does, and its answer.
const ECHO: &[u8] = "*2\r\n$4\r\nECHO\r\n$20\r\nGrüße, one and all\r\n".as_bytes();
pub(crate) const ECHOED: &[u8] = "$20\r\nGrüße, one and all\r\n".as_bytes();

/// How many bytes of questions are more than a server takes whose answers are not read.
const FLOOD: usize = 10_000_000;

/// A request for this path, as polite as they come.
pub fn request(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").into_bytes()
}

/// A protocol of the servers here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// HTTP/1.1: chapters 9 and 10.
    Http,
    /// Echo by line, in the foundations: each line comes back, after a delay.
    Echo,
    /// HTTP/1.1 too, but with a page of its own: the chat of chapter 7.
    OwnPage,
    /// RESP2, which Redis and its clients speak.
    Resp,
}

impl Protocol {
    /// The protocol of this name: `http`, `echo`, `resp`.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "http" => Some(Self::Http),
            "echo" => Some(Self::Echo),
            "resp" => Some(Self::Resp),
            _ => None,
        }
    }

    /// What a server speaks, and where, by the line that it prints when it listens.
    pub(crate) fn announced(line: &str) -> Option<(Self, SocketAddr)> {
        let place = line.strip_prefix("listening on ")?;
        let (protocol, address) = match place.split_once("://") {
            None => (Self::Echo, place),
            Some(("http", address)) => (Self::Http, address),
            Some(("redis", address)) => (Self::Resp, address),
            Some(_) => return None,
        };
        Some((protocol, address.parse().ok()?))
    }

    /// A question to which every server of this protocol has the same answer.
    pub fn question(self) -> Vec<u8> {
        match self {
            Self::Http | Self::OwnPage => request("/"),
            Self::Echo => LINE.to_vec(),
            Self::Resp => ECHO.to_vec(),
        }
    }

    /// More than the buffers on the way hold, for a client that asks and does not read: ten megabytes of questions.
    pub(crate) fn flood(self) -> Vec<u8> {
        self.questions(FLOOD)
    }

    /// Questions of so many bytes all in all. Where a question may be long, they are few and long, so that the answers take a server
    /// little time.
    pub(crate) fn questions(self, bytes: usize) -> Vec<u8> {
        let question = match self {
            Self::Http | Self::OwnPage => self.question(),
            Self::Echo => [&[b'a'; 4_095][..], b"\n"].concat(),
            Self::Resp => [b"*2\r\n$4\r\nECHO\r\n$4096\r\n", &[b'a'; 4_096][..], b"\r\n"].concat(),
        };
        question.repeat(bytes / question.len())
    }

    /// The beginning of the question.
    pub fn half_a_question(self) -> Vec<u8> {
        let mut half = self.question();
        half.truncate(half.len() / 2);
        half
    }
}
