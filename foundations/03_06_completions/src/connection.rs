//! A connection whose reads and writes are operations of the ring.

use crate::client::Connection;
use crate::ring::Ring;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::rc::Rc;

// ANCHOR: stage
/// Where the one operation of a connection is.
#[derive(Debug)]
enum Stage {
    /// There is none.
    Idle,
    /// The client wants to read into the buffer.
    WantsToRead,
    /// The client wants to write what is in the buffer.
    WantsToWrite,
    /// The kernel has the buffer.
    Started { ticket: u64 },
    /// The buffer is back.
    Done(io::Result<usize>),
}

/// A connection. It says "not yet" until its operation is done.
#[derive(Debug)]
pub struct Completed {
    stream: Rc<TcpStream>,
    stage: Stage,
    buffer: Vec<u8>,
}
// ANCHOR_END: stage

impl Completed {
    /// A connection that was just accepted.
    pub fn new(stream: TcpStream) -> Self {
        Self { stream: Rc::new(stream), stage: Stage::Idle, buffer: Vec::new() }
    }

    // ANCHOR: start
    /// Starts what the client wants. The buffer belongs to the ring from now on.
    pub fn start(&mut self, client: usize, ring: &mut Ring) -> io::Result<()> {
        let (stream, buffer) = (self.stream.clone(), &mut self.buffer);
        let ticket = match self.stage {
            Stage::WantsToRead => ring.receive(client, stream, std::mem::take(buffer))?,
            Stage::WantsToWrite => ring.send(client, stream, std::mem::take(buffer))?,
            Stage::Idle | Stage::Started { .. } | Stage::Done(_) => return Ok(()),
        };
        self.stage = Stage::Started { ticket };
        Ok(())
    }

    /// Takes the buffer back. It says `false` if this is the operation of an earlier client with the same number.
    pub fn finish(&mut self, finished: u64, buffer: Vec<u8>, result: io::Result<usize>) -> bool {
        let is_ours = matches!(self.stage, Stage::Started { ticket } if ticket == finished);
        if is_ours {
            (self.stage, self.buffer) = (Stage::Done(result), buffer);
        }
        is_ours
    }

    /// The operation that the kernel has not finished.
    pub fn unfinished(&self) -> Option<u64> {
        if let Stage::Started { ticket } = self.stage { Some(ticket) } else { None }
    }
    // ANCHOR_END: start

    /// The result of the operation that is done. Until then, or if there is none and this one is wanted, "not yet".
    fn result(&mut self, wanted: Stage) -> io::Result<usize> {
        match std::mem::replace(&mut self.stage, Stage::Idle) {
            Stage::Done(result) => return result,
            Stage::Idle => self.stage = wanted,
            stage => self.stage = stage,
        }
        Err(ErrorKind::WouldBlock.into())
    }
}

// ANCHOR: read
impl Read for Completed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Stage::Idle = self.stage {
            self.buffer.resize(buffer.len(), 0);
        }
        let received = self.result(Stage::WantsToRead)?;
        buffer[..received].copy_from_slice(&self.buffer[..received]);
        Ok(received)
    }
}

impl Write for Completed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Stage::Idle = self.stage {
            self.buffer.clear();
            self.buffer.extend_from_slice(bytes);
        }
        self.result(Stage::WantsToWrite)
    }
    // ANCHOR_END: read

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Connection for Completed {
    fn finish_writing(&mut self) -> io::Result<()> {
        self.stream.shutdown(Shutdown::Write)
    }
}
