//! A connection, and what the system has told of it.

use crate::client::Connection;
use mio::event::Event;
use mio::net::TcpStream;
use std::io::{self, ErrorKind, Read, Write};
use std::net::Shutdown;

// ANCHOR: watched
/// A connection that is only asked for what it is ready for. The system tells of each change once,
/// so this remembers it.
#[derive(Debug)]
pub struct Watched {
    stream: TcpStream,
    is_readable: bool,
    is_writable: bool,
    /// Whether the peer has sent its last byte: then what is left to read includes the end.
    has_finished: bool,
}

impl Watched {
    /// A connection of which nothing is known yet.
    pub fn new(stream: TcpStream) -> Self {
        Self { stream, is_readable: false, is_writable: false, has_finished: false }
    }

    /// Takes note of what the system tells.
    pub fn note(&mut self, event: &Event) {
        self.has_finished |= event.is_read_closed();
        self.is_readable |= event.is_readable() || event.is_read_closed();
        self.is_writable |= event.is_writable() || event.is_write_closed();
    }
}

impl Read for Watched {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if !self.is_readable {
            return Err(ErrorKind::WouldBlock.into());
        }
        let read = self.stream.read(buffer);
        // Where there was room for more, there is no more. (Only Windows wants to be asked again.)
        let may_be_more = self.has_finished || cfg!(windows);
        self.is_readable = matches!(&read, Ok(received) if *received == buffer.len() || may_be_more);
        read
    }
}
// ANCHOR_END: watched

impl Write for Watched {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !self.is_writable {
            return Err(ErrorKind::WouldBlock.into());
        }
        let written = self.stream.write(bytes);
        self.is_writable = matches!(&written, Ok(sent) if *sent == bytes.len() || cfg!(windows));
        written
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Connection for Watched {
    fn finish_writing(&mut self) -> io::Result<()> {
        self.stream.shutdown(Shutdown::Write)
    }
}
