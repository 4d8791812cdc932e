//! The connections of a load.

use crate::protocol::Protocol;
use mio::event::Source;
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Registry, Token};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use std::io::{self, Error, ErrorKind, Read, Write};
use std::net::{self, Shutdown, SocketAddr};
use std::ops::Range;
use std::thread;
use std::time::{Duration, Instant};

/// How many connections to open before the server is asked whether it has taken them.
const GROUP: usize = 64;
/// How long a server has to take a group if it cannot be asked: time to start a thread for each of them, generously.
const TIME_FOR_A_GROUP: Duration = Duration::from_millis(10);
/// What it takes to sleep and to wake up, generously.
const MOMENT: Duration = Duration::from_micros(50);

/// Connections, and which of them have something to read.
pub struct Pool {
    poll: Poll,
    events: Events,
    clients: Vec<Client>,
    reader: Reader,
}

impl Pool {
    /// Opens connections, each of which makes one request, if there is a suitable one, so that the server has surely taken it.
    ///
    /// They come in small groups: a backlog that overflows would cost a second.
    pub fn connect(
        address: SocketAddr,
        connections: usize,
        protocol: Box<dyn Protocol>,
        patience: Duration,
    ) -> io::Result<Self> {
        let (poll, events) = (Poll::new()?, Events::with_capacity(1024));
        let greeting = protocol.greeting();
        let mut pool = Self { poll, events, clients: Vec::with_capacity(connections), reader: Reader::new(protocol) };
        while pool.clients.len() < connections {
            let opened = pool.clients.len();
            for index in opened..connections.min(opened + GROUP) {
                let named = |error: Error| Error::new(error.kind(), format!("connection {}: {error}", index + 1));
                let mut client = Client::connect(address, patience).map_err(named)?;
                client.watch(pool.poll.registry(), Token(index), Interest::READABLE)?;
                pool.clients.push(client);
            }
            match &greeting {
                Some(greeting) => pool.ask(opened..pool.clients.len(), greeting, patience, |_, _| Ok(()))?,
                None => thread::sleep(TIME_FOR_A_GROUP),
            }
        }
        Ok(pool)
    }

    /// What a request looks like.
    pub fn request(&self) -> Vec<u8> {
        self.reader.protocol.request()
    }

    /// Makes one request on each of these connections, and calls `answered` whenever an answer is complete.
    ///
    /// Gives up when nothing happens for as long as `patience`.
    pub fn ask(
        &mut self,
        indices: Range<usize>,
        request: &[u8],
        patience: Duration,
        mut answered: impl FnMut(&mut Self, usize) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut missing = indices.len();
        for index in indices {
            self.send(index, request)?;
        }
        let mut ready = Vec::new();
        while missing > 0 {
            self.wait(Some(patience), &mut ready)?;
            if ready.is_empty() {
                return Err(Error::other(format!("{missing} requests were not answered")));
            }
            for &index in &ready {
                if self.receive(index)? > 0 {
                    answered(self, index)?;
                    missing -= 1;
                }
            }
        }
        Ok(())
    }

    /// Sends on one connection.
    pub fn send(&mut self, index: usize, requests: &[u8]) -> io::Result<()> {
        self.clients[index].send(requests)
    }

    /// Closes one connection.
    pub fn leave(&mut self, index: usize) -> io::Result<()> {
        self.clients[index].leave(self.poll.registry())
    }

    /// Takes what a connection has received, and tells how many answers that completes.
    pub fn receive(&mut self, index: usize) -> io::Result<usize> {
        self.clients[index].receive(&mut self.reader)
    }

    /// Waits until a connection has something to read, and puts those that have into `ready`.
    pub fn wait(&mut self, timeout: Option<Duration>, ready: &mut Vec<usize>) -> io::Result<()> {
        ready.clear();
        wait(&mut self.poll, &mut self.events, timeout)?;
        ready.extend(self.events.iter().map(|event| event.token().0));
        Ok(())
    }

    /// The same with a limit in nanoseconds instead of milliseconds, by waiting for the readiness of the queue itself.
    ///
    /// For the last moment before the deadline it only looks: to sleep and wake up would take longer.
    pub fn wait_until(&mut self, deadline: Instant, ready: &mut Vec<usize>) -> io::Result<()> {
        let left = deadline.saturating_duration_since(Instant::now());
        if left < MOMENT {
            return self.wait(Some(Duration::ZERO), ready);
        }
        let left = Timespec::try_from(left).map_err(Error::other)?;
        let mut queue = [PollFd::new(self.poll.registry(), PollFlags::IN)];
        match poll(&mut queue, Some(&left)) {
            Ok(_) | Err(Errno::INTR) => self.wait(Some(Duration::ZERO), ready),
            Err(error) => Err(error.into()),
        }
    }
}

