//! Lines in the log, as many as are worth reading.

use std::fmt::Display;
use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// What is in lines of which clients can cause as many as they like.
const CAUSED_BY_CLIENTS: [&str; 5] =
    ["gave up on ", "cannot accept: ", "disconnected a client: ", "refused a client: ", ": cancelled"];
/// How many of them are written in a second. Clients that fail on purpose must not fill the disk.
const LINES_A_SECOND: u32 = 10;

/// Writes a line to the standard error. Unlike `eprintln!`, it does not panic when the terminal is gone.
///
/// Of the lines that clients cause, it writes ten in a second, and then how many were left out.
pub fn log(message: impl Display) {
    static LIMIT: Mutex<Limit> = Mutex::new(Limit { since: None, written: 0, left_out: 0 });

    let mut line = message.to_string();
    if CAUSED_BY_CLIENTS.iter().any(|words| line.contains(words)) {
        match LIMIT.lock().unwrap_or_else(PoisonError::into_inner).admit(Instant::now()) {
            None => return,
            Some(0) => {}
            Some(left_out) => line += &format!(" ({left_out} lines like this were left out)"),
        }
    }
    let _ = writeln!(io::stderr(), "{line}");
}

/// How many lines there were lately.
struct Limit {
    /// When the second began in which they are counted.
    since: Option<Instant>,
    written: u32,
    left_out: u64,
}

impl Limit {
    /// Whether there may be one more line now, and how many were left out before it.
    fn admit(&mut self, now: Instant) -> Option<u64> {
        if self.since.is_none_or(|since| now.saturating_duration_since(since) >= Duration::from_secs(1)) {
            (self.since, self.written) = (Some(now), 0);
        }
        if self.written == LINES_A_SECOND {
            self.left_out += 1;
            return None;
        }
        self.written += 1;
        Some(std::mem::take(&mut self.left_out))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_lines_are_written_in_a_second_and_the_others_are_counted() {
        let mut limit = Limit { since: None, written: 0, left_out: 0 };
        let start = Instant::now();
        let admitted: Vec<_> = (0..15).map(|_| limit.admit(start)).collect();
        assert_eq!(admitted, [[Some(0); 10].as_slice(), &[None; 5]].concat());
        let later = start + Duration::from_secs(1);
        assert_eq!([limit.admit(later), limit.admit(later)], [Some(5), Some(0)]);
    }
}
