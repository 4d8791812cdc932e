//! A client with good manners and with bad ones.

use crate::failure::ensure;
use crate::protocol::{Protocol, request};
use crate::response::Response;
use crate::{Failure, Result, SAFETY, system};
use socket2::{Domain, SockRef, Socket, Type};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// A client: one TCP connection. Whatever it waits for, it gives up after [`SAFETY`], and says so.
#[derive(Debug)]
pub struct Client {
    stream: TcpStream,
    /// What has arrived and does not belong to a response that was handed out.
    received: Vec<u8>,
    patience: Duration,
    /// What the server speaks.
    pub(crate) protocol: Protocol,
    /// The process of the server, if it is known.
    pub(crate) server: Option<u32>,
}

impl Client {
    /// Connects, and waits until the server's system has accepted it (not necessarily the server itself).
    pub fn connect(address: SocketAddr) -> Result<Self> {
        Self::connect_with_patience(address, SAFETY)
    }

    pub(crate) fn connect_with_patience(address: SocketAddr, patience: Duration) -> Result<Self> {
        let stream = TcpStream::connect_timeout(&address, patience)
            .map_err(|error| Failure::from(error).context(format_args!("cannot connect to {address}")))?;
        Self::over(stream, patience)
    }

    /// Begins to connect, and does not wait: a server with a full backlog takes this client later, or never.
    pub fn knock(address: SocketAddr) -> Result<Self> {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
        socket.set_nonblocking(true)?;
        let _ = socket.connect(&address.into()); // "in progress" is an error here; a refusal shows later
        socket.set_nonblocking(false)?;
        Self::over(socket.into(), SAFETY)
    }

    fn over(stream: TcpStream, patience: Duration) -> Result<Self> {
        let _ = stream.set_nodelay(true); // a piece that is sent is a packet; a stream not yet connected may refuse
        stream.set_read_timeout(Some(patience))?;
        stream.set_write_timeout(Some(patience))?;
        Ok(Self { stream, received: Vec::new(), patience, protocol: Protocol::Http, server: None })
    }

