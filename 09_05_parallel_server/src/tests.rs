//! The handler without a network: on a stream that does on command what a socket does when it pleases.

use super::*;
use harness::SAFETY;
use harness::mock::{Meeting, Stream};
use std::io::Write;
use std::thread;

const HELLO_REQUEST: &str = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

// ANCHOR: mock_stream
/// Runs the handler until it is done, and returns what it sent.
fn answers(stream: &Stream) -> String {
    let connection = task::block_on(handle_connection(&mut stream.clone(), &AtomicU32::new(0)));
    assert!(connection.is_ok(), "{connection:?}");
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
fn an_answer_that_is_taken_in_small_bites_is_sent_whole() {
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
fn a_peer_that_leaves_without_a_word_gets_none() {
    assert_eq!(answers(&Stream::new()), "");
}

/// What the guard against silence is told when the handler has come to the end of what the peer sends.
fn done_after(stream: &Stream) -> u32 {
    let done = AtomicU32::new(0);
    let _ = task::block_on(handle_connection(&mut stream.clone(), &done));
    done.into_inner()
}

#[test]
fn progress_is_announced_to_the_guard_against_silence_and_half_a_request_is_none() {
    let reset = io::ErrorKind::ConnectionReset;
    assert_eq!(done_after(&Stream::new().sends(&HELLO_REQUEST[..20]).fails(reset)), 0);
    assert_ne!(done_after(&Stream::new().sends(HELLO_REQUEST).fails(reset)), 0);

    let head = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900000\r\n\r\n";
    assert_eq!(done_after(&Stream::new().sends(head).sends("a few bytes").fails(reset)), 0);
    assert_ne!(done_after(&Stream::new().sends(head).sends(vec![b'a'; http1::MILESTONE]).fails(reset)), 0);
}

#[test]
fn a_peer_that_stays_silent_is_let_go() {
    let done = AtomicU32::new(0);
    let stream = &mut Stream::new().sends(HELLO_REQUEST).stays_silent();
    let ended = task::block_on(async {
        let handled = handle_connection(stream, &done).map_ok(drop);
        select(pin!(handled), pin!(silence(&done, Duration::from_millis(1)))).await.factor_first().0
    });
    assert_eq!(ended.map_err(|error| error.kind()), Err(io::ErrorKind::TimedOut));
}

/// It asks and asks, until all the buffers on the way are full.
#[test]
fn a_peer_that_never_reads_is_let_go() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let address = listener.local_addr().expect("the listener has an address");
    let mut peer = std::net::TcpStream::connect(address).expect("the listener is there");
    let (stream, _) = listener.accept().expect("the peer has connected");
    let asking = thread::spawn(move || while peer.write_all(&HELLO_REQUEST.repeat(100).into_bytes()).is_ok() {});

    let served = serve(Ok(stream.into()), Duration::from_millis(200));
    assert!(task::block_on(async_std::future::timeout(SAFETY, served)).is_ok(), "it still waits for the peer to read");
    assert!(asking.join().is_ok());
}

#[test]
fn two_handlers_run_at_the_same_instant() {
    if thread::available_parallelism().is_ok_and(|processors| processors.get() == 1) {
        return println!("skipped: this machine has one processor, so the runtime has one thread");
    }
    let meeting = Meeting::of(2);
    let handlers = [(); 2].map(|()| {
        let mut stream = Stream::new().meets(&meeting).sends(HELLO_REQUEST);
        task::spawn(async move { handle_connection(&mut stream, &AtomicU32::new(0)).await.is_ok() })
    });
    assert_eq!(task::block_on(future::join_all(handlers)), [true, true]);
}

#[test]
fn a_handler_that_panics_ends_its_own_task_only() {
    let mut stream = Stream::new().panics();
    let broken = task::spawn(async move { handle_connection(&mut stream, &AtomicU32::new(0)).await.is_ok() });
    assert!(task::block_on(broken.catch_unwind()).is_err());

    let mut stream = Stream::new().sends(HELLO_REQUEST);
    let healthy = task::spawn(async move { handle_connection(&mut stream, &AtomicU32::new(0)).await.is_ok() });
    assert!(task::block_on(healthy));
}
