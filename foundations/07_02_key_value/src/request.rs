//! Requests, as programs and people write them: bytes in, arguments out.
//!
//! Each byte is looked at once, however the bytes are cut into packets: a client that sends an endless request slowly must not cost
//! the others more than one that sends it in one piece.

use crate::inline;
use crate::reply::Problem;
use std::mem::take;
use std::ops::{Index, Range};
use std::slice;

/// How long an argument may be.
pub const MAX_ARGUMENT: usize = 16 * 1024 * 1024;
/// How long a request may be, with all its arguments.
pub const MAX_REQUEST: usize = 2 * MAX_ARGUMENT;
/// How many arguments a request may have.
const MAX_ARGUMENTS: i64 = 1024 * 1024;
/// How long a line may be.
const MAX_LINE: usize = 64 * 1024;
/// The length of the end of a line, and of that of an argument. (Redis does not look at the second byte, and of an argument at neither.)
const END: usize = 2;
/// How much to receive at a time.
const READ_SIZE: usize = 16 * 1024;

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

    /// A copy that can be kept for later.
    pub fn to_kept(self) -> Kept {
        let (mut bytes, mut spans) = (Vec::new(), Vec::new());
        for argument in self.from(0) {
            spans.push(bytes.len()..bytes.len() + argument.len());
            bytes.extend_from_slice(argument);
        }
        Kept { bytes, spans }
    }
}

impl Index<usize> for Request<'_> {
    type Output = [u8];

    fn index(&self, place: usize) -> &[u8] {
        &self.bytes[self.spans[place].clone()]
    }
}

/// A request that is kept for later.
pub struct Kept {
    bytes: Vec<u8>,
    spans: Vec<Range<usize>>,
}

impl Kept {
    /// The request.
    pub fn request(&self) -> Request<'_> {
        Request { bytes: &self.bytes, spans: &self.spans }
    }

    /// How many bytes it takes.
    pub fn size(&self) -> usize {
        size_of::<Self>() + self.bytes.len() + size_of_val(self.spans.as_slice())
    }
}

// ANCHOR: requests
/// What a client has sent, and what was understood of it.
#[derive(Default)]
pub struct Requests {
    received: Vec<u8>,
    /// Where the present request begins in it. All other places are counted from there.
    begin: usize,
    /// How far the request was understood, and how far it was searched for the end of a line.
    at: usize,
    searched: usize,
    /// How many arguments have yet to come, and where the others are.
    missing: usize,
    spans: Vec<Range<usize>>,
    /// The arguments of a request that a person typed.
    words: Vec<u8>,
}
// ANCHOR_END: requests

impl Requests {
    // ANCHOR: buffer
    /// Where to put what is received next. What is done with makes room for it.
    pub fn buffer(&mut self) -> &mut Vec<u8> {
        if self.begin > 0 {
            self.received.drain(..take(&mut self.begin)); // no other place changes
        }
        if self.received.is_empty() {
            self.received.shrink_to(4 * READ_SIZE); // what a long request took is given back
            self.spans.shrink_to(READ_SIZE);
            self.words.shrink_to(READ_SIZE);
        }
        self.received.reserve(READ_SIZE);
        &mut self.received
    }
    // ANCHOR_END: buffer

    /// Whether a request has begun to arrive.
    pub fn has_begun(&self) -> bool {
        self.begin < self.received.len()
    }

