//! The handler without a network: on a stream that does on command what a socket does when it pleases.

use super::*;
use harness::mock::{Meeting, Stream};
use std::thread;

const HELLO_REQUEST: &str = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

async fn is_handled(stream: &mut Stream) -> bool {
    handle_connection(stream, &mut Connection::new()).await.is_ok()
}

// ANCHOR: mock_stream
/// Runs the handler until it is done, and returns what it sent.
fn answers(stream: &Stream) -> String {
    assert!(task::block_on(is_handled(&mut stream.clone())));
    String::from_utf8_lossy(&stream.received()).into_owned()
}

#[test]
fn a_request_in_two_packets_is_answered_like_one_in_one() {
    let (half, other_half) = HELLO_REQUEST.split_at(20);
    assert!(answers(&Stream::new().sends(half).is_not_ready().sends(other_half)).ends_with(HELLO));
}
// ANCHOR_END: mock_stream

#[test]
fn a_request_that_comes_byte_by_byte_is_answered() {
    assert!(answers(&Stream::new().sends_byte_by_byte(HELLO_REQUEST)).ends_with(HELLO));
}

#[test]
fn an_answer_that_is_taken_in_small_pieces_is_sent_whole() {
    let stream = Stream::new().sends(HELLO_REQUEST).takes_at_most(7).hesitates_before_it_takes();
    assert!(answers(&stream).ends_with(HELLO));
}

#[test]
fn every_request_of_a_connection_is_answered_in_order() {
    let answers = answers(&Stream::new().sends([HELLO_REQUEST, "GET /nope HTTP/1.1\r\nHost: a\r\n\r\n"].concat()));
    let (first, second) = answers.split_once(HELLO).expect("the first answer is the hello page");
    assert!(first.starts_with("HTTP/1.1 200 OK\r\n"));
    assert!(second.starts_with("HTTP/1.1 404 Not Found\r\n") && second.ends_with(NOT_FOUND));
}

#[test]
fn a_client_that_leaves_without_a_word_gets_none() {
    assert_eq!(answers(&Stream::new()), "");
}

/// Whether the patience begins anew after this, of which the rest does not arrive.
fn is_progress(beginning: &str) -> bool {
    let stream = &mut Stream::new().sends(beginning).stays_silent();
    receive(stream, &mut Connection::new()).now_or_never().is_some()
}

#[test]
fn a_request_is_progress_and_so_are_5000_bytes_of_a_body_and_half_a_head_is_none() {
    assert!(is_progress(HELLO_REQUEST));
    assert!(!is_progress(&HELLO_REQUEST[..20]));
    let head = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900000\r\n\r\n";
    assert!(!is_progress(&[head, "a few bytes"].concat()));
    assert!(is_progress(&[head, &"a".repeat(http1::MILESTONE)].concat()));
}

// ANCHOR: cancel_safety
/// Waiting for the rest of a request may be cancelled at any time:
/// what has been received stays in the connection.
#[test]
fn to_drop_receive_loses_nothing() {
    let (half, other_half) = HELLO_REQUEST.split_at(20);
    let mut connection = Connection::new();
    let stream = &mut Stream::new().sends(half).is_not_ready().sends(other_half);
    assert!(receive(stream, &mut connection).now_or_never().is_none()); // polled once, and dropped
    assert!(task::block_on(receive(stream, &mut connection)).is_ok());
    assert!(connection.next_request().is_some());
}

/// Half of what it wanted had arrived. It is gone with the future.
#[test]
fn to_drop_read_exact_loses_what_it_has_read() {
    let mut buffer = [0; 4];
    let stream = &mut Stream::new().sends("ab").is_not_ready().sends("cdef");
    assert!(stream.read_exact(&mut buffer).now_or_never().is_none());
    assert!(task::block_on(stream.read_exact(&mut buffer)).is_ok());
    assert_eq!(&buffer, b"cdef");
}
// ANCHOR_END: cancel_safety

#[test]
fn two_handlers_run_at_the_same_instant() {
    if thread::available_parallelism().is_ok_and(|processors| processors.get() == 1) {
        return println!("skipped: this machine has one processor, so the runtime has one thread");
    }
    let meeting = Meeting::of(2);
    let handlers = [(); 2].map(|()| {
        let mut stream = Stream::new().meets(&meeting).sends(HELLO_REQUEST);
        task::spawn(async move { is_handled(&mut stream).await })
    });
    assert_eq!(task::block_on(future::join_all(handlers)), [true, true]);
}

#[test]
fn a_handler_that_panics_ends_its_own_task_only() {
    let mut stream = Stream::new().panics();
    let broken = task::spawn(async move { is_handled(&mut stream).await });
    assert!(task::block_on(broken.catch_unwind()).is_err());

    let mut stream = Stream::new().sends(HELLO_REQUEST);
    let healthy = task::spawn(async move { is_handled(&mut stream).await });
    assert!(task::block_on(healthy));
}
