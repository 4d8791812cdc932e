//! Requests, as programs and people write them: bytes in, arguments out.
//!
//! The crate `redis_protocol` reads each argument. What it leaves to a server stands here: where a request begins and ends, how long
//! it may be, and what Redis says of one that makes no sense.

use crate::inline;
use redis_protocol::resp2::decode::decode_range;
use redis_protocol::resp2::types::RangeFrame;
use std::borrow::Cow;
use std::ops::{Index, Range};

/// How long an argument may be.
pub const MAX_ARGUMENT: usize = 16 * 1024 * 1024;
/// How long a request may be, with all its arguments.
const MAX_REQUEST: usize = 2 * MAX_ARGUMENT;
/// How many arguments a request may have.
const MAX_ARGUMENTS: i64 = 1024 * 1024;
/// How long a line may be.
const MAX_LINE: usize = 64 * 1024;
/// How much to receive at a time.
const ROOM: usize = 16 * 1024;

/// Why a connection cannot go on.
pub type Refusal = Cow<'static, str>;

/// A request: the name of a command, and its arguments.
#[derive(Clone, Copy)]
pub struct Request<'b> {
    bytes: &'b [u8],
    spans: &'b [Range<usize>],
}

impl<'b> Request<'b> {
    /// How many arguments it has. The name of the command is the first.
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// The argument at this place, if there is one.
    pub fn get(&self, place: usize) -> Option<&'b [u8]> {
        self.spans.get(place).map(|span| &self.bytes[span.clone()])
    }

    /// The arguments from this one on.
    pub fn from(self, first: usize) -> impl Iterator<Item = &'b [u8]> {
        self.spans[first.min(self.len())..].iter().map(move |span| &self.bytes[span.clone()])
    }
}

impl Index<usize> for Request<'_> {
    type Output = [u8];

    fn index(&self, place: usize) -> &[u8] {
        &self.bytes[self.spans[place].clone()]
    }
}

/// What a client has sent, and what was understood of it.
#[derive(Default)]
pub struct Requests {
    received: Vec<u8>,
    /// Where the present request begins, and how far it was understood.
    begin: usize,
    at: usize,
    /// How many arguments of it have yet to come, and where the others are.
    missing: usize,
    spans: Vec<Range<usize>>,
    /// The arguments of a request that a person typed.
    words: Vec<u8>,
}

impl Requests {
    /// Where to put what is received next. What is done with makes room for it.
    pub fn room(&mut self) -> &mut Vec<u8> {
        self.received.drain(..self.begin);
        self.spans.iter_mut().for_each(|span| *span = span.start - self.begin..span.end - self.begin);
        (self.at, self.begin) = (self.at - self.begin, 0);
        if self.received.is_empty() {
            self.received.shrink_to(4 * ROOM); // what a long request took is given back
        }
        self.received.reserve(ROOM);
        &mut self.received
    }

    /// Whether a request has begun to arrive.
    pub fn has_begun(&self) -> bool {
        self.begin < self.received.len()
    }

    // ANCHOR: next
    /// The next request, if all of it has arrived.
    pub fn next(&mut self) -> Result<Option<Request<'_>>, Refusal> {
        while self.missing == 0 {
            self.begin = self.at; // whatever came before is done with
            self.spans.clear();
            let has_arrived = match self.received.get(self.at) {
                None => false,
                Some(b'*') => self.read_count()?,
                Some(_) => self.read_line()?,
            };
            if !self.spans.is_empty() {
                return Ok(Some(Request { bytes: &self.words, spans: &self.spans }));
            } else if !has_arrived {
                return self.wait();
            }
        }
        while self.missing > 0 {
            if !self.read_argument()? {
                return self.wait();
            }
        }
        Ok(Some(Request { bytes: &self.received, spans: &self.spans }))
    }
    // ANCHOR_END: next

    /// The rest of the request has yet to come, unless it is too long already.
    fn wait(&self) -> Result<Option<Request<'_>>, Refusal> {
        if self.received.len() - self.begin > MAX_REQUEST { Err("too big request".into()) } else { Ok(None) }
    }

    /// Reads `*3`: three arguments follow. (A request of none, or of fewer, is none.)
    fn read_count(&mut self) -> Result<bool, Refusal> {
        let rest = &self.received[self.at..];
        let Some(line) = line(rest, b"\r\n", "too big mbulk count string")? else { return Ok(false) };
        let count = integer(&line[1..]).filter(|count| *count <= MAX_ARGUMENTS).ok_or("invalid multibulk length")?;
        self.missing = usize::try_from(count).unwrap_or(0);
        self.at += line.len() + 2;
        Ok(true)
    }

    // ANCHOR: read_argument
    /// Reads `$5`, and the five bytes that follow.
    fn read_argument(&mut self) -> Result<bool, Refusal> {
        const MAX: usize = MAX_ARGUMENT;
        let rest = &self.received[self.at..];
        if let Some(other) = rest.first().filter(|kind| **kind != b'$') {
            return Err(format!("expected '$', got '{}'", char::from(*other)).into());
        }
        match decode_range(rest) {
            Ok(Some((RangeFrame::BulkString((start, end)), length))) if end - start <= MAX => {
                self.spans.push(self.at + start..self.at + end);
                self.at += length;
                self.missing -= 1;
                Ok(true)
            }
            Ok(None) => match line(rest, b"\r\n", "too big bulk count string")? {
                Some(line) if integer(&line[1..]).is_none_or(|length| length > MAX as i64) => {
                    Err("invalid bulk length".into())
                }
                _ => Ok(false), // the rest has yet to come
            },
            _ => Err("invalid bulk length".into()),
        }
    }
    // ANCHOR_END: read_argument

    /// Reads a line that a person typed.
    fn read_line(&mut self) -> Result<bool, Refusal> {
        let rest = &self.received[self.at..];
        let Some(line) = line(rest, b"\n", "too big inline request")? else { return Ok(false) };
        self.words.clear();
        inline::split(line.strip_suffix(b"\r").unwrap_or(line), &mut self.words, &mut self.spans)
            .ok_or("unbalanced quotes in request")?;
        self.at += line.len() + 1;
        Ok(true)
    }
}

