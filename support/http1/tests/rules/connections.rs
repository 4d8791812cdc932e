//! How long a connection lasts, and what is read of it.

use crate::talk::{NOW, Talk, talk, talk_and_end, talk_once, with_fields};
use http1::{Connection, Response};

/// What came of a request with these fields and a second one after it.
fn followed(version: &str, fields: &str) -> Talk {
    let request = format!("GET / {version}\r\nHost: a\r\n{fields}\r\n");
    talk(format!("{request}GET /next {version}\r\nHost: a\r\nConnection: keep-alive\r\n\r\n"))
}

fn is_kept(version: &str, fields: &str) -> bool {
    let talk = followed(version, fields);
    let first = talk.answers().remove(0);
    let is_kept = talk.paths == ["/", "/next"];
    assert_eq!(first.has_field("Connection: close"), !is_kept, "the answer says what happens");
    assert_eq!(
        first.has_field("Connection: keep-alive"),
        is_kept && version == "HTTP/1.0",
        "an old client must be told"
    );
    assert_eq!(talk.is_open, is_kept);
    is_kept
}

#[test]
fn keeps_a_1_1_connection_unless_asked_to_close() {
    for fields in [
        "",
        "Connection: keep-alive\r\n",
        "Connection:\r\n",
        "Connection: closed\r\n",
        "Connection: x-close, \"close\"\r\n",
    ] {
        assert!(is_kept("HTTP/1.1", fields), "{fields}");
    }
}

#[test]
fn closes_a_1_1_connection_when_asked() {
    for fields in [
        "Connection: close\r\n",
        "Connection: Close\r\n",
        "connection:CLOSE\r\n",
        "Connection: keep-alive, close\r\n",
        "Connection: close, keep-alive\r\n",
        "Connection: x,close ,y\r\n",
        "Connection: keep-alive\r\nConnection: close\r\n",
        "Connection: x\r\nConnection: close\r\nConnection: keep-alive\r\n",
        "Connection: ,,close,\r\n",
    ] {
        assert!(!is_kept("HTTP/1.1", fields), "{fields}");
    }
}

#[test]
fn closes_a_1_0_connection_unless_asked_to_keep_it() {
    for fields in [
        "",
        "Connection: close\r\n",
        "Connection: keep-alive, close\r\n",
        "Keep-Alive: timeout=5\r\n",
        "Proxy-Connection: keep-alive\r\n",
    ] {
        assert!(!is_kept("HTTP/1.0", fields), "{fields}");
    }
}

#[test]
fn keeps_a_1_0_connection_when_asked() {
    for fields in ["Connection: keep-alive\r\n", "Connection: Keep-Alive\r\n", "Connection: x, keep-alive\r\n"] {
        assert!(is_kept("HTTP/1.0", fields), "{fields}");
    }
}

#[test]
fn accepts_a_1_0_request_without_host() {
    assert_eq!(talk("GET /old HTTP/1.0\r\n\r\n").paths, ["/old"]);
}

#[test]
fn answers_pipelined_requests_in_order() {
    let input: String = (0..16).map(|number| format!("GET /{number} HTTP/1.1\r\nHost: a\r\n\r\n")).collect();
    let talk = talk(input);
    assert_eq!(talk.statuses(), [200; 16]);
    assert_eq!(talk.paths, (0..16).map(|number| format!("/{number}")).collect::<Vec<_>>());
}

#[test]
fn reads_nothing_after_a_request_that_asked_to_close() {
    let talk = followed("HTTP/1.1", "Connection: close\r\n");
    assert_eq!(talk.paths, ["/"]);
    assert_eq!(talk.statuses(), [200]);
}

