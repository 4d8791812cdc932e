//! The body of a request: nobody here wants it, but its end must be found, or it would be taken for the next request.

use crate::MAX_BODY;
use crate::response::{Response, Status};

/// How much of a body is still to come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Length {
    /// So many bytes (RFC 9112, section 6.2).
    Bytes(u64),
    /// Chunks, each with its own length, up to an empty one (RFC 9112, section 7.1).
    Chunked(Chunks),
}

/// Where in a chunked body the next byte stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Chunks {
    next: Next,
    /// Bytes of content so far.
    content: u64,
    /// Bytes of the present line, or of all trailers: neither may grow for ever.
    line: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    /// A chunk's size, in hexadecimal digits, of which so many were read.
    Size { value: u64, digits: u8 },
    /// The LF of the line that holds the size.
    SizeLineFeed { value: u64 },
    /// So many bytes of content.
    Content { left: u64 },
    /// The CR after the content.
    ContentCarriageReturn,
    /// The LF after the content.
    ContentLineFeed,
    /// A trailer line, or the empty line that ends the body.
    Trailer { is_empty: bool },
    /// The LF of a trailer line; after an empty one the body is over.
    TrailerLineFeed { is_last: bool },
    /// Nothing: the body is over.
    End,
}

/// The longest line of chunk size and extensions, and the longest trailer section, in bytes.
const MAX_CHUNK_LINE: usize = 4 * 1024;

const TOO_LARGE: Response =
    Response::refusal(Status::ContentTooLarge, "The request body is longer than 1,048,576 bytes.\n");
const MALFORMED: Response = Response::refusal(Status::BadRequest, "The chunked request body is malformed.\n");

impl Length {
    pub(crate) const fn chunked() -> Self {
        Self::Chunked(Chunks { next: Next::Size { value: 0, digits: 0 }, content: 0, line: 0 })
    }

    /// Whether the whole body has been skipped.
    pub(crate) fn is_over(&self) -> bool {
        match self {
            Self::Bytes(left) => *left == 0,
            Self::Chunked(chunks) => chunks.next == Next::End,
        }
    }

    /// Whether the body is known to be longer than [`MAX_BODY`].
    pub(crate) fn is_too_large(&self) -> bool {
        matches!(self, Self::Bytes(left) if *left > MAX_BODY)
    }

    /// Skips what belongs to the body at the beginning of `input`, and says how many bytes that were.
    pub(crate) fn skip(&mut self, input: &[u8]) -> Result<usize, Response> {
        match self {
            Self::Bytes(left) if *left > MAX_BODY => Err(TOO_LARGE),
            Self::Bytes(left) => {
                let skipped = shorter(*left, input.len());
                *left -= skipped as u64;
                Ok(skipped)
            }
            Self::Chunked(chunks) => chunks.skip(input),
        }
    }
}

impl Chunks {
    fn skip(&mut self, input: &[u8]) -> Result<usize, Response> {
        let mut position = 0;
        while position < input.len() && self.next != Next::End {
            position += match &mut self.next {
                Next::Content { left } => {
                    let skipped = shorter(*left, input.len() - position);
                    *left -= skipped as u64;
                    if *left == 0 {
                        self.next = Next::ContentCarriageReturn;
                    }
                    skipped
                }
                _ => {
                    self.step(input[position])?;
                    1
                }
            };
        }
        Ok(position)
    }

    /// Takes one byte that is not content.
    fn step(&mut self, byte: u8) -> Result<(), Response> {
        self.line += 1;
        if self.line > MAX_CHUNK_LINE {
            return Err(MALFORMED);
        }
        self.next = match (self.next, byte) {
            (Next::Size { value, digits }, b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F') if digits < 16 => {
                let digit = char::from(byte).to_digit(16).map_or(0, u64::from);
                Next::Size { value: value << 4 | digit, digits: digits + 1 }
            }
            (Next::Size { value, digits: 1.. }, b'\r') => Next::SizeLineFeed { value },
            (Next::SizeLineFeed { value }, b'\n') => {
                self.line = 0;
                self.content = self.content.saturating_add(value);
                if self.content > MAX_BODY {
                    return Err(TOO_LARGE);
                }
                if value == 0 { Next::Trailer { is_empty: true } } else { Next::Content { left: value } }
            }
            (Next::ContentCarriageReturn, b'\r') => Next::ContentLineFeed,
            (Next::ContentLineFeed, b'\n') => {
                self.line = 0;
                Next::Size { value: 0, digits: 0 }
            }
            (Next::Trailer { is_empty }, b'\r') => Next::TrailerLineFeed { is_last: is_empty },
            (Next::Trailer { .. }, byte) if byte != b'\n' => Next::Trailer { is_empty: false },
            (Next::TrailerLineFeed { is_last: true }, b'\n') => Next::End,
            (Next::TrailerLineFeed { is_last: false }, b'\n') => Next::Trailer { is_empty: true },
            _ => return Err(MALFORMED),
        };
        Ok(())
    }
}

/// The smaller of two lengths, one of which fits into memory.
fn shorter(left: u64, available: usize) -> usize {
    usize::try_from(left).map_or(available, |left| left.min(available))
}
