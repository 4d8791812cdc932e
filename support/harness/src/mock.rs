//! A stream without a socket, for unit tests of handlers that take any `AsyncRead + AsyncWrite`.
//!
//! It does on command what a socket does when it pleases: it cuts requests into pieces, takes answers in small bites,
//! is not ready, ends, fails. It can also hold a handler until another one has come to the same place: a
//! [`Meeting`], which handlers on one thread never bring about.
//!
//! ```
//! use harness::mock::Stream;
//!
//! let stream = Stream::new().sends("GET / HT").is_not_ready().sends("TP/1.1\r\nHost: a\r\n\r\n").takes_at_most(3);
//! // handle_connection(&mut stream.clone()).await …
//! assert_eq!(stream.received(), b"");
//! ```

use futures_io::{AsyncRead, AsyncWrite};
use std::collections::VecDeque;
use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

/// A stream that plays a script for its reader, and keeps what is written to it. When the script is over, the client
/// has closed its half. Clones share one script and one memory, as two handles to one connection do.
#[derive(Clone, Debug, Default)]
pub struct Stream(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    script: VecDeque<Event>,
    received: Vec<u8>,
    bite: Option<usize>,
    hesitates: bool,
    has_hesitated: bool,
    is_closed: bool,
}

#[derive(Debug)]
enum Event {
    Bytes(Vec<u8>),
    NotReady,
    Silence,
    Failure(ErrorKind),
    Panic,
    Meeting(Meeting),
}

impl Stream {
    /// A client that closes its half at once, unless more is said.
    pub fn new() -> Self {
        Self::default()
    }

    /// Then the client sends these bytes, in one packet.
    pub fn sends(self, bytes: impl AsRef<[u8]>) -> Self {
        self.then(Event::Bytes(bytes.as_ref().to_vec()))
    }

    /// Then the client sends these bytes one by one, each at a time when the reader already waits for it.
    pub fn sends_byte_by_byte(self, bytes: impl AsRef<[u8]>) -> Self {
        bytes.as_ref().iter().fold(self, |stream, byte| stream.is_not_ready().sends([*byte]))
    }

    /// Then nothing has arrived yet when the reader looks; it is woken, and looks again.
    pub fn is_not_ready(self) -> Self {
        self.then(Event::NotReady)
    }

    /// Then nothing ever arrives again, nor does the connection end.
    pub fn stays_silent(self) -> Self {
        self.then(Event::Silence)
    }

    /// Then reading fails like this.
    pub fn fails(self, error: ErrorKind) -> Self {
        self.then(Event::Failure(error))
    }

    /// Then the reader panics, as though the handler had a bug there.
    pub fn panics(self) -> Self {
        self.then(Event::Panic)
    }

    /// Then the reader blocks its thread until all others have come to the meeting.
    pub fn meets(self, meeting: &Meeting) -> Self {
        self.then(Event::Meeting(meeting.clone()))
    }

    /// The client takes no more than so many bytes in one write.
    pub fn takes_at_most(self, bytes: usize) -> Self {
        self.state().bite = Some(bytes);
        self
    }

    /// The client is not ready for a write when it is first tried; the writer is woken, and tries again.
    pub fn hesitates_before_it_takes(self) -> Self {
        self.state().hesitates = true;
        self
    }

    /// What has been written so far.
    pub fn received(&self) -> Vec<u8> {
        self.state().received.clone()
    }

    /// Whether the writer has closed its half.
    pub fn is_closed(&self) -> bool {
        self.state().is_closed
    }

    fn then(self, event: Event) -> Self {
        self.state().script.push_back(event);
        self
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        let next = self.state().script.pop_front(); // the lock is not held in a meeting, nor in a panic
        match next {
            None => Poll::Ready(Ok(0)),
            Some(Event::Bytes(mut bytes)) => {
                let length = bytes.len().min(buffer.len());
                buffer[..length].copy_from_slice(&bytes[..length]);
                if length < bytes.len() {
                    self.state().script.push_front(Event::Bytes(bytes.split_off(length)));
                }
                Poll::Ready(Ok(length))
            }
            Some(Event::NotReady) => {
                context.waker().wake_by_ref();
                Poll::Pending
            }
            Some(Event::Silence) => {
                self.state().script.push_front(Event::Silence);
                Poll::Pending
            }
            Some(Event::Failure(error)) => Poll::Ready(Err(error.into())),
            Some(Event::Panic) => panic!("this handler was told to panic"),
            Some(Event::Meeting(meeting)) => match meeting.attend() {
                Ok(()) => self.poll_read(context, buffer),
                Err(error) => Poll::Ready(Err(error)),
            },
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let mut state = self.state();
        if state.is_closed {
            return Poll::Ready(Err(ErrorKind::BrokenPipe.into()));
        }
        if state.hesitates && !state.has_hesitated {
            state.has_hesitated = true;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        state.has_hesitated = false;
        let length = bytes.len().min(state.bite.unwrap_or(usize::MAX));
        state.received.extend_from_slice(&bytes[..length]);
        Poll::Ready(Ok(length))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.state().is_closed = true;
        Poll::Ready(Ok(()))
    }
}

/// A place where several handlers must be at the same instant. Each brings its thread to a halt until the last one has
/// come, so one thread for all of them is not enough.
#[derive(Clone, Debug)]
pub struct Meeting {
    /// How many are still missing.
    missing: Arc<(Mutex<usize>, Condvar)>,
    patience: Duration,
}

impl Meeting {
    /// A meeting of so many.
    pub fn of(members: usize) -> Self {
        Self { missing: Arc::new((Mutex::new(members), Condvar::new())), patience: crate::SAFETY }
    }

    /// The same, with less patience than [`SAFETY`](crate::SAFETY) for readers that do not come.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Blocks this thread until all readers have come.
    ///
    /// # Errors
    ///
    /// Fails with [`ErrorKind::TimedOut`] if a reader does not come.
    pub fn attend(&self) -> io::Result<()> {
        let (missing, a_reader_came) = &*self.missing;
        let mut missing = missing.lock().unwrap_or_else(PoisonError::into_inner);
        *missing = missing.saturating_sub(1);
        a_reader_came.notify_all();
        let (_missing, waited) = a_reader_came
            .wait_timeout_while(missing, self.patience, |missing| *missing > 0)
            .unwrap_or_else(PoisonError::into_inner);
        if waited.timed_out() {
            return Err(io::Error::new(
                ErrorKind::TimedOut,
                "the others did not come: do all handlers share one thread?",
            ));
        }
        Ok(())
    }
}
