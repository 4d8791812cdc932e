//! Services that do what a test asks for.

use harness::{Failure, Program, Result, SAFETY, Server};
use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

/// Services that answer when the test says so, each on a port of its own.
pub struct Services(Vec<TcpListener>);

/// A request that a service has got, and may answer.
pub struct Asked {
    stream: TcpStream,
    /// Its first line.
    pub line: String,
}

impl Services {
    /// So many.
    pub fn new(count: usize) -> Result<Self> {
        let listeners = (0..count).map(|_| {
            let listener = TcpListener::bind("127.0.0.1:0")?;
            listener.set_nonblocking(true)?;
            Ok(listener)
        });
        Ok(Self(listeners.collect::<Result<_>>()?))
    }

    /// A gateway that asks them. Its arguments are those that it has, and these.
    pub fn gateway(&self, program: &Program, arguments: &[&str]) -> Result<Server> {
        let mut program = program.clone();
        for (number, listener) in self.0.iter().enumerate() {
            program = program.argument("--service").argument(format!("http://{}/s{number}", listener.local_addr()?));
        }
        arguments.iter().fold(program, Program::argument).start()
    }

    /// The next request at this service, which must be on a new connection.
    pub fn asked(&self, number: usize) -> Result<Asked> {
        self.asked_within(number, SAFETY)
    }

    /// The same, with less patience.
    pub fn asked_within(&self, number: usize, patience: Duration) -> Result<Asked> {
        let deadline = Instant::now() + patience;
        loop {
            if let Some(asked) = self.asked_already(number)? {
                return Ok(asked);
            }
            if Instant::now() > deadline {
                return Err(Failure::new(format!("service {number} is not asked")));
            }
            thread::sleep(Duration::from_millis(2));
        }
    }

    /// The same, if there is one at this moment.
    pub fn asked_already(&self, number: usize) -> Result<Option<Asked>> {
        match self.0[number].accept() {
            Ok((stream, _)) => Ok(Some(Asked::read(stream)?)),
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

impl Asked {
    fn read(mut stream: TcpStream) -> Result<Self> {
        stream.set_nonblocking(false)?;
        stream.set_read_timeout(Some(SAFETY))?;
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte)?;
            head.push(byte[0]);
        }
        let line = String::from_utf8_lossy(&head).lines().next().unwrap_or_default().to_owned();
        Ok(Self { stream, line })
    }

    /// Answers.
    pub fn answer(self, body: &str) -> Result {
        self.send(&format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len()))
    }

    /// Answers that it cannot answer.
    pub fn fail(self) -> Result {
        self.send("HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    }

    /// Sends these bytes, and hangs up.
    pub fn send(mut self, bytes: &str) -> Result {
        Ok(self.stream.write_all(bytes.as_bytes())?)
    }

    /// Waits until the gateway has closed the connection.
    pub fn wait_for_cancellation(mut self) -> Result {
        match self.stream.read(&mut [0]) {
            Ok(0) => Ok(()),
            Err(error) if error.kind() == ErrorKind::ConnectionReset => Ok(()),
            other => Err(Failure::new(format!("the gateway still waits for its answer: {other:?}"))),
        }
    }
}
