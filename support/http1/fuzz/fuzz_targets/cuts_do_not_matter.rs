//! The same bytes in other pieces lead to the same requests, the same answers and the same end.
//!
//! The first byte says how to cut, the rest is what the client sends.
#![no_main]

mod talk;

use http1::Connection;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((seed, input)) = data.split_first() else { return };
    let whole = talk::talk(&mut Connection::new(), [input].into_iter().filter(|piece| !piece.is_empty()));
    let in_pieces = talk::talk(&mut Connection::new(), talk::pieces(*seed, input));
    assert_eq!(in_pieces, whole, "in pieces");
    let byte_by_byte = talk::talk(&mut Connection::new(), input.chunks(1));
    assert_eq!(byte_by_byte, whole, "byte by byte");
});
