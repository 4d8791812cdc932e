//! Every limit, on both sides.

use crate::talk::{accepts, rejects, talk, with_fields};
use http1::{MAX_BODY, MAX_HEAD, MAX_HEADER_FIELDS, MAX_TARGET};

/// A head of this length.
fn head_of(length: usize) -> Vec<u8> {
    let overhead = with_fields("X: \r\n").len();
    with_fields(format!("X: {}\r\n", "x".repeat(length - overhead)))
}

#[test]
fn accepts_the_longest_head() {
    accepts(head_of(MAX_HEAD));
    assert_eq!(talk([head_of(MAX_HEAD), head_of(MAX_HEAD)].concat()).statuses(), [200, 200]);
}

#[test]
fn rejects_a_longer_head() {
    rejects(431, head_of(MAX_HEAD + 1));
    rejects(431, head_of(MAX_HEAD * 3));
    rejects(431, [&b"GET / HTTP/1.1\r\nHost: a\r\nX: "[..], &[b'x'; MAX_HEAD]].concat()); // without an end
    assert_eq!(talk([head_of(MAX_HEAD), head_of(MAX_HEAD + 1)].concat()).statuses(), [200, 431]);
}

#[test]
fn accepts_the_most_header_fields() {
    accepts(with_fields("a:b\r\n".repeat(MAX_HEADER_FIELDS - 1)));
}

#[test]
fn rejects_more_header_fields() {
    assert!(rejects(431, with_fields("a:b\r\n".repeat(MAX_HEADER_FIELDS))).body.contains("100"));
}

#[test]
fn accepts_the_longest_target() {
    let path = "/".repeat(MAX_TARGET);
    assert_eq!(accepts(format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n")), path);
}

#[test]
fn rejects_a_longer_target() {
    for length in [MAX_TARGET + 1, MAX_HEAD, MAX_HEAD * 2] {
        rejects(414, format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "x".repeat(length)));
        rejects(414, format!("\r\n\r\nHEAD /?{} HTTP/1.1\r\nHost: a\r\n\r\n", "x".repeat(length)).trim_start());
    }
    rejects(414, format!("\r\nGET /{}", "x".repeat(MAX_HEAD)));
}

#[test]
fn accepts_the_longest_body() {
    let length = usize::try_from(MAX_BODY).unwrap();
    let request = [with_fields(format!("Content-Length: {length}\r\n")), vec![b'x'; length], with_fields("")].concat();
    let pieces = request.chunks(10_000);
    let talk = crate::talk::talk_in_pieces(http1::Connection::new(), pieces);
    assert_eq!(talk.statuses(), [200, 200]);
}

#[test]
fn rejects_a_longer_body() {
    rejects(413, with_fields(format!("Content-Length: {}\r\n", MAX_BODY + 1)));
    let request =
        [&with_fields("Transfer-Encoding: chunked\r\n")[..], b"100000\r\n", &[b'x'; 1 << 20], b"\r\n1\r\n"].concat();
    let talk = crate::talk::talk_in_pieces(http1::Connection::new(), request.chunks(10_000));
    assert_eq!(talk.statuses(), [413]);
    assert!(!talk.is_open);
}
