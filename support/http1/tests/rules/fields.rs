//! Names and values of header fields.

use crate::talk::{accepts, rejects_as_bad, talk, talk_in_pieces, with_fields};
use http1::Connection;

/// The status for these bytes, without trying every cut: for rules on every character at every place.
fn status(input: &[u8]) -> u16 {
    talk_in_pieces(Connection::new(), [input].into_iter()).statuses()[0]
}

#[test]
fn accepts_every_character_of_a_token_in_a_name() {
    for byte in (0..=255u8).filter(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte)) {
        for before in 0..20 {
            let name = [&b"abcdefghijklmnopqrst"[..before], &[byte], b"abc"].concat();
            assert_eq!(status(&with_fields([&name, &b": value\r\n"[..]].concat())), 200, "{byte:#x}");
        }
    }
}

#[test]
fn rejects_every_other_character_in_a_name() {
    let is_token = |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~:".contains(byte);
    for byte in (0..=255u8).filter(|byte| !is_token(byte)) {
        for before in 0..20 {
            let name = [&b"abcdefghijklmnopqrst"[..before], &[byte], b"abc"].concat();
            assert_eq!(status(&with_fields([&name, &b": value\r\n"[..]].concat())), 400, "{byte:#x} at {before}");
        }
    }
}

#[test]
fn accepts_every_character_of_a_text_in_a_value() {
    for byte in (0..=255u8).filter(|byte| !byte.is_ascii_control() || *byte == b'\t') {
        for before in 0..40 {
            let line = [b"Name: ", &[b'v'; 40][..before], &[byte], b"value\r\n"].concat();
            assert_eq!(status(&with_fields(line)), 200, "{byte:#x} at {before}");
        }
    }
}

#[test]
fn rejects_every_control_character_in_a_value() {
    for byte in (0..=255u8).filter(|byte| byte.is_ascii_control() && !b"\t\n".contains(byte)) {
        for before in 0..40 {
            let line = [b"Name: ", &[b'v'; 40][..before], &[byte], b"value\r\n"].concat();
            assert_eq!(status(&with_fields(line)), 400, "{byte:#x} at {before}");
        }
    }
}

#[test]
fn accepts_empty_values_and_white_space_around_values() {
    for line in [
        "Name:",
        "Name: ",
        "Name:\t",
        "Name: \t \t",
        "Name:value",
        "Name:\t value \t",
        "N:v",
        "Name: a  b",
        "Name: a:b",
    ] {
        accepts(with_fields(format!("{line}\r\n")));
    }
}

#[test]
fn rejects_white_space_before_the_colon() {
    for line in ["Name : value", "Name\t: value", "Host : b", "Content-Length : 5", "Transfer-Encoding\t: chunked"] {
        assert!(rejects_as_bad(with_fields(format!("{line}\r\n"))).contains("colon"), "{line}");
    }
}

#[test]
fn rejects_white_space_before_the_first_field() {
    rejects_as_bad("GET / HTTP/1.1\r\n Host: a\r\n\r\n");
    rejects_as_bad("GET / HTTP/1.1\r\n\tHost: a\r\n\r\n");
    rejects_as_bad("GET / HTTP/1.1\r\n \r\nHost: a\r\n\r\n");
}

#[test]
fn rejects_folded_lines() {
    for line in [
        "Name: one\r\n two",
        "Name: one\r\n\ttwo",
        "Name:\r\n value",
        "Name: one\r\n ",
        "Transfer-Encoding:\r\n chunked",
    ] {
        rejects_as_bad(with_fields(format!("{line}\r\n")));
    }
}

#[test]
fn rejects_a_line_without_name_or_colon() {
    for line in ["Name", ": value", ":", "Name value", " ", "=", "GET / HTTP/1.1"] {
        rejects_as_bad(with_fields(format!("{line}\r\n")));
    }
}

#[test]
fn fields_of_no_concern_are_ignored() {
    accepts(with_fields(
        "User-Agent: curl/8\r\nAccept: */*\r\nCookie: a=b\r\nCookie: c=d\r\nRange: bytes=0-1\r\nIf-Modified-Since: yesterday\r\n\
         If-None-Match: *\r\nTE: trailers, deflate;q=0.5\r\nTrailer: X\r\nKeep-Alive: timeout=5\r\nProxy-Connection: close\r\n\
         X-Forwarded-For: 127.0.0.1\r\nContent-Type: nonsense\r\nContent-Encoding: br\r\nMax-Forwards: 0\r\nVia: 1.0 x\r\n",
    ));
}

#[test]
fn a_line_is_judged_when_it_has_arrived_as_a_whole() {
    for line in ["bad\0", "Name : value", "Content-Length: x", "Name: \x01value", " folded"] {
        let beginning = format!("GET / HTTP/1.1\r\nHost: a\r\n{line}");
        let waiting = talk(&beginning);
        assert!(waiting.output.is_empty() && waiting.is_open, "{line}");
        rejects_as_bad(beginning + "\r\n\r\n");
    }
}
