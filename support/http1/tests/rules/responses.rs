//! The bytes of a response.

use crate::talk::{NOW, rejects, talk, with_fields};
use core::time::Duration;
use http1::{Connection, Response, Status};
use std::time::{SystemTime, UNIX_EPOCH};

/// The output for one request.
fn respond(request: &str, response: Response, now: Duration) -> String {
    let mut connection = Connection::new();
    connection.receive(request.as_bytes());
    assert!(connection.next_request().is_some());
    connection.respond(response);
    String::from_utf8(connection.output(now)).unwrap()
}

#[test]
fn a_page_comes_with_date_type_and_length() {
    assert_eq!(
        respond("GET / HTTP/1.1\r\nHost: a\r\n\r\n", Response::ok("<p>hé</p>"), NOW),
        "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Type: text/html; charset=utf-8\r\n\
         Content-Length: 10\r\n\r\n<p>hé</p>"
    );
    assert_eq!(
        respond("GET / HTTP/1.0\r\n\r\n", Response::not_found(""), NOW),
        "HTTP/1.1 404 Not Found\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Type: text/html; charset=utf-8\r\n\
         Content-Length: 0\r\nConnection: close\r\n\r\n"
    );
}

#[test]
fn a_head_request_gets_the_same_head_without_the_page() {
    let get = respond("GET / HTTP/1.1\r\nHost: a\r\n\r\n", Response::ok("<p>page</p>"), NOW);
    let head = respond("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", Response::ok("<p>page</p>"), NOW);
    assert_eq!(head, get.strip_suffix("<p>page</p>").unwrap());
}

#[test]
fn a_refused_head_request_gets_no_body_either() {
    for (status, request) in [
        (400, "HEAD / HTTP/1.1\r\n\r\n"),
        (400, "HEAD / HTTP/1.1\r\nHost: a\r\nbad field\r\n\r\n"),
        (400, "HEAD / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n"),
        (413, "HEAD / HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999\r\n\r\n"),
        (413, "HEAD / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n"),
        (421, "HEAD https://a/ HTTP/1.1\r\nHost: a\r\n\r\n"),
        (505, "HEAD / HTTP/2.0\r\n\r\n"),
    ] {
        assert_eq!(rejects(status, request).body, "");
    }
    let after_an_empty_line = talk("\r\nHEAD / HTTP/1.1\r\n\r\n").answers();
    assert_eq!((after_an_empty_line[0].status, &*after_an_empty_line[0].body), (400, ""));
}

#[test]
fn the_answers_to_head_and_get_can_be_told_apart_in_one_output() {
    let requests = ["HEAD", "GET", "HEAD", "GET"].map(|method| format!("{method} / HTTP/1.1\r\nHost: a\r\n\r\n"));
    let bodies: Vec<String> = talk(requests.concat()).answers().into_iter().map(|answer| answer.body).collect();
    assert_eq!(bodies, ["", "<p>page</p>", "", "<p>page</p>"]);
}

#[test]
fn only_a_method_not_allowed_lists_the_allowed_ones() {
    let not_allowed = talk("POST / HTTP/1.1\r\nHost: a\r\n\r\n").answers().remove(0);
    assert!(not_allowed.has_field("Allow: GET, HEAD"));
    assert!(!rejects(501, "BREW / HTTP/1.1\r\nHost: a\r\n\r\n").head.contains("Allow"));
    assert!(!talk(with_fields("")).answers()[0].head.contains("Allow"));
}

#[test]
fn a_date_beyond_the_format_is_1970() {
    for seconds in [253_402_300_800, u64::MAX] {
        let output = respond("GET / HTTP/1.1\r\nHost: a\r\n\r\n", Response::ok(""), Duration::from_secs(seconds));
        assert!(output.contains("Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n"), "{output}");
    }
}

#[test]
fn the_date_is_what_another_library_says() {
    let mut seconds = 0;
    while seconds < 253_402_300_800 {
        let output = respond("GET / HTTP/1.1\r\nHost: a\r\n\r\n", Response::ok(""), Duration::from_secs(seconds));
        let date: SystemTime = UNIX_EPOCH + Duration::from_secs(seconds);
        assert!(output.contains(&format!("\r\nDate: {}\r\n", httpdate::fmt_http_date(date))), "{output}");
        seconds += 86_400 * 97 + 3_661; // a step that meets every weekday, month, hour and minute
    }
}

#[test]
fn a_status_line_has_its_own_code() {
    for status in [
        Status::Ok,
        Status::BadRequest,
        Status::NotFound,
        Status::MethodNotAllowed,
        Status::RequestTimeout,
        Status::ContentTooLarge,
        Status::UriTooLong,
        Status::ExpectationFailed,
        Status::MisdirectedRequest,
        Status::HeaderFieldsTooLarge,
        Status::NotImplemented,
        Status::VersionNotSupported,
    ] {
        let (code, reason) = status.line().split_once(' ').unwrap();
        assert_eq!(code.parse(), Ok(status as u16));
        assert!(!reason.is_empty());
    }
    assert_eq!(Response::ok("").status(), Status::Ok);
    assert_eq!(Response::not_found("").status(), Status::NotFound);
}
