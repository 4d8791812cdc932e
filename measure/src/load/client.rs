//! The client's side of HTTP, as far as a load needs it: fixed requests, and answers that are recognised cheaply but surely.

use memchr::memmem;
use mio::event::Source;
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Registry, Token};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use std::io::{self, Error, ErrorKind, Read, Write};
use std::net::{self, SocketAddr};
use std::ops::Range;
use std::time::{Duration, Instant};

/// The request of every scenario whose connections stay open.
pub const GET: &[u8] = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
/// The request of a connection that ends with the answer.
pub const GET_AND_CLOSE: &[u8] = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

/// How many connections to open before the server is asked whether it has taken them.
const GROUP: usize = 64;
/// How long to wait for an answer that a healthy server gives at once.
pub const PATIENCE: Duration = Duration::from_secs(5);

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
    /// Opens connections, each of which makes one request, so that the server has surely taken it.
    ///
    /// They come in small groups: a backlog that overflows would cost a second.
    pub fn connect(address: SocketAddr, connections: usize) -> io::Result<Self> {
        let (poll, events) = (Poll::new()?, Events::with_capacity(1024));
        let mut pool = Self { poll, events, clients: Vec::with_capacity(connections), reader: Reader::new() };
        while pool.clients.len() < connections {
            let opened = pool.clients.len();
            for index in opened..connections.min(opened + GROUP) {
                let named = |error: Error| Error::new(error.kind(), format!("connection {}: {error}", index + 1));
                let mut client = Client::connect(address).map_err(named)?;
                client.watch(pool.poll.registry(), Token(index), Interest::READABLE)?;
                pool.clients.push(client);
            }
            pool.ask(opened..pool.clients.len(), GET, PATIENCE, |_| ())?;
        }
        Ok(pool)
    }

    /// Makes one request on each of these connections, and calls `answered` whenever an answer is complete.
    ///
    /// Gives up when nothing happens for as long as `patience`.
    pub fn ask(
        &mut self,
        indices: Range<usize>,
        request: &[u8],
        patience: Duration,
        mut answered: impl FnMut(usize),
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
                    answered(index);
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
    fn connect(address: SocketAddr) -> io::Result<Self> {
        let stream = net::TcpStream::connect_timeout(&address, PATIENCE)?;
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

    /// Sends requests. They are short, so a healthy connection takes them whole.
    pub fn send(&mut self, requests: &[u8]) -> io::Result<()> {
        match self.stream.write(requests)? {
            sent if sent == requests.len() => Ok(()),
            _ => Err(Error::new(ErrorKind::WriteZero, "the server does not take requests any more")),
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
        if self.incomplete.is_empty() {
            let (answers, rest) = reader.shape.count(&reader.buffer[..received])?;
            self.incomplete.extend_from_slice(rest);
            return Ok(answers);
        }
        self.incomplete.extend_from_slice(&reader.buffer[..received]);
        let (answers, rest) = reader.shape.count(&self.incomplete)?;
        let done = self.incomplete.len() - rest.len();
        self.incomplete.drain(..done);
        Ok(answers)
    }
}

/// What the connections of one thread share.
pub struct Reader {
    buffer: Vec<u8>,
    shape: Shape,
}

impl Reader {
    /// A buffer that takes any answer here in one read.
    pub fn new() -> Self {
        Self { buffer: vec![0; 64 * 1024], shape: Shape::default() }
    }
}

/// What the last parsed answer looked like. The next one mostly looks the same, which costs less to check than to parse.
#[derive(Default)]
struct Shape {
    /// The length of the head, its blank line included.
    head: usize,
    /// The length of head and body.
    whole: usize,
    /// Where the `Content-Length` field stands, and what it says.
    content_length: (usize, Vec<u8>),
}

impl Shape {
    /// Counts the complete answers, and returns what follows them.
    fn count<'bytes>(&mut self, mut bytes: &'bytes [u8]) -> io::Result<(usize, &'bytes [u8])> {
        let mut answers = 0;
        while !bytes.is_empty() {
            if !self.fits(bytes) && !self.learn(bytes)? {
                break;
            }
            let Some(rest) = bytes.get(self.whole..) else { break };
            bytes = rest;
            answers += 1;
        }
        Ok((answers, bytes))
    }

    fn fits(&self, bytes: &[u8]) -> bool {
        let (start, field) = &self.content_length;
        self.whole > 0
            && bytes.starts_with(b"HTTP/1.1 200 ")
            && bytes.get(..self.head).is_some_and(|head| head.ends_with(b"\r\n\r\n"))
            && bytes[*start..].starts_with(field)
    }

    /// Parses a head; `false` when it is incomplete.
    fn learn(&mut self, bytes: &[u8]) -> io::Result<bool> {
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut response = httparse::Response::new(&mut headers);
        let head = match response.parse(bytes).map_err(|error| invalid(format!("not HTTP: {error}")))? {
            httparse::Status::Complete(head) => head,
            httparse::Status::Partial => return Ok(false),
        };
        if response.code != Some(200) {
            return Err(invalid(format!("status {} instead of 200", response.code.unwrap_or_default())));
        }
        let field = response.headers.iter().find(|header| header.name.eq_ignore_ascii_case("content-length"));
        let field = field.ok_or_else(|| invalid("an answer without Content-Length".to_owned()))?;
        let length = str::from_utf8(field.value).ok().and_then(|value| value.trim().parse::<usize>().ok());
        let length = length.ok_or_else(|| invalid("a Content-Length that is no number".to_owned()))?;
        let line = [b"\r\n", field.name.as_bytes(), b": ", field.value, b"\r\n"].concat();
        // A field written in another way is parsed anew each time, which is correct, only slower.
        let start = memmem::find(&bytes[..head], &line);
        *self = Self { head, whole: head + length, content_length: (start.unwrap_or(head), line) };
        Ok(true)
    }
}

fn invalid(what: String) -> Error {
    Error::new(ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi";

    #[test]
    fn answers_are_counted_wherever_they_are_cut() {
        let bytes = ANSWER.repeat(3);
        for cut in 0..bytes.len() {
            let mut shape = Shape::default();
            let (first, rest) = shape.count(&bytes[..cut]).unwrap();
            let joined = [rest, &bytes[cut..]].concat();
            let (second, rest) = shape.count(&joined).unwrap();
            assert_eq!((first + second, rest), (3, &b""[..]), "cut at {cut}");
        }
    }

    #[test]
    fn an_answer_of_another_length_is_not_taken_for_the_last_one() {
        let other = b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nlong";
        let (answers, rest) =
            Shape::default().count(&[ANSWER, other, ANSWER].concat()).map(|(n, r)| (n, r.len())).unwrap();
        assert_eq!((answers, rest), (3, 0));
    }

    #[test]
    fn an_error_page_is_no_answer() {
        let error = Shape::default().count(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n").unwrap_err();
        assert_eq!(error.to_string(), "status 404 instead of 200");
    }
}
