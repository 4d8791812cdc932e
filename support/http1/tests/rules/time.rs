//! A slow client: what counts as progress, and what it gets when there is none.

use crate::talk::{NOW, talk_on};
use http1::{Connection, MILESTONE, Response};

const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/// A connection after these pieces, with their answers sent.
fn after(pieces: &[&str]) -> Connection {
    let mut connection = Connection::new();
    talk_on(&mut connection, pieces.iter().map(|piece| piece.as_bytes()));
    connection
}

/// The answer to a client when the server has waited long enough after these pieces.
fn last_words(pieces: &[&str]) -> String {
    let mut connection = after(pieces);
    connection.time_out();
    assert!(!connection.is_open());
    String::from_utf8(connection.output(NOW)).unwrap()
}

#[test]
fn half_a_request_that_stalls_is_timed_out() {
    for pieces in [
        &["G"][..],
        &["GET / HTTP/1.1\r\nHost: a\r\n"],
        &["\r\n", "GET"],
        &[GET, "GET / HT"],
        &["GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HT"],
        &["POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n"],
        &["POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n", "hell"],
        &["POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", "5\r\nhello\r\n"],
        &["GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n"],
    ] {
        let answer = last_words(pieces);
        assert!(answer.starts_with("HTTP/1.1 408 Request Timeout\r\n"), "{pieces:?}: {answer}");
        assert!(answer.contains("\r\nConnection: close\r\n"), "{answer}");
        assert!(answer.ends_with(".\n"), "{answer}");
    }
    let to_head = last_words(&["HEAD / HTTP/1.1\r\nHo"]);
    assert!(to_head.starts_with("HTTP/1.1 408 ") && to_head.ends_with("\r\n\r\n"), "{to_head}");
}

#[test]
fn a_client_that_has_begun_no_request_gets_no_408() {
    for pieces in [&[][..], &[GET], &["\r\n"], &[GET, "\r\n"], &["nonsense\r\n"], &[""]] {
        assert_eq!(last_words(pieces), "", "{pieces:?}");
    }
}

#[test]
fn a_request_that_waits_for_its_response_is_not_timed_out() {
    let mut connection = Connection::new();
    connection.receive(GET.as_bytes());
    assert!(connection.next_request().is_some());
    connection.time_out();
    connection.respond(Response::ok("too late"));
    assert_eq!(connection.output(NOW), b"");
    assert!(!connection.is_open());
}

#[test]
fn a_client_that_is_timed_out_may_be_sending_unless_it_was_idle() {
    let mut half = after(&["GET / HTTP/1.1\r\nHo"]);
    half.time_out();
    assert!(half.must_linger());

    let mut idle = after(&[GET]);
    idle.time_out();
    assert!(!idle.must_linger());
}

#[test]
fn a_request_and_an_answer_are_progress_and_half_a_request_is_none() {
    let mut connection = Connection::new();
    let start = connection.progress();
    connection.receive(&GET.as_bytes()[..20]);
    assert!(connection.next_request().is_none());
    assert_eq!(connection.progress(), start);

    connection.receive(&GET.as_bytes()[20..]);
    assert!(connection.next_request().is_some());
    let asked = connection.progress();
    assert_ne!(asked, start);

    connection.respond(Response::ok("page"));
    assert_ne!(connection.progress(), asked);
}

#[test]
fn each_milestone_of_a_body_is_progress_however_the_body_comes() {
    let body = "x".repeat(10 * MILESTONE);
    let length = body.len();
    for head in [
        format!("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n", length + 1),
        format!("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n", length + 1),
    ] {
        for size in [1, 7, 1024, MILESTONE, length] {
            let mut connection = after(&[&head]);
            let start = connection.progress();
            let mut steps = Vec::new();
            for (number, piece) in body.as_bytes().chunks(size).enumerate() {
                talk_on(&mut connection, [piece].into_iter());
                steps.push((connection.progress() - start, (number + 1) * size));
            }
            assert_eq!(connection.progress() - start, 10, "in pieces of {size}");
            // The lines of chunks count, too.
            assert!(steps.iter().all(|&(step, sent)| step as usize * MILESTONE <= sent + 10), "in pieces of {size}");
        }
    }
}
