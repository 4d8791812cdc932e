//! Sockets on which a task can wait.

use crate::executor::lock;
use crate::reactor::Reactor;
use mio::event::{Event, Source};
use mio::net::{TcpListener, TcpStream};
use std::future::poll_fn;
use std::io::{self, ErrorKind, Read, Write};
use std::mem;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};

// ANCHOR: readiness
/// What the system has told of a socket, and who waits for it to tell more.
#[derive(Default)]
pub struct Readiness {
    reading: Direction,
    writing: Direction,
    /// Whether the peer has sent its last byte: then what is left to read includes the end.
    has_finished: AtomicBool,
}

/// The system tells of each change once. It is believed until an attempt shows that it is not so any more.
#[derive(Default)]
struct Direction {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    is_ready: bool,
    waiter: Option<Waker>,
}

impl Readiness {
    /// Takes note of what the system tells.
    pub fn note(&self, event: &Event) {
        if event.is_read_closed() {
            self.has_finished.store(true, SeqCst);
        }
        if event.is_readable() || event.is_read_closed() {
            self.reading.set();
        }
        if event.is_writable() || event.is_write_closed() {
            self.writing.set();
        }
    }
}

impl Direction {
    fn set(&self) {
        let mut state = lock(&self.state);
        state.is_ready = true;
        if let Some(waiter) = state.waiter.take() {
            waiter.wake();
        }
    }

    /// Waits until it is ready, and takes this back: whoever finds that it still is, says so.
    async fn ready(&self) {
        poll_fn(|context| {
            let mut state = lock(&self.state);
            if mem::take(&mut state.is_ready) {
                return Poll::Ready(());
            }
            state.waiter = Some(context.waker().clone());
            Poll::Pending
        })
        .await;
    }
}
// ANCHOR_END: readiness

/// A socket of which the system tells a reactor.
pub struct Watched<S> {
    socket: S,
    number: usize,
    readiness: Arc<Readiness>,
    reactor: Reactor,
}

impl<S: Source> Watched<S> {
    /// Lets the system tell this reactor of this socket.
    pub fn new(reactor: &Reactor, mut socket: S) -> io::Result<Self> {
        let (number, readiness) = reactor.add(&mut socket)?;
        Ok(Self { socket, number, readiness, reactor: reactor.clone() })
    }
}

impl<S> Watched<S> {
    /// The socket itself.
    pub fn get(&self) -> &S {
        &self.socket
    }
}

impl<S> Drop for Watched<S> {
    fn drop(&mut self) {
        self.reactor.remove(self.number);
    }
}

impl Watched<TcpListener> {
    /// The next connection.
    pub async fn accept(&self) -> io::Result<TcpStream> {
        loop {
            self.readiness.reading.ready().await;
            match self.socket.accept() {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                result => {
                    self.readiness.reading.set(); // there may be another one
                    return Ok(result?.0);
                }
            }
        }
    }
}

// ANCHOR: stream
impl Watched<TcpStream> {
    /// Reads what has arrived, at least a byte; none at the end.
    pub async fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            self.readiness.reading.ready().await;
            match (&self.socket).read(buffer) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Ok(received)
                    if received < buffer.len() && !self.readiness.has_finished.load(SeqCst) && !cfg!(windows) =>
                {
                    return Ok(received); // there is no more; only Windows wants to be asked once more
                }
                result => {
                    self.readiness.reading.set(); // there may be more
                    return result;
                }
            }
        }
    }

    /// Writes all of this.
    pub async fn write_all(&self, mut bytes: &[u8]) -> io::Result<()> {
        loop {
            self.readiness.writing.ready().await;
            match (&self.socket).write(bytes) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Ok(sent) if sent < bytes.len() => {
                    bytes = &bytes[sent..]; // there was no more room
                    if cfg!(windows) {
                        self.readiness.writing.set();
                    }
                }
                result => {
                    self.readiness.writing.set(); // there may be more room
                    return result.map(|_| ());
                }
            }
        }
    }
}
// ANCHOR_END: stream
