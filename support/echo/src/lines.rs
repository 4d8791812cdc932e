//! Bytes in, lines out.

use crate::computing::compute_if_asked;
use std::io::{Error, ErrorKind};

/// The longest line that comes back, with its end: 8 KiB. A client that sends a longer one gets an error message, and is disconnected.
pub const MAX_LINE: usize = 8 * 1024;

/// How many bytes of a refused client to read and drop. If it sends more than this and its connection is closed, the
/// system resets the connection, and the refusal may be lost.
pub const LINGER: u64 = 16 * 1024 * 1024;

/// What one client has sent, as lines. It never holds more than one line and what was received with its end.
#[derive(Debug, Default)]
pub struct Lines {
    received: Vec<u8>,
    /// How many of these bytes have been searched for the end of a line.
    searched: usize,
    has_ended: bool,
    is_refused: bool,
}

impl Lines {
    /// A client that has said nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes what has arrived. No bytes mean that the client has finished: what it sent last is a line, too, with or without its end.
    pub fn receive(&mut self, bytes: &[u8]) {
        self.received.extend_from_slice(bytes);
        self.has_ended |= bytes.is_empty();
    }

    /// The next line that is complete, with its end, to be sent back after the delay. Instead of a line that is too long, it is an
    /// error message, and no other line follows.
    pub fn next_line(&mut self) -> Option<Vec<u8>> {
        let end = self.received[self.searched..].iter().position(|&byte| byte == b'\n');
        let length = match end {
            Some(end) => self.searched + end + 1,
            None => self.received.len(),
        };
        if length > MAX_LINE && !self.is_refused {
            (self.is_refused, self.has_ended) = (true, true);
            self.received.clear();
            self.searched = 0;
            return Some(format!("error: a line may have at most {MAX_LINE} bytes\n").into_bytes());
        }
        if end.is_none() && (!self.has_ended || length == 0) {
            self.searched = length;
            return None;
        }
        self.searched = 0;
        let rest = self.received.split_off(length);
        let line = std::mem::replace(&mut self.received, rest);
        compute_if_asked(&line);
        Some(line)
    }

    /// Whether there may be more lines when more has been received.
    pub fn is_open(&self) -> bool {
        !self.has_ended
    }

    /// Whether nothing of a line has arrived yet: neither side owes anything.
    pub fn is_idle(&self) -> bool {
        self.received.is_empty()
    }

    /// Why the client was refused, if it was. Until it has read this, it may still be sending.
    pub fn refusal(&self) -> Option<Error> {
        self.is_refused.then(|| Error::new(ErrorKind::InvalidData, format!("a line of more than {MAX_LINE} bytes")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The lines that come out of these pieces, if the client finishes after the last.
    fn lines(pieces: &[&[u8]]) -> Vec<Vec<u8>> {
        let (mut lines, mut found) = (Lines::new(), Vec::new());
        for piece in pieces.iter().filter(|piece| !piece.is_empty()).chain([&&b""[..]]) {
            if lines.is_open() {
                lines.receive(piece);
                found.extend(std::iter::from_fn(|| lines.next_line()));
            }
        }
        assert!(!lines.is_open());
        found
    }

    #[test]
    fn a_line_is_a_line_however_it_is_cut() {
        assert_eq!(lines(&[b"one\ntwo\n\nthree"]), [&b"one\n"[..], b"two\n", b"\n", b"three"]);
        assert_eq!(lines(&[b"o", b"ne", b"\nt", b"wo\n"]), [b"one\n", b"two\n"]);
        assert!(lines(&[]).is_empty());
    }

    #[test]
    fn the_longest_line_comes_back_and_one_byte_more_is_refused() {
        let longest = [vec![b'a'; MAX_LINE - 1], vec![b'\n']].concat();
        assert_eq!(lines(&[&longest, b""]), vec![longest.clone()]);
        let longer = [b"a", &longest[..]].concat();
        for pieces in [&[&longer[..], b"next\n"][..], &[&longer[..1], &longer[1..]], &[&longer[..MAX_LINE], b"a", b"a"]]
        {
            assert_eq!(lines(pieces), [b"error: a line may have at most 8192 bytes\n"]);
        }
    }

    #[test]
    fn it_never_holds_more_than_a_line_and_a_piece() {
        let mut lines = Lines::new();
        for _ in 0..100 {
            lines.receive(&[b'a'; 1024]);
            let _ = lines.next_line();
            assert!(lines.received.len() <= MAX_LINE);
        }
        assert!(lines.refusal().is_some());
    }

    proptest! {
        #[test]
        fn cuts_do_not_matter(text in "[a\n]{0,40}", cuts in prop::collection::vec(0_usize..40, 0..6)) {
            let mut rest = text.as_bytes();
            let mut pieces = Vec::new();
            for cut in cuts {
                let (piece, after) = rest.split_at(cut.min(rest.len()));
                pieces.push(piece);
                rest = after;
            }
            pieces.push(rest);
            let whole: Vec<Vec<u8>> = text.as_bytes().split_inclusive(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect();
            prop_assert_eq!(lines(&pieces), whole);
        }
    }
}
