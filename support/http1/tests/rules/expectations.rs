//! `Expect: 100-continue`.

use crate::talk::{NOW, rejects, talk, with_fields};
use http1::{Connection, Response};

#[test]
fn accepts_the_expectation_and_says_continue_before_the_body() {
    let mut connection = Connection::new();
    connection.receive(&with_fields("Expect: 100-continue\r\nContent-Length: 5\r\n"));
    assert!(connection.next_request().is_none());
    assert_eq!(connection.output(NOW), b"HTTP/1.1 100 Continue\r\n\r\n");

    connection.receive(b"hello");
    assert!(connection.next_request().is_some());
    connection.respond(Response::ok("page"));
    assert!(connection.output(NOW).starts_with(b"HTTP/1.1 200 OK\r\n"));
    assert!(connection.is_open());
}

#[test]
fn says_continue_once_and_in_order() {
    let expecting = with_fields("Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n");
    let talk = talk([&with_fields("")[..], &expecting, b"5\r\nhello\r\n0\r\n\r\n", &with_fields("")].concat());
    assert_eq!(talk.statuses(), [200, 100, 200, 200]);
}

#[test]
fn accepts_the_expectation_in_any_case_and_as_a_list() {
    for value in ["100-continue", "100-Continue", "100-CONTINUE ", ", 100-continue", "100-continue,100-continue"] {
        let talk = talk([&with_fields(format!("Expect: {value}\r\nContent-Length: 1\r\n"))[..], b"x"].concat());
        assert_eq!(talk.statuses(), [100, 200], "{value}");
    }
}

#[test]
fn says_no_continue_without_a_body() {
    assert_eq!(talk(with_fields("Expect: 100-continue\r\n")).statuses(), [200]);
    assert_eq!(talk(with_fields("Expect: 100-continue\r\nContent-Length: 0\r\n")).statuses(), [200]);
}

#[test]
fn says_no_continue_to_http_1_0() {
    let request = "GET / HTTP/1.0\r\nExpect: 100-continue\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\nhello";
    assert_eq!(talk(request).statuses(), [200]);
}

#[test]
fn rejects_the_method_at_once_instead_of_saying_continue() {
    for method in ["POST", "PUT", "PATCH", "DELETE"] {
        let request = format!("{method} / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
        assert!(rejects(405, &request).has_field("Allow: GET, HEAD"));
        rejects(405, request + "helloGET / HTTP/1.1\r\nHost: a\r\n\r\n");
    }
}

#[test]
fn rejects_a_large_body_at_once_instead_of_saying_continue() {
    rejects(413, with_fields("Expect: 100-continue\r\nContent-Length: 1048577\r\n"));
}

#[test]
fn rejects_every_other_expectation() {
    for value in ["200-ok", "100-continue, more", "continue", "100-continue;q=1", "100-continue=1", "100", "a=\"b\""] {
        rejects(417, with_fields(format!("Expect: {value}\r\nContent-Length: 5\r\n")));
    }
}
