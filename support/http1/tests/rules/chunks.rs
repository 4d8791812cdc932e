//! Bodies in chunks.

use crate::talk::{rejects, rejects_as_bad, talk, with_fields};

fn chunked(body: impl AsRef<[u8]>) -> Vec<u8> {
    [&with_fields("Transfer-Encoding: chunked\r\n"), body.as_ref()].concat()
}

#[track_caller]
fn skips(body: impl AsRef<[u8]>) {
    let body = body.as_ref();
    let talk = talk([&chunked(body)[..], b"GET /next HTTP/1.1\r\nHost: a\r\n\r\n"].concat());
    assert_eq!(talk.statuses(), [200, 200], "{}", body.escape_ascii());
    assert_eq!(talk.paths, ["/", "/next"]);
    assert!(talk.is_open);
}

#[test]
fn accepts_chunks() {
    for body in [
        "0\r\n\r\n",
        "5\r\nhello\r\n0\r\n\r\n",
        "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n",
        "a\r\n0123456789\r\n0\r\n\r\n",
        "A\r\n0123456789\r\n0\r\n\r\n",
        "1a\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\n\r\n",
        "0005\r\nhello\r\n000\r\n\r\n",
        "00000000000000000000000000000005\r\nhello\r\n0\r\n\r\n",
        "4\r\n\r\n\r\n\r\n0\r\n\r\n",
        "15\r\n0\r\n\r\nGET /x HTTP/1.1\r\r\n0\r\n\r\n",
    ] {
        skips(body);
    }
}

#[test]
fn accepts_chunk_extensions() {
    for extensions in [
        ";a",
        ";a=b",
        ";a=b;c=d",
        ";a;b;c",
        ";a=\"b\"",
        ";a=\"\"",
        ";a=\"b c\td\"",
        ";a=\";\"",
        ";a=\"\\\"\"",
        ";a=\"\\\\\"",
        ";a=\"\\a\"",
        ";a=\"é\"",
        " ;a",
        "\t; \ta",
        ";a =b",
        ";a= b",
        "; a\t=\t\"b\" ;c",
        ";!#$%&'*+-.^_`|~=!#$%&'*+-.^_`|~",
        ";0=0",
        ";a=\"=,()[]{}<>@:/?\"",
    ] {
        skips(format!("5{extensions}\r\nhello\r\n0{extensions}\r\n\r\n"));
    }
}

#[test]
fn rejects_invalid_chunk_extensions() {
    for extensions in [
        ";",
        "; ",
        ";a;",
        ";;a",
        ";=b",
        ";a=",
        ";a= ",
        ";a==b",
        ";a=b=c",
        ";a b",
        ";a=b c",
        ";a=\"b",
        ";a=\"b\"c",
        ";a=\"b\\\"",
        ";a=b\"c\"",
        " ",
        "\t",
        " a",
        "x",
        ",a",
        ";a,b",
        ";a=(b)",
        ";\"a\"",
        ";\"a\"=b",
        ";a=\"\x01\"",
        ";a=\"\\\x01\"",
        ";a=\"\x7f\"",
        ";a=\0",
        ";a ",
        ";a=b ",
        ";é",
        ";a=é",
        ";a:b",
        ";a\r",
        ";a=\"\r\"",
        "\r",
    ] {
        rejects_as_bad(chunked(format!("5{extensions}\r\nhello\r\n0\r\n\r\n")));
    }
}

#[test]
fn rejects_an_invalid_chunk_size() {
    for size in [
        "", "g", "x5", "0x5", "-5", "+5", " 5", "\t5", "5.", "5 5", "5h", "５", "\"5\"", "5_0", "5\0", "\u{0}5", ";a",
        "5\x0b", "5\x0c",
    ] {
        rejects_as_bad(chunked(format!("{size}\r\nhello\r\n0\r\n\r\n")));
    }
    for body in ["\r\n\r\n", ";a\r\n\r\n", "5\r\nhello\r\n\r\n\r\n", "5\r\nhello\r\n;a\r\n\r\n"] {
        rejects_as_bad(chunked(body)); // no size is not the size 0
    }
}

