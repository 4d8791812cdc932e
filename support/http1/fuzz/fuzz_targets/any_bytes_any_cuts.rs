//! Whatever arrives, in whatever pieces: no panic, no endless loop, no answer out of proportion, and an end.
//!
//! The first byte says how to cut, the rest is what the client sends.
#![no_main]

mod talk;

use http1::Connection;
use libfuzzer_sys::fuzz_target;

const SHORTEST_REQUEST: usize = "A / HTTP/1.0\r\n\r\n".len();
const LONGEST_ANSWER: usize = 280; // with a `100 Continue` before it

fuzz_target!(|data: &[u8]| {
    let Some((seed, input)) = data.split_first() else { return };
    let mut connection = Connection::new();
    let talked = talk::talk(&mut connection, talk::pieces(*seed, input));
    assert!(talked.paths.len() <= input.len() / SHORTEST_REQUEST);
    assert!(talked.output.len() <= (input.len() / SHORTEST_REQUEST + 1) * LONGEST_ANSWER);
    assert!(talked.paths.iter().all(|path| path.starts_with('/') && !path.contains(['?', '#', ' '])));

    let was_open = connection.is_open();
    let last = talk::talk(&mut connection, [&b""[..]].into_iter());
    assert!(!last.is_open && last.paths.is_empty());
    assert!(was_open || last.output.is_empty(), "what is closed says nothing more");
});
