//! What both targets do with an input.

use core::time::Duration;
use http1::{Connection, Response};

/// What came of some bytes.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Talk {
    pub paths: Vec<String>,
    pub output: Vec<u8>,
    pub is_open: bool,
}

/// Sends the pieces one after the other, and answers what comes of each.
pub fn talk<'a>(connection: &mut Connection, pieces: impl Iterator<Item = &'a [u8]>) -> Talk {
    let mut talk = Talk::default();
    for piece in pieces {
        connection.receive(piece);
        while let Some(request) = connection.next_request() {
            talk.paths.push(request.path().to_owned());
            connection.respond(Response::ok("page"));
        }
        talk.output.extend(connection.output(Duration::ZERO));
    }
    talk.is_open = connection.is_open();
    talk
}

/// Cuts the input into pieces of 1 to 64 bytes. Which ones depends on the seed alone.
pub fn pieces(seed: u8, mut input: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut state = u32::from(seed);
    std::iter::from_fn(move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let length = 1 + (state >> 26) as usize;
        let (piece, rest) = input.split_at(length.min(input.len()));
        input = rest;
        (!piece.is_empty()).then_some(piece)
    })
}