    /// Sends these bytes.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) -> Result {
        self.stream.write_all(bytes.as_ref()).map_err(|error| Failure::from(error).context("cannot send"))
    }

    /// Sends as much of this as the server takes before it closes, resets, or stops reading for this long, and says how
    /// much that was.
    pub fn send_as_much_as_possible(&mut self, bytes: &[u8], pause: Duration) -> Result<usize> {
        self.stream.set_write_timeout(Some(pause))?;
        let mut sent = 0;
        while sent < bytes.len() {
            match self.stream.write(&bytes[sent..]) {
                Ok(0) | Err(_) => break,
                Ok(length) => sent += length,
            }
        }
        self.stream.set_write_timeout(Some(self.patience))?;
        Ok(sent)
    }

    /// Sends each of these pieces when the server has read the one before it.
    pub fn send_in_pieces<'p>(&mut self, pieces: impl IntoIterator<Item = &'p [u8]>) -> Result {
        for piece in pieces {
            self.send(piece)?;
            self.wait_until_read()?;
        }
        Ok(())
    }

    /// Waits until the server has done all it can with what was sent: none of its threads still computes. A thread that
    /// waits for a packet is made to run by its arrival, so one that does not run has read it. (Where the system does not
    /// tell, this only waits a moment.)
    pub fn wait_until_read(&self) -> Result {
        let deadline = Instant::now() + self.patience;
        let mut idle_looks = 0;
        while idle_looks < 2 {
            let is_busy = self.server.and_then(system::is_busy);
            thread::sleep(Duration::from_millis(if is_busy.is_some() { 1 } else { 20 }));
            idle_looks = if is_busy == Some(true) { 0 } else { idle_looks + 1 };
            ensure!(
                Instant::now() < deadline,
                "the server is still busy {:?} after it was sent something",
                self.patience
            );
        }
        Ok(())
    }

    /// Asks the server's [question](Protocol::question) without a pause and reads all the answers, until the action is over. Then it
    /// leaves. The action begins when the first of many answers have come.
    pub(crate) fn ask_on_while(&mut self, action: impl FnOnce() -> Result) -> Result {
        let questions = self.protocol.question().repeat(1_000);
        let (mut sender, mut receiver) = (&self.stream, &self.stream);
        let (under_way, is_under_way) = mpsc::channel();
        thread::scope(|scope| {
            scope.spawn(move || while sender.write_all(&questions).is_ok() {});
            scope.spawn(move || {
                while receiver.read(&mut [0; 65_536]).is_ok_and(|received| received > 0) {
                    let _ = under_way.send(()); // later on, no receiver is left
                }
            });
            let answers = (0..10).try_for_each(|_| is_under_way.recv_timeout(self.patience).map_err(drop));
            let ended = answers.map_err(|()| Failure::new("it answers no questions")).and_then(|()| action());
            let _ = self.stream.shutdown(Shutdown::Both); // it fails if the server has hung up
            ended
        })
    }

    /// Sends one byte as urgent data, which comes out of line: it is no part of what the server reads.
    pub fn send_urgently(&mut self, byte: u8) -> Result {
        SockRef::from(&self.stream).send_out_of_band(&[byte])?;
        Ok(())
    }

    /// Closes the sending half: the server sees that nothing more comes, and can still answer.
    pub fn finish_sending(&mut self) -> Result {
        self.stream.shutdown(Shutdown::Write).map_err(|error| Failure::from(error).context("cannot half-close"))
    }

    /// Sends a request for this path, and reads the response.
    pub fn get(&mut self, path: &str) -> Result<Response> {
        self.send(request(path))?;
        self.response().map_err(|failure| failure.context(format_args!("GET {path}")))
    }

    /// Reads one line, with its end.
    ///
    /// # Errors
    ///
    /// Fails if there is none within [`SAFETY`], or if the connection ends before it does.
    pub fn line(&mut self) -> Result<Vec<u8>> {
        loop {
            if let Some(end) = self.received.iter().position(|&byte| byte == b'\n') {
                return Ok(self.received.drain(..=end).collect());
            }
            let received = String::from_utf8_lossy(&self.received).into_owned();
            ensure!(self.receive()? > 0, "the server closed the connection in mid-line, after {received:?}");
        }
    }

    /// Reads so many bytes.
    ///
    /// # Errors
    ///
    /// Fails if they are not there within [`SAFETY`], or if the connection ends before they are.
    pub fn bytes(&mut self, length: usize) -> Result<Vec<u8>> {
        while self.received.len() < length {
            if self.receive()? == 0 {
                let received = String::from_utf8_lossy(&self.received);
                return Err(Failure::new(format!("the server closed the connection after {received:?}")));
            }
        }
        Ok(self.received.drain(..length).collect())
    }

    /// Reads one response, and not a byte more.
    ///
    /// # Errors
    ///
    /// Fails if there is none within [`SAFETY`], if the connection ends before it does, or if it is malformed.
    pub fn response(&mut self) -> Result<Response> {
        self.read_response(false)
    }

    /// Reads one response to a `HEAD` request: it has no body, whatever its `Content-Length` says.
    pub fn response_to_head(&mut self) -> Result<Response> {
        self.read_response(true)
    }

    /// Reads to the end of the connection.
    ///
    /// # Errors
    ///
    /// Fails if there is no end within [`SAFETY`], or if it is a reset: what a reset destroyed cannot be known.
    pub fn rest(&mut self) -> Result<Vec<u8>> {
        while self.receive()? > 0 {}
        Ok(std::mem::take(&mut self.received))
    }

    /// Waits until the server has closed the connection, in order or with a reset, and says how.
    pub fn end(&mut self) -> Result<End> {
        let mut buffer = [0; 4096];
        loop {
            match self.stream.read(&mut buffer) {
                Ok(0) => return Ok(End::Closed),
                Ok(_) => {}
                Err(error) if is_time_out(&error) => {
                    return Err(Failure::new(format!("still open after {:?}", self.patience)));
                }
                Err(_) => return Ok(End::Reset),
            }
        }
    }

    /// Whether nothing has arrived, neither a byte nor the end, up to this moment.
    pub fn is_silent(&mut self) -> Result<bool> {
        self.stream.set_nonblocking(true)?;
        let seen = self.stream.peek(&mut [0]);
        self.stream.set_nonblocking(false)?;
        Ok(self.received.is_empty() && seen.is_err_and(|error| is_time_out(&error)))
    }

    /// Sends as much of this as can be sent now, without waiting. How many bytes that was, or `None` if the server has closed the connection.
    pub(crate) fn send_now(&mut self, bytes: &[u8]) -> Result<Option<usize>> {
        self.stream.set_nonblocking(true)?;
        let sent = self.stream.write(bytes);
        self.stream.set_nonblocking(false)?;
        Ok(sent.map_or_else(|error| is_time_out(&error).then_some(0), Some))
    }

    /// How many bytes have arrived at the server's system, and the server has not read them. (`None` if the system does not tell.)
    pub(crate) fn unread(&self) -> Result<Option<u64>> {
        Ok(system::unread(self.stream.peer_addr()?, self.stream.local_addr()?))
    }

    /// Whether nothing arrives for so long. For a server that is bound to be silent this holds whatever the time; the
    /// time is for the others, to betray themselves.
    pub fn stays_silent_for(&mut self, time: Duration) -> Result<bool> {
        self.stream.set_read_timeout(Some(time))?;
        let seen = self.stream.peek(&mut [0]);
        self.stream.set_read_timeout(Some(self.patience))?;
        Ok(self.received.is_empty() && seen.is_err_and(|error| is_time_out(&error)))
    }

    /// Leaves with a reset instead of an orderly close, as a program that crashed or a cable that was cut does.
    pub fn reset(self) -> Result {
        Ok(SockRef::from(&self.stream).set_linger(Some(Duration::ZERO))?)
    }

    /// Asks for the least room the system gives for what has arrived and was not read.
    pub fn shrink_receive_buffer(&mut self) -> Result {
        Ok(SockRef::from(&self.stream).set_recv_buffer_size(1)?)
    }

    fn read_response(&mut self, to_head: bool) -> Result<Response> {
        loop {
            if let Some((response, length)) = Response::parse(&self.received, to_head)? {
                self.received.drain(..length);
                return Ok(response);
            }
            if self.receive()? == 0 {
                return self.last_response();
            }
        }
    }

    /// A response may go to the end of the connection if it does not say how long it is.
    fn last_response(&mut self) -> Result<Response> {
        let received = std::mem::take(&mut self.received);
        ensure!(!received.is_empty(), "the server closed the connection without an answer");
        Response::parse_to_end(&received).ok_or_else(|| {
            let text = String::from_utf8_lossy(&received).into_owned();
            Failure::new(format!("the server closed the connection in mid-response, after {text:?}"))
        })
    }

    fn receive(&mut self) -> Result<usize> {
        let mut buffer = [0; 4096];
        let deadline = Instant::now() + self.patience;
        loop {
            match self.stream.read(&mut buffer) {
                Ok(length) => {
                    self.received.extend_from_slice(&buffer[..length]);
                    return Ok(length);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted && Instant::now() < deadline => {}
                Err(error) => return Err(self.explain(&error)),
            }
        }
    }

    fn explain(&self, error: &io::Error) -> Failure {
        let after = if self.received.is_empty() {
            String::new()
        } else {
            format!(" after {:?}", String::from_utf8_lossy(&self.received))
        };
        match error.kind() {
            _ if is_time_out(error) => Failure::new(format!("no answer within {:?}{after}", self.patience)),
            ErrorKind::ConnectionReset => Failure::new(format!("the server reset the connection{after}")),
            _ => Failure::new(format!("cannot receive{after}: {error}")),
        }
    }
}

/// How a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// In order: what was sent has arrived.
    Closed,
    /// With a reset: what was sent may be lost.
    Reset,
}

fn is_time_out(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}
