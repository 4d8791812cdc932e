//! The four forms of a target.

use crate::talk::{accepts, rejects, rejects_as_bad, talk};

fn get(target: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n")
}

#[test]
fn accepts_the_origin_form() {
    for (target, path) in [
        ("/", "/"),
        ("/sleep", "/sleep"),
        ("/sleep?", "/sleep"),
        ("/sleep?for=fun", "/sleep"),
        ("/a?b?c", "/a"),
        ("/?/sleep", "/"),
        ("//sleep", "//sleep"),
        ("/a/../b/./c//", "/a/../b/./c//"),
        ("/%41%2f%00", "/%41%2f%00"),
        ("/a:b@c", "/a:b@c"),
        ("/http://other/", "/http://other/"),
        ("/-._~!$&'()*+,;=:@[]", "/-._~!$&'()*+,;=:@[]"),
    ] {
        assert_eq!(accepts(get(target)), path, "{target}");
    }
}

#[test]
fn rejects_characters_that_a_target_must_encode() {
    const EVERYWHERE: &[u8] = b"-._~!$&'()*+,;=:@/?[]%";
    for (allowed, places) in [
        (&b""[..], &["http://a", "http://"][..]),
        (b"|", &["/", "/path", "http://a/"]),
        (b"|{}^`\\", &["/?", "/path?a=", "http://a?", "http://a/?"]),
    ] {
        let is_allowed =
            |byte: &u8| byte.is_ascii_alphanumeric() || EVERYWHERE.contains(byte) || allowed.contains(byte);
        for byte in (0..=255u8).filter(|byte| !is_allowed(byte)) {
            for place in places {
                rejects_as_bad([b"GET ", place.as_bytes(), &[byte], b"rest HTTP/1.1\r\nHost: a\r\n\r\n"].concat());
            }
        }
    }
}

/// What the URL Standard does not encode in a path and in a query, whatever RFC 3986 says.
#[test]
fn accepts_what_browsers_do_not_encode() {
    for (target, path) in [
        ("/?a=b|c", "/"),
        ("/?q={x}", "/"),
        ("/?^`\\", "/"),
        ("/sleep?|{}^`\\[]'?|", "/sleep"),
        ("http://localhost?{", "/"),
        ("/a|b", "/a|b"),
        ("http://localhost/a|b?{", "/a|b"),
    ] {
        assert_eq!(accepts(get(target)), path, "{target}");
    }
}

#[test]
fn rejects_broken_percent_encoding() {
    for target in ["/%", "/%4", "/%4?", "/%zz", "/a%2", "/%%20", "/?%0", "/?q=%g0", "http://%4/", "http://a%/"] {
        rejects_as_bad(get(target));
    }
}

#[test]
fn accepts_the_absolute_form() {
    for (target, path) in [
        ("http://localhost/", "/"),
        ("http://localhost", "/"),
        ("http://localhost?query", "/"),
        ("http://localhost?a/b", "/"),
        ("http://localhost:7878/sleep?for=fun", "/sleep"),
        ("http://localhost:/sleep", "/sleep"),
        ("HTTP://LOCALHOST/Sleep", "/Sleep"),
        ("http://127.0.0.1:7878/a", "/a"),
        ("http://[::1]:7878/a", "/a"),
        ("http://[2001:db8::1]", "/"),
        ("http://a.b-c_d~e/x", "/x"),
        ("http://%61/x", "/x"),
        ("http://other/http://localhost/", "/http://localhost/"),
    ] {
        assert_eq!(accepts(get(target)), path, "{target}");
    }
}

#[test]
fn the_host_of_an_absolute_target_wins_over_the_host_header() {
    assert_eq!(accepts("GET http://one/path HTTP/1.1\r\nHost: another\r\n\r\n"), "/path");
    assert_eq!(accepts("GET http://one/path HTTP/1.1\r\nHost:\r\n\r\n"), "/path");
    assert_eq!(accepts("GET http://one/ HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"), "/");
}

#[test]
fn rejects_an_absolute_target_without_host_header() {
    assert!(rejects_as_bad("GET http://one/path HTTP/1.1\r\n\r\n").contains("Host"));
}

#[test]
fn rejects_an_absolute_target_without_host() {
    for target in ["http://", "http:///", "http:///path", "http://:80/", "http://?query", "http://:/"] {
        assert!(rejects_as_bad(get(target)).contains("name a host"), "{target}");
    }
}

#[test]
fn rejects_an_absolute_target_with_an_invalid_authority() {
    for target in [
        "http://a:b/",
        "http://a:80:80/",
        "http://[::1/",
        "http://::1/",
        "http://[::g]/",
        "http://[]/",
        "http://[::1]x/",
        "http://[::1]80/",
        "http://a[::1]/",
        "http://[1.2.3.4]/",
        "http://a:8x/",
        "http://a:-1/",
        "http://]/",
        "http://[/",
    ] {
        assert!(rejects_as_bad(get(target)).contains("name a host"), "{target}");
    }
}

#[test]
fn rejects_a_user_in_the_authority() {
    for target in
        ["http://user@localhost/", "http://user:secret@localhost/", "http://@localhost/", "http://localhost@evil"]
    {
        assert!(rejects_as_bad(get(target)).contains("user"), "{target}");
    }
}

#[test]
fn a_target_of_another_scheme_is_misdirected() {
    for target in ["https://localhost/", "HTTPS://localhost", "ftp://localhost/", "ws://localhost/", "a+b-c.1://x/y"] {
        assert!(rejects(421, get(target)).body.contains("http URLs"), "{target}");
    }
}

#[test]
fn rejects_what_is_neither_a_path_nor_a_url() {
    for target in [
        "path",
        "?query",
        "localhost/",
        "http:/localhost/",
        "http:localhost",
        "://localhost/",
        "1http://a/",
        "a_b://c/",
    ] {
        assert!(rejects_as_bad(get(target)).contains("URL"), "{target}");
    }
}

#[test]
fn the_authority_form_is_for_connect_alone() {
    for target in ["localhost:80", "127.0.0.1:443", "[::1]:80", "%61:1"] {
        assert_eq!(talk(format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n")).statuses(), [405], "{target}");
        rejects_as_bad(get(target));
    }
}

#[test]
fn rejects_connect_without_host_and_port() {
    for target in [
        "/",
        "*",
        "localhost",
        "localhost:",
        ":80",
        "http://localhost:80/",
        "localhost:80/",
        "user@a:80",
        "[::1]",
        "a:b",
    ] {
        assert!(
            rejects_as_bad(format!("CONNECT {target} HTTP/1.1\r\nHost: a\r\n\r\n")).contains("CONNECT"),
            "{target}"
        );
    }
}

#[test]
fn the_asterisk_form_is_for_options_alone() {
    assert_eq!(talk("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n").statuses(), [405]);
    for method in ["GET", "HEAD", "POST", "CONNECT", "TRACE"] {
        rejects(400, format!("{method} * HTTP/1.1\r\nHost: a\r\n\r\n"));
    }
    for target in ["**", "*/", "*?query"] {
        rejects_as_bad(format!("OPTIONS {target} HTTP/1.1\r\nHost: a\r\n\r\n"));
    }
}
