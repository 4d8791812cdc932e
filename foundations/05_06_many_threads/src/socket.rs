//! Sockets on which a task can wait.

use crate::reactor::Reactor;
use crate::readiness::Readiness;
use mio::event::Source;
use mio::net::{TcpListener, TcpStream};
use std::io::{self, ErrorKind, Read, Write};
use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;

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

impl Watched<TcpStream> {
    /// Reads what has arrived, at least a byte; none at the end.
    pub async fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            self.readiness.reading.ready().await;
            match (&self.socket).read(buffer) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Ok(received) if received < buffer.len() && self.will_tell() => return Ok(received),
                result => {
                    self.readiness.reading.set(); // there may be more
                    return result;
                }
            }
        }
    }

    /// Whether the system will tell when there is something to read again, after a read that
    /// has brought less than there was room for. It tells of the end only once, and Windows
    /// wants to be asked first.
    fn will_tell(&self) -> bool {
        !self.readiness.has_finished.load(SeqCst) && !cfg!(windows)
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