#[test]
fn a_chunk_size_beyond_every_integer_is_too_large() {
    for size in
        ["100001", "7fffffffffffffff", "ffffffffffffffff", "10000000000000000", "FFFFFFFFFFFFFFFFF0000000000000005"]
    {
        assert!(rejects(413, chunked(format!("{size}\r\nhello\r\n0\r\n\r\n"))).body.contains("1,048,576"), "{size}");
    }
    rejects(413, chunked("5\r\nhello\r\nffffffffffffffff\r\n"));
}

#[test]
fn rejects_chunk_lines_without_carriage_return() {
    for body in [
        "5\nhello\r\n0\r\n\r\n",
        "5\r\nhello\n0\r\n\r\n",
        "5\r\nhello\r\n0\n\r\n",
        "5\r\nhello\r\n0\r\n\n",
        "5;a\nhello\r\n0\r\n\r\n",
        "5;a=\"\n\"\r\nhello\r\n0\r\n\r\n",
        "5\r\nhello\r\n0\r\nX: y\n\r\n",
        "5\r\r\nhello\r\n0\r\n\r\n",
        "\n5\r\nhello\r\n0\r\n\r\n",
        "\r\n5\r\nhello\r\n0\r\n\r\n",
    ] {
        rejects_as_bad(chunked(body));
    }
}

#[test]
fn rejects_a_chunk_of_another_length_than_it_says() {
    for body in [
        "5\r\nhello!\r\n0\r\n\r\n",
        "5\r\nhell\r\n0\r\n\r\n",
        "5\r\nhello0\r\n\r\n",
        "5\r\nhello\r0\r\n\r\n",
        "5\r\nhello \r\n0\r\n\r\n",
        "5\r\nhello\r\n\r\n0\r\n\r\n",
    ] {
        rejects_as_bad(chunked(body));
    }
}

#[test]
fn accepts_trailers_and_throws_them_away() {
    for trailers in [
        "X: y\r\n",
        "X:\r\nY:\tz\t\r\n",
        "Content-Length: 1000\r\n",
        "Transfer-Encoding: chunked\r\n",
        "Host: other\r\n",
        "Connection: close\r\n",
        "X: é\r\n",
        "!#$%&'*+-.^_`|~: !#$%&'*+-.^_`|~:\"(),/;<=>?@[]{}\r\n",
    ] {
        skips(format!("5\r\nhello\r\n0\r\n{trailers}\r\n"));
    }
}

#[test]
fn rejects_invalid_trailers() {
    for trailer in [
        "X",
        "X y",
        ": y",
        "X : y",
        " X: y",
        "\tX: y",
        "X: a\r\n b",
        "X: \0",
        "X: \x01",
        "X: \x7f",
        "X: a\rb",
        "X\r: a",
        "é: a",
        "X: a\r",
        "GET / HTTP/1.1",
        " ",
        "(x): y",
    ] {
        rejects_as_bad(chunked(format!("5\r\nhello\r\n0\r\n{trailer}\r\n\r\n")));
    }
}

#[test]
fn extensions_and_trailers_together_are_bounded() {
    let extension = |length: usize| format!(";a={}", "x".repeat(length - 3));
    let trailer = |length: usize| format!("a:{}\r\n", "x".repeat(length - 2));
    let (all, half) = (http1::MAX_CHUNK_EXTRAS, http1::MAX_CHUNK_EXTRAS / 2);
    skips(format!("0000000000000005{}\r\nhello\r\n0\r\n\r\n", extension(all)));
    rejects(431, chunked(format!("0000000000000005{}\r\nhello\r\n0\r\n\r\n", extension(all + 1))));
    skips(format!("0\r\n{}\r\n", trailer(all)));
    rejects(431, chunked(format!("0\r\n{}\r\n", trailer(all + 1))));
    skips(format!("0\r\n{}{}\r\n", trailer(half), trailer(half)));
    rejects(431, chunked(format!("0\r\n{}{}\r\n", trailer(half), trailer(half + 1))));
    rejects(431, chunked(format!("0000000000000001{}\r\nx\r\n0\r\n{}\r\n", extension(half), trailer(half + 1))));
    rejects(431, chunked(format!("1;{}", "x".repeat(10_000)))); // a line that never ends
    rejects(431, chunked(format!("0\r\n{}", "a:\r\n".repeat(10_000)))); // trailers that never end
}
