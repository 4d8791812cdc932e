//! Where a body ends: `Content-Length`, `Transfer-Encoding`, and their conflicts.

use crate::talk::{rejects, rejects_as_bad, talk, talk_and_end, with_fields};

/// Sends a request with these fields and this body and then another one, which must be seen as what it is.
fn skips(fields: &str, body: &str) {
    let next = "GET /next HTTP/1.1\r\nHost: a\r\n\r\n";
    let talk = talk([with_fields(fields), body.into(), next.into()].concat());
    assert_eq!(talk.statuses(), [200, 200], "{fields} {body}");
    assert_eq!(talk.paths, ["/", "/next"]);
    assert!(talk.is_open);
}

#[test]
fn a_request_without_length_has_no_body() {
    skips("", "");
    skips("Content-Type: text/plain\r\n", "");
}

#[test]
fn accepts_and_skips_a_body_with_a_length() {
    skips("Content-Length: 0\r\n", "");
    skips("Content-Length: 5\r\n", "hello");
    skips("content-length:5\t\r\n", "hello");
    skips("Content-Length: 0005\r\n", "hello");
    skips("Content-Length: 00000000000000000000000000000000000005\r\n", "hello");
    skips("Content-Length: 36\r\n", "GET /hidden HTTP/1.1\r\nHost: hidden\r\n");
    skips("Content-Length: 2\r\n", "\r\n");
    skips("Content-Length: 20000\r\n", &"x".repeat(20_000));
}

#[test]
fn accepts_a_body_with_every_method() {
    for (method, status) in
        [("HEAD", 200), ("POST", 405), ("PUT", 405), ("DELETE", 405), ("OPTIONS", 405), ("PATCH", 405)]
    {
        let body = "GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n";
        let next = "GET /next HTTP/1.1\r\nHost: a\r\n\r\n";
        let length = body.len();
        let talk = talk(format!("{method} / HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n{body}{next}"));
        assert_eq!(talk.statuses(), [status, 200], "{method}");
        assert_eq!(talk.paths.last().unwrap(), "/next");
    }
}

#[test]
fn accepts_a_body_in_http_1_0() {
    let request =
        "POST / HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\nhelloGET /next HTTP/1.0\r\n\r\n";
    assert_eq!(talk(request).statuses(), [405, 200]);
}

#[test]
fn rejects_a_length_that_is_no_number() {
    for length in [
        "", " ", "a", "5a", "a5", "+5", "-5", "-0", "5.0", "5 5", "0x5", "5,", ",5", "5;", "\"5\"", "5\t5", "５",
        "5\u{a0}", "1e1", "1_0",
    ] {
        let reason = rejects_as_bad(with_fields(format!("Content-Length: {length}\r\n")));
        assert!(reason.contains("Content-Length"), "{length}");
    }
}

#[test]
fn rejects_two_lengths_even_if_they_are_equal() {
    for fields in [
        "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Content-Length: 5\r\nContent-Length: 5\r\n",
        "Content-Length: 5\r\nX: y\r\ncontent-length: 0\r\n",
        "Content-Length: 5, 5\r\n",
        "Content-Length: 5,6\r\n",
        "Content-Length: 5\r\nContent-Length:\r\n",
    ] {
        assert!(rejects_as_bad(with_fields(fields)).contains("Content-Length"), "{fields}");
    }
}

#[test]
fn a_length_beyond_every_integer_is_too_large() {
    for length in ["1048577", "18446744073709551615", "18446744073709551616", &"9".repeat(1000)] {
        assert!(
            rejects(413, with_fields(format!("Content-Length: {length}\r\n"))).body.contains("1,048,576"),
            "{length}"
        );
    }
}

#[test]
fn rejects_a_length_beside_a_transfer_coding() {
    for fields in [
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n",
        "transfer-encoding: gzip, chunked\r\ncontent-length: 5\r\n",
        "Transfer-Encoding: identity\r\nContent-Length: 5\r\n",
        "Transfer-Encoding:\r\nContent-Length: 5\r\n",
    ] {
        assert!(rejects_as_bad(with_fields(fields)).contains("both"), "{fields}");
    }
}

#[test]
fn accepts_chunked_in_any_case_and_between_empty_list_members() {
    for value in ["chunked", "Chunked", "CHUNKED", "\tchunked\t", ", chunked", "chunked ,", " ,\t, chunked,,"] {
        skips(&format!("Transfer-Encoding: {value}\r\n"), "5\r\nhello\r\n0\r\n\r\n");
    }
    skips("Transfer-Encoding:\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n");
}

#[test]
fn rejects_a_coding_after_chunked() {
    for fields in [
        "Transfer-Encoding: chunked, chunked\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked, gzip\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
        "Transfer-Encoding: gzip, chunked, chunked\r\n",
    ] {
        assert!(rejects_as_bad(with_fields(fields)).contains("chunked"), "{fields}");
    }
}

#[test]
fn rejects_a_last_coding_other_than_chunked() {
    for value in [
        "gzip",
        "identity",
        "",
        ",",
        "xchunked",
        "chunkedx",
        "\"chunked\"",
        "chunked;q=1",
        "chun ked",
        "chunked\u{a0}",
        "x chunked",
        "'chunked'",
        "chunked chunked",
        "chunk",
        "gzip;a=\"b, chunked\"",
    ] {
        let reason = rejects_as_bad(with_fields(format!("Transfer-Encoding: {value}\r\n")));
        assert!(reason.contains("chunked"), "{value}");
    }
    rejects_as_bad(with_fields("Transfer-Encoding: \x0bchunked\r\n"));
    rejects_as_bad(with_fields("Transfer-Encoding: chunked\0\r\n"));
}

#[test]
fn an_unknown_coding_before_chunked_is_not_implemented() {
    for fields in [
        "Transfer-Encoding: gzip, chunked\r\n",
        "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: identity, chunked\r\n",
        "Transfer-Encoding: a;b=c, chunked\r\n",
    ] {
        rejects(501, with_fields(fields));
    }
}

#[test]
fn rejects_a_transfer_coding_in_http_1_0() {
    for fields in ["Transfer-Encoding: chunked\r\n", "Connection: keep-alive\r\nTransfer-Encoding: gzip\r\n"] {
        assert!(rejects_as_bad(format!("GET / HTTP/1.0\r\n{fields}\r\n0\r\n\r\n")).contains("HTTP/1.0"));
    }
}

#[test]
fn a_field_that_only_looks_like_a_length_is_none() {
    skips(
        "X-Content-Length: 5\r\nContent_Length: 5\r\nContentLength: 5\r\nTransfer_Encoding: chunked\r\nTE: chunked\r\n",
        "",
    );
}

#[test]
fn an_incomplete_body_at_the_end_of_the_input_is_bad() {
    for request in [
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n",
        "HEAD / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhell",
        "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n",
    ] {
        let talk = talk_and_end(request);
        assert_eq!(talk.statuses(), [400]);
        assert_eq!(talk.paths, [""; 0]);
        assert!(!talk.is_open);
    }
}