#[test]
fn reads_nothing_after_a_refusal() {
    let talk = talk("GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_eq!(talk.statuses(), [400]);
    assert_eq!(talk.paths, [""; 0]);
}

#[test]
fn a_connection_for_one_request_answers_one_and_says_so() {
    for fields in ["", "Connection: keep-alive\r\n", "Connection: close\r\n"] {
        let talk = talk_once([with_fields(fields), with_fields(fields)].concat());
        assert_eq!(talk.statuses(), [200]);
        assert!(talk.answers()[0].has_field("Connection: close"));
        assert!(!talk.is_open);
    }
    assert_eq!(talk_once("POST / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n").statuses(), [405]);
}

#[test]
fn a_client_that_has_sent_everything_is_answered_and_disconnected() {
    let talk = talk_and_end([with_fields(""), with_fields("")].concat());
    assert_eq!(talk.statuses(), [200, 200]);
    assert!(!talk.is_open);
}

#[test]
fn the_next_request_waits_for_the_answer_to_the_last() {
    let mut connection = Connection::new();
    connection.receive(&[with_fields(""), with_fields("")].concat());
    assert!(connection.next_request().is_some());
    assert!(connection.next_request().is_none(), "the first one is not answered yet");
    assert_eq!(connection.output(NOW), b"");
    connection.respond(Response::ok("first"));
    connection.respond(Response::ok("to no request"));
    assert!(connection.next_request().is_some());
    connection.respond(Response::ok("second"));
    let output = String::from_utf8(connection.output(NOW)).unwrap();
    assert_eq!(output.matches("HTTP/1.1 200").count(), 2);
    assert_eq!(connection.output(NOW), b"", "what was sent is sent");
}

#[test]
fn a_refused_client_may_be_sending_until_its_input_ends() {
    let mut connection = Connection::new();
    connection.receive(b"nonsense\r\n");
    assert!(connection.next_request().is_none());
    assert!(connection.must_linger());
    connection.receive(b"more");
    assert!(connection.must_linger());
    connection.receive(b"");
    assert!(!connection.must_linger());
}

#[test]
fn a_client_that_asked_to_close_is_not_sending() {
    let mut connection = Connection::new();
    connection.receive(&with_fields("Connection: close\r\n"));
    assert!(connection.next_request().is_some());
    connection.respond(Response::ok("page"));
    assert!(!connection.is_open());
    assert!(!connection.must_linger());
}

#[test]
fn a_client_that_sends_on_after_it_asked_to_close_may_be_sending() {
    let mut connection = Connection::new();
    connection.receive(&[with_fields("Connection: close\r\n"), b"more".to_vec()].concat());
    assert!(connection.next_request().is_some());
    connection.respond(Response::ok("page"));
    assert!(!connection.is_open());
    assert!(connection.must_linger());
}

#[test]
fn a_connection_is_idle_between_requests_alone() {
    let mut connection = Connection::new();
    assert!(connection.is_idle());
    connection.receive(b"\r\n");
    assert!(connection.next_request().is_none() && connection.is_idle(), "an empty line is no request");
    connection.receive(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n");
    assert!(connection.next_request().is_none() && !connection.is_idle(), "a head has begun");
    connection.receive(b"\r\n");
    assert!(connection.next_request().is_none() && !connection.is_idle(), "a body is missing");
    connection.receive(b"hello");
    assert!(connection.next_request().is_none() && connection.is_idle(), "the answer waits to be sent, no more");
    connection.receive(&with_fields(""));
    assert!(connection.next_request().is_some());
    assert!(!connection.is_idle(), "a request waits for its answer");
    connection.respond(Response::ok("page"));
    assert!(connection.is_idle());
    connection.receive(&with_fields("Connection: close\r\n"));
    assert!(connection.next_request().is_some());
    connection.respond(Response::ok("page"));
    assert!(!connection.is_idle(), "what is closed is not idle");
}

// ANCHOR: four_calls
#[test]
fn a_conversation_takes_four_calls() {
    let mut connection = Connection::new();
    connection.receive(b"GET /hello HTTP/1.1\r\nHo"); // a packet may end anywhere
    assert!(connection.needs_input());
    connection.receive(b"st: example.org\r\n\r\n");

    let request = connection.next_request().expect("the request is complete now");
    assert_eq!(request.path(), "/hello");
    connection.respond(Response::ok("<h1>Hello!</h1>"));
    assert!(connection.output(NOW).starts_with(b"HTTP/1.1 200 OK\r\n"));
}
// ANCHOR_END: four_calls

#[test]
fn the_last_answer_says_so_unless_something_else_is_under_way() {
    let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    for (input, is_last) in [(get.to_owned(), true), (get.to_owned() + "GET /", false)] {
        let mut connection = Connection::new();
        connection.receive(input.as_bytes());
        while connection.next_request().is_some() {
            connection.respond(Response::ok("page"));
        }
        connection.finish();
        let output = String::from_utf8(connection.output(NOW)).unwrap();
        assert_eq!(output.contains("\r\nConnection: close\r\n"), is_last, "{output}");
        assert_eq!((connection.is_open(), connection.must_linger()), (!is_last, is_last));
    }
    let mut idle = Connection::new();
    idle.finish();
    assert_eq!((idle.is_open(), idle.must_linger(), idle.output(NOW)), (false, false, vec![]));
}

#[test]
fn a_refused_client_may_send_so_much_and_not_more() {
    let mut connection = Connection::new();
    connection.receive(b"nonsense\r\n\r\n");
    assert!(!connection.needs_input(), "there is an answer to send");
    connection.output(NOW);
    let piece = vec![b'x'; 1 << 20];
    for _ in 0..http1::MAX_THROWN_AWAY / piece.len() {
        assert!(connection.needs_input() && connection.must_linger());
        connection.receive(&piece);
    }
    assert!(!connection.needs_input() && !connection.must_linger());
}

#[test]
fn what_is_thrown_away_is_progress_in_milestones() {
    let mut connection = Connection::new();
    connection.receive(b"nonsense\r\n\r\n");
    connection.next_request();
    let before = connection.progress();
    connection.receive(&[b'x'; http1::MILESTONE - 1]);
    let less = connection.progress() - before;
    connection.receive(&[b'x'; http1::MILESTONE]);
    assert!(less <= 1 && (1..=2).contains(&(connection.progress() - before)));
}

#[test]
fn an_interim_answer_is_sent_before_the_body_is_waited_for() {
    let mut connection = Connection::new();
    connection.receive(b"GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n");
    assert!(!connection.needs_input());
    assert!(connection.output(NOW).starts_with(b"HTTP/1.1 100 Continue"));
    assert!(connection.needs_input());
}
