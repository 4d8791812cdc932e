//! Tests of what a connection costs in memory and work, which cannot be seen from outside.

use crate::head;
use crate::{Connection, MAX_HEAD, Response};
use alloc::vec::Vec;
use core::time::Duration;
use proptest::prelude::*;

/// Receives pieces and answers what comes of them; after each piece `check` is shown the bytes that are kept and the bytes
/// that are reserved.
fn feed(pieces: &[&[u8]], mut check: impl FnMut(usize, usize)) -> Connection {
    let mut connection = Connection::new();
    for piece in pieces {
        connection.receive(piece);
        while connection.next_request().is_some() {
            connection.respond(Response::ok("page"));
        }
        connection.output(Duration::ZERO);
        check(connection.input_length(), connection.reserved());
    }
    connection
}

const GET: &[u8] = b"GET / HTTP/1.1\r\nHost: localhost\r\nUser-Agent: test\r\n\r\n";
const POST: &[u8] = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

#[test]
fn a_connection_is_small() {
    assert!(size_of::<Connection>() <= 80, "{}", size_of::<Connection>());
}

#[test]
fn an_idle_connection_holds_no_memory() {
    assert_eq!(Connection::new().reserved(), 0);
    feed(&[GET, GET, &GET.repeat(16)], |kept, reserved| assert_eq!((kept, reserved), (0, 0)));
    let after_a_body = feed(&[POST, b"5\r\nhello\r\n0\r\n\r\n"], |_, _| {});
    assert_eq!(after_a_body.reserved(), 0);
    let after_a_refusal = feed(&[b"nonsense\r\n", GET], |_, _| {});
    assert_eq!(after_a_refusal.reserved(), 0);
}

#[test]
fn what_was_answered_is_forgotten_at_once() {
    let beginning = [&GET.repeat(100)[..], b"GET"].concat();
    feed(&[&beginning], |kept, reserved| assert_eq!((kept, reserved), (3, 3)));
}

#[test]
fn the_output_is_reserved_in_one_piece() {
    for input in [
        &GET.repeat(3)[..],
        b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
        b"POST / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n",
        &b"a".repeat(MAX_HEAD),
        &[&b"GET "[..], &b"a".repeat(MAX_HEAD)].concat(),
        &[&b"GET / HTTP/1.1\r\na:"[..], &b"a".repeat(MAX_HEAD)].concat(),
    ] {
        let mut connection = Connection::new();
        connection.receive(input);
        while connection.next_request().is_some() {
            connection.respond(Response::ok("page"));
        }
        let reserved = connection.output_length();
        let output = connection.output(Duration::ZERO);
        assert!(output.len() <= reserved && output.capacity() == reserved, "{} of {reserved}", output.len());
    }
}

#[test]
fn a_body_is_not_kept() {
    let long = [POST, b"5000\r\n", &[b'x'; 0x4000]].concat();
    feed(&[&long, &[b'x'; 0x0fff]], |kept, reserved| assert!(kept < POST.len() && reserved < 2 * POST.len()));
}

#[test]
fn a_head_without_end_is_kept_up_to_the_limit() {
    let mut most = 0;
    let pieces: Vec<&[u8]> = [&b"GET / HTTP/1.1\r\nX: "[..]].into_iter().chain([&b"xxxxxxx"[..]; 10_000]).collect();
    let connection = feed(&pieces, |kept, _| most = most.max(kept));
    assert!(!connection.is_open());
    assert!((MAX_HEAD - 7..MAX_HEAD).contains(&most), "{most}");
}

#[test]
fn what_was_searched_is_not_read_again() {
    assert!(head::parse(GET, 0).unwrap().is_some());
    assert_eq!(head::parse(GET, GET.len()), Ok(None), "no new line has arrived");
}

/// Long lines, bodies and fields, so that there is something to keep.
fn bulky() -> impl Strategy<Value = Vec<u8>> {
    let parts: [&[u8]; 8] =
        [GET, POST, b"GET /", b"5\r\nhello\r\n", b"0\r\n\r\n", b"1000;a=", b"X: y\r\n", b"\r\n\r\n"];
    let part = (prop::sample::select(&[0, 1, 2, 3, 4, 5, 6, 7][..]), 0_usize..3000)
        .prop_map(move |(part, fill)| [parts[part], &[b'x'; 3000][..if fill % 3 == 0 { fill } else { 0 }]].concat());
    prop::collection::vec(part, 0..20).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_input_is_kept_beyond_the_limit(input in bulky(), size in 1_usize..5000) {
        let pieces: Vec<&[u8]> = input.chunks(size).collect();
        let mut is_bounded = true;
        feed(&pieces, |kept, reserved| is_bounded &= kept < MAX_HEAD && reserved <= 2 * (MAX_HEAD + size));
        prop_assert!(is_bounded);
    }
}
