//! The mock stream keeps to its script, and to what a real stream promises.

use futures::io::{AsyncReadExt, AsyncWriteExt};
use futures::join;
use harness::SAFETY;
use harness::mock::{Meeting, Stream};
use std::io::{self, ErrorKind};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

/// The smallest executor: it rests until it is woken, so that a wake-up that is forgotten shows.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return value;
        }
        let parked = Instant::now();
        thread::park_timeout(SAFETY);
        assert!(parked.elapsed() < SAFETY, "nothing woke the task");
    }
}

async fn read(stream: &mut Stream) -> io::Result<Vec<u8>> {
    let mut buffer = [0; 100];
    let length = stream.read(&mut buffer).await?;
    Ok(buffer[..length].to_vec())
}

#[test]
fn each_packet_is_a_read_of_its_own_and_then_the_client_has_finished() {
    let mut stream = Stream::new().sends("ab").is_not_ready().sends("c").sends_byte_by_byte("de");
    block_on(async {
        for packet in [b"ab".as_slice(), b"c", b"d", b"e", b"", b""] {
            assert_eq!(read(&mut stream).await.unwrap(), packet);
        }
    });
}

#[test]
fn a_packet_larger_than_the_buffer_is_read_in_parts() {
    let mut stream = Stream::new().sends("abc");
    let mut buffer = [0; 2];
    block_on(async {
        assert_eq!(stream.read(&mut buffer).await.unwrap(), 2);
        assert_eq!(stream.read(&mut buffer).await.unwrap(), 1);
    });
}

#[test]
fn what_is_written_in_small_bites_arrives_whole() {
    let mut stream = Stream::new().takes_at_most(3).hesitates_before_it_takes();
    let client = stream.clone();
    block_on(async {
        assert_eq!(stream.write(b"hello").await.unwrap(), 3);
        stream.write_all(b"lo, world").await.unwrap();
        stream.close().await.unwrap();
        assert_eq!(stream.write(b"!").await.unwrap_err().kind(), ErrorKind::BrokenPipe);
    });
    assert_eq!(client.received(), b"hello, world");
    assert!(client.is_closed());
}

#[test]
fn a_silent_client_neither_sends_nor_ends() {
    let mut stream = Stream::new().stays_silent();
    let mut silence = pin!(read(&mut stream));
    let mut context = Context::from_waker(Waker::noop());
    assert!(silence.as_mut().poll(&mut context).is_pending());
    assert!(silence.as_mut().poll(&mut context).is_pending());
}

#[test]
fn a_broken_client_fails_and_a_broken_handler_panics() {
    let mut broken = Stream::new().fails(ErrorKind::ConnectionReset);
    assert_eq!(block_on(read(&mut broken)).unwrap_err().kind(), ErrorKind::ConnectionReset);

    let handler = thread::spawn(|| block_on(read(&mut Stream::new().panics())));
    assert!(handler.join().is_err());
}

#[test]
fn two_threads_can_meet() {
    let meeting = Meeting::of(2);
    let mut streams = [(); 2].map(|()| Stream::new().meets(&meeting).sends("hello"));
    thread::scope(|scope| {
        let readers = streams.each_mut().map(|stream| scope.spawn(|| block_on(read(stream))));
        for reader in readers {
            assert_eq!(reader.join().unwrap().unwrap(), b"hello");
        }
    });
}

#[test]
fn two_tasks_on_one_thread_cannot_meet() {
    let meeting = Meeting::of(2).patience(Duration::from_millis(50));
    let [mut first, mut second] = [(); 2].map(|()| Stream::new().meets(&meeting));
    let (first, _) = block_on(async { join!(read(&mut first), read(&mut second)) });
    assert_eq!(first.unwrap_err().kind(), ErrorKind::TimedOut);
}
