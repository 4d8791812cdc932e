//! The body of a request: it is not used here, but its end must be found, or it would be taken for the next request.

use crate::grammar::{after_quoted_string, after_space, after_token, is_text_byte};
use crate::response::{Response, Status};
use crate::{MAX_BODY, MAX_CHUNK_EXTRAS};

/// How much of a body is still to come.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Length {
    /// So many bytes (RFC 9112, section 6.2).
    Bytes(u64),
    /// Chunks, each with its own length, up to an empty one (RFC 9112, section 7.1).
    Chunked(Chunks),
}

/// Where in a chunked body the next byte is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Chunks {
    next: Next,
    /// Bytes in all chunks so far.
    content: u64,
    /// Bytes of extensions and trailers so far.
    extras: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    /// The line with a chunk's size.
    Size,
    /// So many bytes of a chunk.
    Content(u64),
    /// The line end after a chunk.
    ContentEnd,
    /// A trailer line, or the empty line that ends the body.
    Trailer,
    /// Nothing: the body is over.
    End,
}

/// The longest chunk size that is not counted as an extra: 16 digits hold any `u64`.
const SIZE_DIGITS: usize = 16;
/// The longest line in a chunked body, with its line end.
const MAX_LINE: usize = SIZE_DIGITS + MAX_CHUNK_EXTRAS + "\r\n".len();

const TOO_LARGE: Response =
    Response::refusal(Status::ContentTooLarge, "The request body is longer than 1,048,576 bytes.\n");
const TOO_MANY_EXTRAS: Response = Response::refusal(
    Status::HeaderFieldsTooLarge,
    "The chunk extensions and trailer fields are longer than 4,096 bytes.\n",
);
const MALFORMED: Response = Response::bad("The chunked request body is malformed.\n");

impl Length {
    /// A body of so many bytes, unless that is too many.
    pub(crate) fn bytes(length: u64) -> Result<Self, Response> {
        if length > MAX_BODY { Err(TOO_LARGE) } else { Ok(Self::Bytes(length)) }
    }

    /// A body in chunks.
    pub(crate) const fn chunked() -> Self {
        Self::Chunked(Chunks { next: Next::Size, content: 0, extras: 0 })
    }

    /// Whether the whole body has been skipped.
    pub(crate) fn is_complete(&self) -> bool {
        match self {
            Self::Bytes(left) => *left == 0,
            Self::Chunked(chunks) => chunks.next == Next::End,
        }
    }

    /// Skips what belongs to the body at the beginning of `input`, and says how many bytes that were. A line that has not
    /// arrived as a whole is left for the next time.
    pub(crate) fn skip(&mut self, input: &[u8]) -> Result<usize, Response> {
        match self {
            Self::Bytes(left) => Ok(skip_content(left, input)),
            Self::Chunked(chunks) => chunks.skip(input),
        }
    }
}

fn skip_content(left: &mut u64, input: &[u8]) -> usize {
    let skipped = usize::try_from(*left).map_or(input.len(), |left| left.min(input.len()));
    *left -= skipped as u64;
    skipped
}

impl Chunks {
    fn skip(&mut self, input: &[u8]) -> Result<usize, Response> {
        let mut position = 0;
        while self.next != Next::End {
            match self.step(&input[position..])? {
                0 => break,
                skipped => position += skipped,
            }
        }
        Ok(position)
    }

    /// Skips a line, or what has arrived of a chunk.
    fn step(&mut self, input: &[u8]) -> Result<usize, Response> {
        if let Next::Content(left) = &mut self.next {
            let skipped = skip_content(left, input);
            if *left == 0 {
                self.next = Next::ContentEnd;
            }
            return Ok(skipped);
        }
        let Some(line) = first_line(input)? else { return Ok(0) };
        self.next = match self.next {
            Next::Size => self.read_size(line)?,
            Next::ContentEnd if line.is_empty() => Next::Size,
            Next::Trailer if line.is_empty() => Next::End,
            Next::Trailer if is_field_line(line) => {
                self.count_extras(line.len())?;
                Next::Trailer
            }
            _ => return Err(MALFORMED),
        };
        Ok(line.len() + "\r\n".len())
    }

    fn read_size(&mut self, line: &[u8]) -> Result<Next, Response> {
        self.count_extras(line.len().saturating_sub(SIZE_DIGITS))?;
        let digits = line.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        if digits == 0 || !are_extensions(&line[digits..]) {
            return Err(MALFORMED);
        }
        let digits = line[..digits].iter().filter_map(|&digit| char::from(digit).to_digit(16));
        let size = digits.fold(0_u64, |size, digit| size.saturating_mul(16).saturating_add(digit.into()));
        self.content = self.content.saturating_add(size);
        match size {
            _ if self.content > MAX_BODY => Err(TOO_LARGE),
            0 => Ok(Next::Trailer),
            size => Ok(Next::Content(size)),
        }
    }

    fn count_extras(&mut self, bytes: usize) -> Result<(), Response> {
        self.extras += bytes;
        if self.extras > MAX_CHUNK_EXTRAS { Err(TOO_MANY_EXTRAS) } else { Ok(()) }
    }
}

/// The first line of `input` without its end; `None` if it has not arrived as a whole.
fn first_line(input: &[u8]) -> Result<Option<&[u8]>, Response> {
    let window = &input[..input.len().min(MAX_LINE)];
    match window.iter().position(|&byte| byte == b'\n') {
        Some(end) => window[..end].strip_suffix(b"\r").map(Some).ok_or(MALFORMED),
        None if window.len() < MAX_LINE => Ok(None),
        None => Err(TOO_MANY_EXTRAS),
    }
}

/// `*( BWS ";" BWS name [ BWS "=" BWS ( token / quoted-string ) ] )` (RFC 9112, section 7.1.1).
fn are_extensions(mut text: &[u8]) -> bool {
    while !text.is_empty() {
        match after_extension(text) {
            Some(rest) => text = rest,
            None => return false,
        }
    }
    true
}

fn after_extension(text: &[u8]) -> Option<&[u8]> {
    let name = after_space(text).strip_prefix(b";")?;
    let after_name = after_token(after_space(name))?;
    match after_space(after_name).strip_prefix(b"=").map(after_space) {
        None => Some(after_name),
        Some([b'"', quoted @ ..]) => after_quoted_string(quoted),
        Some(value) => after_token(value),
    }
}

/// A trailer is a header field that comes late (RFC 9112, section 7.1.2). It is checked and thrown away.
fn is_field_line(line: &[u8]) -> bool {
    after_token(line)
        .and_then(|rest| rest.strip_prefix(b":"))
        .is_some_and(|value| value.iter().all(|&byte| is_text_byte(byte)))
}
