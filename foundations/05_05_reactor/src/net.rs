//! Sockets on which a task can wait.

use crate::reactor::{Reactor, Registration};
use mio::event::Source;
use mio::net::{TcpListener, TcpStream};
use mio::{Interest, Token};
use std::future::poll_fn;
use std::io::{self, Read, Write};
use std::sync::Arc;
use wakers::lock;

// ANCHOR: registered
/// A socket that is registered with a reactor.
pub struct Registered<S> {
    socket: S,
    number: usize,
    registration: Arc<Registration>,
    reactor: Arc<Reactor>,
}

impl<S: Source> Registered<S> {
    /// Lets the system report on this socket until it is closed.
    pub fn new(reactor: &Arc<Reactor>, socket: S) -> io::Result<Self> {
        let number = reactor.new_number();
        let mut new = Self { socket, number, registration: Arc::default(), reactor: Arc::clone(reactor) };
        lock(&reactor.sockets).insert(number, Arc::clone(&new.registration)); // before the first report
        reactor.registry.register(&mut new.socket, Token(number), Interest::READABLE | Interest::WRITABLE)?;
        Ok(new)
    }

    /// The socket itself.
    pub fn get(&self) -> &S {
        &self.socket
    }
}

impl<S> Drop for Registered<S> {
    fn drop(&mut self) {
        let _registration = lock(&self.reactor.sockets).remove(&self.number);
    }
}
// ANCHOR_END: registered

// ANCHOR: stream
/// One task at a time may wait, because the reactor keeps one waker: so all this takes `&mut self`.
impl Registered<TcpListener> {
    /// The next connection.
    pub async fn accept(&mut self) -> io::Result<Registered<TcpStream>> {
        let accept = || self.socket.accept();
        let (stream, _) = poll_fn(|context| self.registration.read.poll(context, accept)).await?;
        Registered::new(&self.reactor, stream)
    }
}

impl Registered<TcpStream> {
    /// Reads what has arrived, at least a byte; none at the end.
    pub async fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        poll_fn(|context| self.registration.read.poll(context, || (&self.socket).read(buffer))).await
    }

    /// Writes all of this.
    pub async fn write_all(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let write = || (&self.socket).write(bytes);
            let sent = poll_fn(|context| self.registration.write.poll(context, write)).await?;
            bytes = &bytes[sent..];
        }
        Ok(())
    }
}
// ANCHOR_END: stream
