//! The `Host` header.

use crate::talk::{accepts, rejects_as_bad};

#[test]
fn accepts_every_form_of_host() {
    for host in [
        "localhost",
        "localhost:7878",
        "localhost:",
        "127.0.0.1",
        "127.0.0.1:7878",
        "[::1]",
        "[::1]:7878",
        "[::1]:",
        "[::ffff:127.0.0.1]",
        "[2001:DB8::a]",
        "example.org.",
        "a_b-c~d",
        "xn--bcher-kva.example",
        "a%20b",
        "a,b",
        "EXAMPLE.ORG",
        "-",
        "1",
        "!$&'()*+;=",
    ] {
        accepts(format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n"));
    }
}

#[test]
fn accepts_an_empty_host() {
    accepts("GET / HTTP/1.1\r\nHost:\r\n\r\n");
    accepts("GET / HTTP/1.1\r\nHost: \t \r\n\r\n");
}

#[test]
fn accepts_white_space_around_the_host() {
    for line in ["Host:a", "Host:\ta\t", "Host:  a  ", "Host: a:80 \t ", "hOST: a"] {
        accepts(format!("GET / HTTP/1.1\r\n{line}\r\n\r\n"));
    }
}

#[test]
fn rejects_a_missing_host() {
    assert!(rejects_as_bad("GET / HTTP/1.1\r\n\r\n").contains("Host"));
    assert!(rejects_as_bad("GET / HTTP/1.1\r\nHosts: a\r\nX-Host: b\r\n\r\n").contains("Host"));
}

#[test]
fn rejects_two_hosts() {
    assert!(rejects_as_bad("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n").contains("two Host"));
    assert!(rejects_as_bad("GET / HTTP/1.1\r\nHost: a\r\nX: y\r\nhost: a\r\n\r\n").contains("two Host"));
    assert!(rejects_as_bad("GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n").contains("two Host"));
    assert!(rejects_as_bad("GET / HTTP/1.1\r\nHost:\r\nHost:\r\n\r\n").contains("two Host"));
}

#[test]
fn rejects_an_invalid_host() {
    for host in [
        "a b",
        "a, b",
        "a/b",
        "http://a",
        "user@a",
        "a:b",
        "a:80:80",
        "a:-80",
        "a:8 0",
        "a#b",
        "a?b",
        "a\\b",
        "a\"b",
        "<a>",
        "a|b",
        "a^b",
        "a`b",
        "{a}",
        "::1",
        "[::1",
        "::1]",
        "[::1]a",
        "[::1]80",
        "[a]",
        "[]",
        "[127.0.0.1]",
        "[::1%25eth0]",
        "[v1.a]",
        "a%",
        "a%2",
        "a%zz",
        "bücher.example",
        "a\u{a0}",
        "a:８",
    ] {
        assert!(rejects_as_bad(format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n")).contains("Host"), "{host}");
        rejects_as_bad(format!("GET / HTTP/1.0\r\nHost: {host}\r\n\r\n"));
    }
}
