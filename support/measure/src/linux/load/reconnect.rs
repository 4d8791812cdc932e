//! Closed loop with a new connection for each request: connect, ask, read the answer and the end (if the server closes), connect again.

use super::client::{Client, Reader, wait};
use super::control::{Control, TICK, record};
use crate::protocol::Protocol;
use hdrhistogram::Histogram;
use mio::{Events, Interest, Poll, Token};
use std::io::{self, Error, ErrorKind};
use std::net::SocketAddr;
use std::time::Instant;

/// What is said on each connection.
struct Talk {
    request: Vec<u8>,
    /// Whether the server closes the connection after its answer; otherwise the client does.
    server_closes: bool,
}

impl Talk {
    fn new(protocol: &dyn Protocol) -> Self {
        let last = protocol.last_request();
        let server_closes = last.is_some();
        Self { request: last.unwrap_or_else(|| protocol.request()), server_closes }
    }
}

/// One connection after the other.
struct Caller {
    client: Client,
    started: Instant,
    is_sent: bool,
    is_answered: bool,
}

impl Caller {
    fn start(address: SocketAddr, talk: &Talk, poll: &Poll, token: Token) -> io::Result<Self> {
        let started = Instant::now();
        let client = Client::start_connecting(address)?;
        let mut caller = Self { client, started, is_sent: false, is_answered: false };
        caller.send(talk)?; // on this machine, a connection is mostly open at once
        let interest = if caller.is_sent { Interest::READABLE } else { Interest::READABLE | Interest::WRITABLE };
        caller.client.watch(poll.registry(), token, interest)?;
        Ok(caller)
    }

    /// Sends the request, if the connection is open by now.
    fn send(&mut self, talk: &Talk) -> io::Result<()> {
        match self.client.send(&talk.request) {
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::NotConnected) => Ok(()),
            result => {
                self.is_sent = true;
                result
            }
        }
    }

    /// Goes on as far as possible, and returns whether the server has answered and, if it is to do so, closed.
    fn proceed(&mut self, talk: &Talk, reader: &mut Reader) -> io::Result<bool> {
        if !self.is_sent {
            self.send(talk)?;
        }
        loop {
            match self.client.receive(reader) {
                Ok(0) => return Ok(false),
                Ok(1) if !self.is_answered && !talk.server_closes => return Ok(true),
                Ok(1) if !self.is_answered => self.is_answered = true, // the end may have come with it
                Ok(_) => return Err(Error::other("more answers than requests")),
                Err(error) if error.kind() == ErrorKind::NotConnected => return Ok(false),
                Err(error) if error.kind() == ErrorKind::UnexpectedEof && self.is_answered => return Ok(true),
                Err(error) => return Err(error),
            }
        }
    }
}

/// Keeps `connections` busy until told to stop.
pub fn run(
    address: SocketAddr,
    connections: usize,
    protocol: Box<dyn Protocol>,
    control: &Control,
    latencies: &mut Histogram<u64>,
) -> io::Result<()> {
    let mut poll = Poll::new()?;
    let mut events = Events::with_capacity(1024);
    let talk = &Talk::new(protocol.as_ref());
    let mut reader = Reader::new(protocol);
    let callers = (0..connections).map(|index| Caller::start(address, talk, &poll, Token(index)));
    let mut callers = callers.collect::<io::Result<Vec<_>>>()?;
    while !control.is_stopped() {
        wait(&mut poll, &mut events, Some(TICK))?;
        for event in &events {
            let caller = &mut callers[event.token().0];
            if caller.proceed(talk, &mut reader)? {
                control.count(1);
                if control.is_measuring() {
                    record(latencies, caller.started.elapsed());
                }
                *caller = Caller::start(address, talk, &poll, event.token())?;
            }
        }
    }
    Ok(())
}
