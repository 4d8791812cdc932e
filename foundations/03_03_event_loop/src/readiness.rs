//! A connection, and what the system has reported of it.

use crate::client::Connection;
use mio::event::Event;
use mio::net::TcpStream;
use std::io::{self, ErrorKind, Read, Write};
use std::net::Shutdown;

// ANCHOR: watched
/// A connection that remembers what the system has reported of it, because each change is reported once.
/// It makes no call for which it is not ready.
#[derive(Debug)]
pub struct Watched {
    stream: TcpStream,
    is_readable: bool,
    is_writable: bool,
}

impl Watched {
    /// Notes what the system reports.
    pub fn note(&mut self, event: &Event) {
        self.is_readable |= event.is_readable() || event.is_read_closed();
        self.is_writable |= event.is_writable() || event.is_write_closed();
    }
}

fn would_block<T>(result: &io::Result<T>) -> bool {
    matches!(result, Err(error) if error.kind() == ErrorKind::WouldBlock)
}

impl Read for Watched {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if !self.is_readable {
            return Err(ErrorKind::WouldBlock.into());
        }
        let read = self.stream.read(buffer);
        self.is_readable = !would_block(&read); // nothing else says that all is read, not even a short read
        read
    }
}
// ANCHOR_END: watched

impl Watched {
    /// A connection of which nothing was reported yet.
    pub fn new(stream: TcpStream) -> Self {
        Self { stream, is_readable: false, is_writable: false }
    }
}

impl Write for Watched {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !self.is_writable {
            return Err(ErrorKind::WouldBlock.into());
        }
        let written = self.stream.write(bytes);
        self.is_writable = !would_block(&written);
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