/// Waits for events; a signal is no reason to stop.
pub fn wait(poll: &mut Poll, events: &mut Events, timeout: Option<Duration>) -> io::Result<()> {
    match poll.poll(events, timeout) {
        Err(error) if error.kind() == ErrorKind::Interrupted => {
            events.clear();
            Ok(())
        }
        result => result,
    }
}

/// One connection.
pub struct Client {
    stream: TcpStream,
    /// The beginning of an answer whose end has not arrived.
    incomplete: Vec<u8>,
}

impl Client {
    /// Opens a connection, and waits until it is open.
    fn connect(address: SocketAddr, patience: Duration) -> io::Result<Self> {
        let stream = net::TcpStream::connect_timeout(&address, patience)?;
        stream.set_nonblocking(true)?;
        stream.set_nodelay(true)?;
        Ok(Self { stream: TcpStream::from_std(stream), incomplete: Vec::new() })
    }

    /// Begins to open a connection.
    pub fn start_connecting(address: SocketAddr) -> io::Result<Self> {
        Ok(Self { stream: TcpStream::connect(address)?, incomplete: Vec::new() })
    }

    /// Has the connection watched.
    pub fn watch(&mut self, registry: &Registry, token: Token, interest: Interest) -> io::Result<()> {
        self.stream.register(registry, token, interest)
    }

    fn leave(&mut self, registry: &Registry) -> io::Result<()> {
        self.stream.deregister(registry)?;
        self.stream.shutdown(Shutdown::Both)
    }

    /// Sends requests. They are short, so a healthy connection takes them whole.
    pub fn send(&mut self, requests: &[u8]) -> io::Result<()> {
        match self.stream.write(requests)? {
            sent if sent == requests.len() => Ok(()),
            _ => Err(Error::new(ErrorKind::WriteZero, "the server no longer takes requests")),
        }
    }

    /// Takes what has been received, and tells how many answers that completes. Nothing to read is no error; the end is.
    pub fn receive(&mut self, reader: &mut Reader) -> io::Result<usize> {
        let mut answers = 0;
        loop {
            let received = match self.stream.read(&mut reader.buffer) {
                Ok(0) => return Err(Error::new(ErrorKind::UnexpectedEof, "the server closed the connection")),
                Ok(received) => received,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(answers),
                Err(error) => return Err(error),
            };
            answers += self.take(received, reader)?;
            if received < reader.buffer.len() {
                return Ok(answers); // there was no more: the next event tells when there is
            }
        }
    }

    fn take(&mut self, received: usize, reader: &mut Reader) -> io::Result<usize> {
        let Reader { buffer, protocol } = reader;
        if self.incomplete.is_empty() {
            let (answers, rest) = count(protocol.as_mut(), &buffer[..received])?;
            self.incomplete.extend_from_slice(rest);
            return Ok(answers);
        }
        self.incomplete.extend_from_slice(&buffer[..received]);
        let (answers, rest) = count(protocol.as_mut(), &self.incomplete)?;
        let done = self.incomplete.len() - rest.len();
        self.incomplete.drain(..done);
        Ok(answers)
    }
}

/// Counts the complete answers, and returns what follows them.
fn count<'bytes>(protocol: &mut dyn Protocol, mut bytes: &'bytes [u8]) -> io::Result<(usize, &'bytes [u8])> {
    let mut answers = 0;
    while !bytes.is_empty()
        && let Some(length) = protocol.answer(bytes)?
    {
        bytes = &bytes[length..];
        answers += 1;
    }
    Ok((answers, bytes))
}

/// What the connections of one thread share.
pub struct Reader {
    buffer: Vec<u8>,
    protocol: Box<dyn Protocol>,
}

impl Reader {
    /// A buffer that takes any answer here in one read.
    pub fn new(protocol: Box<dyn Protocol>) -> Self {
        Self { buffer: vec![0; 64 * 1024], protocol }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Echo, Http};

    fn is_counted_wherever_it_is_cut(protocol: fn() -> Box<dyn Protocol>, answer: &[u8]) {
        let bytes = answer.repeat(3);
        for cut in 0..bytes.len() {
            let mut protocol = protocol();
            let (first, rest) = count(protocol.as_mut(), &bytes[..cut]).unwrap();
            let joined = [rest, &bytes[cut..]].concat();
            let (second, rest) = count(protocol.as_mut(), &joined).unwrap();
            assert_eq!((first + second, rest), (3, &b""[..]), "cut at {cut}");
        }
    }

    #[test]
    fn answers_are_counted_wherever_they_are_cut() {
        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi";
        is_counted_wherever_it_is_cut(|| Box::new(Http::get("/")), answer);
        is_counted_wherever_it_is_cut(|| Box::new(Echo::greeted()), &Echo::greeted().request());
    }
}
