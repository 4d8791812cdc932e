//! What a connection has to send: responses, and the word to go on.

use crate::response::{Date, Framing, Response};
use alloc::vec::Vec;

const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";

/// One thing to send.
#[derive(Debug)]
pub(crate) enum Answer {
    /// The response to a request.
    Final(Response, Framing),
    /// `100 Continue` (RFC 9110, section 15.2.1).
    Continue,
}

impl Answer {
    /// At least as many bytes as [`encode`](Self::encode) appends.
    pub(crate) fn max_length(&self) -> usize {
        match self {
            Self::Final(response, _) => response.max_length(),
            Self::Continue => CONTINUE.len(),
        }
    }

    /// Appends the bytes to send to `output`.
    pub(crate) fn encode(&self, date: &Date, output: &mut Vec<u8>) {
        match self {
            Self::Final(response, framing) => response.encode(*framing, date, output),
            Self::Continue => output.extend_from_slice(CONTINUE),
        }
    }
}