    // ANCHOR: next
    /// The next request, if all of it has arrived.
    pub fn next(&mut self) -> Result<Option<Request<'_>>, Problem> {
        while self.missing == 0 {
            if self.at > 0 {
                self.begin += take(&mut self.at); // this one is done with
                self.searched = 0;
                self.spans.clear();
            }
            let has_arrived = match self.received.get(self.begin) {
                None => false,
                Some(b'*') => self.read_count()?,
                Some(_) => self.read_line()?,
            };
            if !self.spans.is_empty() {
                return Ok(Some(Request { bytes: &self.words, spans: &self.spans }));
            } else if !has_arrived {
                return Ok(None);
            }
        }
        while self.missing > 0 {
            if !self.read_argument()? {
                let is_too_long = self.received.len() - self.begin > MAX_REQUEST;
                return if is_too_long { Err("too big request".into()) } else { Ok(None) };
            }
        }
        Ok(Some(Request { bytes: &self.received[self.begin..], spans: &self.spans }))
    }
    // ANCHOR_END: next

    /// Reads `*3`: three arguments follow. (A request of none, or of fewer, is none.)
    fn read_count(&mut self) -> Result<bool, Problem> {
        let Some(number) = self.number("too big mbulk count string")? else { return Ok(false) };
        let count = number.filter(|count| *count <= MAX_ARGUMENTS).ok_or("invalid multibulk length")?;
        self.missing = usize::try_from(count).unwrap_or(0);
        self.at = self.searched + END;
        Ok(true)
    }

    // ANCHOR: read_argument
    /// Reads `$5`, and the five bytes that follow.
    fn read_argument(&mut self) -> Result<bool, Problem> {
        let rest = &self.received[self.begin + self.at..];
        if let Some(other) = rest.first().filter(|kind| **kind != b'$') {
            return Err([b"expected '$', got '", slice::from_ref(other), b"'"].concat().into());
        }
        let Some(length) = self.number("too big bulk count string")? else { return Ok(false) };
        let length = length.and_then(|length| usize::try_from(length).ok()).filter(|length| *length <= MAX_ARGUMENT);
        let start = self.searched + END;
        let end = start + length.ok_or("invalid bulk length")?;
        if self.received.len() - self.begin < end + END {
            return Ok(false); // the rest has yet to come
        }
        self.spans.push(start..end);
        self.at = end + END;
        self.missing -= 1;
        Ok(true)
    }
    // ANCHOR_END: read_argument

    /// Reads the number in `*3` or `$5`, if its line has arrived: `Some(None)` if it is none.
    fn number(&mut self, if_too_long: &'static str) -> Result<Option<Option<i64>>, Problem> {
        if !self.finds(b'\r', if_too_long)? || self.received.len() - self.begin < self.searched + END {
            return Ok(None);
        }
        Ok(Some(integer(&self.received[self.begin..][self.at + 1..self.searched])))
    }

    /// Reads a line that a person typed.
    fn read_line(&mut self) -> Result<bool, Problem> {
        if !self.finds(b'\n', "too big inline request")? {
            return Ok(false);
        }
        let line = &self.received[self.begin..][..self.searched];
        self.words.clear();
        inline::split(line.strip_suffix(b"\r").unwrap_or(line), &mut self.words, &mut self.spans)
            .ok_or("unbalanced quotes in request")?;
        self.at = self.searched + 1;
        Ok(true)
    }

    /// Whether the end of the present line has arrived. If so, `searched` is its place. Otherwise, the search goes on from there later.
    fn finds(&mut self, end: u8, if_too_long: &'static str) -> Result<bool, Problem> {
        self.searched = self.searched.max(self.at);
        let found = self.received[self.begin + self.searched..].iter().position(|byte| *byte == end);
        self.searched = found.map_or(self.received.len() - self.begin, |place| self.searched + place);
        if self.searched - self.at > MAX_LINE { Err(if_too_long.into()) } else { Ok(found.is_some()) }
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
    fn requests<'p>(pieces: impl IntoIterator<Item = &'p [u8]>) -> Result<Vec<Vec<String>>, Problem> {
        let (mut requests, mut found) = (Requests::default(), Vec::new());
        for piece in pieces {
            requests.buffer().extend_from_slice(piece);
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
        for piece in PIPELINE.repeat(10_000).chunks(READ_SIZE - 1) {
            requests.buffer().extend_from_slice(piece);
            while requests.next().unwrap().is_some() {}
        }
        assert!(requests.received.capacity() <= 4 * READ_SIZE, "{}", requests.received.capacity());
    }

    #[test]
    fn what_is_too_long_is_refused_before_it_has_arrived() {
        let long = vec![b'1'; MAX_LINE + 1];
        let refused =
            |pieces: &[&[u8]]| String::from_utf8(requests([pieces.concat().as_slice()]).unwrap_err().into()).unwrap();
        assert_eq!(refused(&[b"*1048577\r\n"]), "invalid multibulk length");
        assert_eq!(refused(&[b"*1\r\n$16777217\r\n"]), "invalid bulk length");
        assert_eq!(refused(&[b"*", &long]), "too big mbulk count string");
        assert_eq!(refused(&[b"*1\r\n$", &long]), "too big bulk count string");
        assert_eq!(refused(&[&long]), "too big inline request");
        let argument = [b"$16777216\r\n".as_slice(), &vec![0; MAX_ARGUMENT], b"\r\n"].concat();
        assert!(requests([b"*1\r\n".as_slice(), &argument]).is_ok_and(|found| found.len() == 1));
        assert_eq!(refused(&[b"*3\r\n", &argument, &argument, b"$"]), "too big request");
    }

    #[test]
    fn arrays_in_arrays_are_refused_however_deep() {
        let refused = requests([b"*1\r\n".repeat(100_000).as_slice()]).unwrap_err();
        assert_eq!(Vec::from(refused), b"expected '$', got '*'");
    }

    #[test]
    fn a_number_has_one_way_to_be_written() {
        assert_eq!([integer(b"7"), integer(b"-7"), integer(b"0")], [Some(7), Some(-7), Some(0)]);
        for other in ["", "07", "+7", "-0", " 7", "7 ", "7.0", "9223372036854775808", "é"] {
            assert_eq!(integer(other.as_bytes()), None, "{other}");
        }
    }
}