/// The first line of these bytes, without its end, if that has arrived.
fn line<'b>(bytes: &'b [u8], end: &[u8], if_too_long: &'static str) -> Result<Option<&'b [u8]>, Refusal> {
    match bytes.windows(end.len()).take(MAX_LINE).position(|window| window == end) {
        Some(length) => Ok(Some(&bytes[..length])),
        None if bytes.len() > MAX_LINE => Err(if_too_long.into()),
        None => Ok(None),
    }
}

/// A number, if it is written as Redis writes one: `7` and `-7`, but neither `07` nor `+7`.
pub fn integer(text: &[u8]) -> Option<i64> {
    let is_usual = matches!(text, b"0" | [b'1'..=b'9', ..] | [b'-', b'1'..=b'9', ..]);
    if is_usual { str::from_utf8(text).ok()?.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The requests in these pieces, each piece received when there is nothing left to read in the one before.
    fn requests<'p>(pieces: impl IntoIterator<Item = &'p [u8]>) -> Result<Vec<Vec<String>>, Refusal> {
        let (mut requests, mut found) = (Requests::default(), Vec::new());
        for piece in pieces {
            requests.room().extend_from_slice(piece);
            while let Some(request) = requests.next()? {
                found.push(request.from(0).map(|word| String::from_utf8_lossy(word).into_owned()).collect());
            }
        }
        Ok(found)
    }

    const PIPELINE: &[u8] =
        b"*2\r\n$3\r\nGET\r\n$1\r\na\r\n*0\r\n\r\nSET 'b c' \"\\x41\\n\"\r\n*-1\r\n*1\r\n$4\r\nP\r\nG\r\nPING\n";

    #[test]
    fn requests_are_the_same_however_they_are_cut() {
        let whole = requests([PIPELINE]).unwrap();
        assert_eq!(whole, [vec!["GET", "a"], vec!["SET", "b c", "A\n"], vec!["P\r\nG"], vec!["PING"]]);
        for size in 1..PIPELINE.len() {
            assert_eq!(requests(PIPELINE.chunks(size)).unwrap(), whole, "in pieces of {size} bytes");
        }
    }

    #[test]
    fn a_long_pipeline_takes_no_more_room_than_a_short_one() {
        let mut requests = Requests::default();
        for piece in PIPELINE.repeat(10_000).chunks(ROOM - 1) {
            requests.room().extend_from_slice(piece);
            while requests.next().unwrap().is_some() {}
        }
        assert!(requests.received.capacity() <= 4 * ROOM, "{}", requests.received.capacity());
    }

    #[test]
    fn what_is_too_long_is_refused_before_it_has_arrived() {
        let long = vec![b'1'; MAX_LINE + 1];
        let refused = |pieces: &[&[u8]]| requests([pieces.concat().as_slice()]).unwrap_err();
        assert_eq!(refused(&[b"*1048577\r\n"]), "invalid multibulk length");
        assert_eq!(refused(&[b"*1\r\n$16777217\r\n"]), "invalid bulk length");
        assert_eq!(refused(&[b"*", &long]), "too big mbulk count string");
        assert_eq!(refused(&[b"*1\r\n$", &long]), "too big bulk count string");
        assert_eq!(refused(&[&long]), "too big inline request");
        let argument = [b"$16777216\r\n".as_slice(), &vec![0; MAX_ARGUMENT], b"\r\n"].concat();
        assert!(requests([b"*1\r\n".as_slice(), &argument]).is_ok_and(|found| found.len() == 1));
        assert_eq!(requests([b"*3\r\n".as_slice(), &argument, &argument, b"$"]).unwrap_err(), "too big request");
    }

    #[test]
    fn arrays_in_arrays_are_refused_however_deep() {
        assert_eq!(requests([b"*1\r\n".repeat(100_000).as_slice()]).unwrap_err(), "expected '$', got '*'");
    }

    #[test]
    fn a_number_has_one_way_to_be_written() {
        assert_eq!([integer(b"7"), integer(b"-7"), integer(b"0")], [Some(7), Some(-7), Some(0)]);
        for other in ["", "07", "+7", "-0", " 7", "7 ", "7.0", "9223372036854775808", "é"] {
            assert_eq!(integer(other.as_bytes()), None, "{other}");
        }
    }
}
