//! What a load must know of a protocol.

use std::io::{self, Error, ErrorKind};

/// What to send, when an answer is complete, and how a server says where it listens.
pub trait Protocol: Send {
    /// A request.
    fn request(&self) -> Vec<u8>;

    /// How many of the bytes received, from the first one on, are an answer; `None` as long as it is not complete.
    ///
    /// # Errors
    ///
    /// If it is not the answer that a good server gives.
    fn answer(&mut self, received: &[u8]) -> io::Result<Option<usize>>;

    /// A request that a server answers at once, so that it has surely taken the connection. `None` if there is no such request: then a
    /// connection counts as soon as the kernel has opened it.
    fn greeting(&self) -> Option<Vec<u8>> {
        Some(self.request())
    }

    /// A request after whose answer the server closes the connection. `None` if there is no such request: then the client closes it.
    fn last_request(&self) -> Option<Vec<u8>> {
        None
    }

    /// What a server prints before the address at which it listens.
    fn announcement(&self) -> &'static str {
        "listening on "
    }
}

/// For a protocol in which a good answer is always the same.
///
/// # Errors
///
/// If the bytes received are not the beginning of it, nor it of them.
pub fn exactly(expected: &[u8], received: &[u8]) -> io::Result<Option<usize>> {
    if received.starts_with(expected) {
        return Ok(Some(expected.len()));
    }
    if expected.starts_with(received) {
        return Ok(None);
    }
    let (expected, received) = (expected.escape_ascii(), received[..received.len().min(expected.len())].escape_ascii());
    Err(Error::new(ErrorKind::InvalidData, format!("the answer is \"{received}\" instead of \"{expected}\"")))
}
