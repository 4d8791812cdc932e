//! The first line: method, target and version, and what may be before it.

use crate::talk::{accepts, rejects, rejects_as_bad, talk, talk_and_end};

#[test]
fn accepts_an_empty_line_or_four_before_the_request_line() {
    for count in 1..=http1::MAX_EMPTY_LINES {
        assert_eq!(accepts("\r\n".repeat(count) + "GET /path HTTP/1.1\r\nHost: a\r\n\r\n"), "/path");
    }
}

#[test]
fn rejects_more_empty_lines_before_the_request_line() {
    rejects_as_bad("\r\n".repeat(http1::MAX_EMPTY_LINES + 1) + "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    rejects_as_bad("\r\n".repeat(10_000));
}

#[test]
fn rejects_an_empty_line_without_carriage_return_before_the_request_line() {
    rejects_as_bad("\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
    rejects_as_bad("\r\rGET / HTTP/1.1\r\nHost: a\r\n\r\n");
    rejects_as_bad("\rGET / HTTP/1.1\r\nHost: a\r\n\r\n");
}

#[test]
fn nothing_but_empty_lines_is_no_request() {
    for empty in ["", "\r\n", "\r\n\r\n", "\r"] {
        let talk = talk_and_end(empty);
        assert_eq!(talk.output, b"");
        assert!(!talk.is_open);
    }
}

#[test]
fn rejects_other_white_space_in_the_request_line() {
    for line in [
        " GET / HTTP/1.1",
        "\tGET / HTTP/1.1",
        "GET  / HTTP/1.1",
        "GET /  HTTP/1.1",
        "GET\t/ HTTP/1.1",
        "GET /\tHTTP/1.1",
        "GET\x0b/ HTTP/1.1",
        "GET\x0c/\x0cHTTP/1.1",
        "GET / HTTP/1.1 ",
        "GET / HTTP/1.1\t",
        "GET\r/ HTTP/1.1",
        "GET /\rHTTP/1.1",
        "GET / HTTP/1.1\r",
    ] {
        rejects_as_bad(format!("{line}\r\nHost: a\r\n\r\n"));
    }
}

#[test]
fn rejects_a_request_line_with_too_few_or_too_many_words() {
    for line in
        ["GET", "GET /", "GET  HTTP/1.1", "GET HTTP/1.1", "GET / / HTTP/1.1", "GET / x HTTP/1.2", "/", "/ HTTP/1.1"]
    {
        rejects_as_bad(format!("{line}\r\nHost: a\r\n\r\n"));
    }
}

#[test]
fn rejects_line_feeds_without_carriage_return() {
    for request in [
        "GET / HTTP/1.1\nHost: a\n\n",
        "GET / HTTP/1.1\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: b\nY: c\r\n\r\n",
        "GET / HTTP/1.1\r\n\nHost: a\r\n\r\n",
    ] {
        assert!(rejects_as_bad(request).contains("LF"), "{request:?}");
    }
}

#[test]
fn rejects_carriage_returns_without_line_feed() {
    for request in [
        "GET / HTTP/1.1\rHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\rX: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n\rX: b\r\n\r\n",
        "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\r\n\r\n",
        "GET / HTTP/1.1\r\nHost\r: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost:\ra\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n\r \n",
    ] {
        rejects_as_bad(request);
    }
}

#[test]
fn methods_are_told_apart_by_case() {
    for method in ["get", "Get", "head", "HEAd", "gET", "post"] {
        rejects(501, format!("{method} / HTTP/1.1\r\nHost: a\r\n\r\n"));
    }
}

#[test]
fn an_unknown_method_is_not_implemented() {
    for method in ["BREW", "PROPFIND", "QUERY", "GETS", "GE", "!#$%&'*+-.^_`|~09", &"M".repeat(9000)] {
        rejects(501, format!("{method} / HTTP/1.1\r\nHost: a\r\n\r\n"));
    }
    rejects(501, "M".repeat(http1::MAX_HEAD));
}

#[test]
fn an_unknown_method_may_have_any_target() {
    let long = "/".repeat(http1::MAX_HEAD);
    for target in ["*", "localhost:80", "http://localhost/", "https://localhost/", "path", "/%", "/^", &long] {
        rejects(501, format!("M-SEARCH {target} HTTP/1.1\r\nHost: a\r\n\r\n"));
    }
}

#[test]
fn a_known_method_is_not_allowed_and_the_connection_stays() {
    for method in ["POST", "PUT", "DELETE", "TRACE", "PATCH", "OPTIONS"] {
        let talk = talk(format!("{method} / HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n"));
        assert_eq!(talk.statuses(), [405, 200], "{method}");
        assert_eq!(talk.paths, ["/next"]);
        assert!(talk.answers()[0].has_field("Allow: GET, HEAD"));
        assert!(talk.is_open);
    }
}

#[test]
fn rejects_a_method_that_is_no_token() {
    for method in ["G@T", "GET,", "(GET)", "G\"T", "GET:", "G\0T", "G\x7fT", "GÉT", "{", "[", "="] {
        rejects_as_bad(format!("{method} / HTTP/1.1\r\nHost: a\r\n\r\n"));
    }
}

#[test]
fn accepts_later_minor_versions_as_1_1() {
    for minor in 1..=9 {
        let request = format!("GET /path?query HTTP/1.{minor}\r\nHost: a\r\n\r\n");
        assert_eq!(accepts(&request), "/path");
        let talk = talk(format!("\r\n{request}{request}"));
        assert_eq!(talk.statuses(), [200, 200]);
        assert!(talk.is_open, "kept as in HTTP/1.1");
        rejects_as_bad(format!("GET / HTTP/1.{minor}\r\n\r\n")); // Host is required as in HTTP/1.1
    }
}

#[test]
fn other_major_versions_are_not_supported() {
    for version in ["HTTP/2.0", "HTTP/3.0", "HTTP/0.9", "HTTP/9.9", "HTTP/2.1", "HTTP/0.0"] {
        let reason = rejects(505, format!("GET / {version}\r\nHost: a\r\n\r\n")).body;
        assert!(reason.contains("HTTP/1.1"), "it says what is spoken here: {reason}");
    }
}

#[test]
fn rejects_what_is_no_version() {
    for version in [
        "http/1.1",
        "Http/1.1",
        "HTTP/1",
        "HTTP/1.",
        "HTTP/.1",
        "HTTP/11",
        "HTTP/1.10",
        "HTTP/1.01",
        "HTTP/01.1",
        "HTTP/12.1",
        "HTTP/1,1",
        "HTTP/1.x",
        "HTTP/A.1",
        "HTTP 1.1",
        "HTTP/ 1.1",
        "HTTP/1 .1",
        "HTTPS/1.1",
        "HTP/1.1",
        "XHTTP/1.1",
        "ICY",
        "RTSP/1.0",
        "HTTP/-1.1",
        "HTTP/+1.1",
        "HTTP/1.1.1",
        "HTTP/1.1\0",
        "HTTP/2",
        "HTTP/2.00",
    ] {
        rejects_as_bad(format!("GET / {version}\r\nHost: a\r\n\r\n"));
    }
}

#[test]
fn an_incomplete_request_at_the_end_of_the_input_is_bad() {
    for beginning in
        ["G", "GET / HTTP/1.1", "GET / HTTP/1.1\r\nHost: a\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\r", "\r\nG"]
    {
        let talk = talk_and_end(beginning);
        assert_eq!(talk.statuses(), [400]);
        assert!(talk.answers()[0].body.contains("incomplete"));
        assert!(!talk.is_open);
    }
}
