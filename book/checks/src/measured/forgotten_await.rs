//! What the clients of a server see that does not await its handler.

use super::{load, save};
use crate::{Failure, Result, compiler};
use harness::request;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};

const FILE: &str = "forgotten_await.json";

/// How the visits of many clients ended.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Endings {
    /// The connection could not be made.
    pub refused: u32,
    /// The connection was made, then closed without a byte.
    pub closed: u32,
    /// The connection was made, then reset without a byte.
    pub reset: u32,
    /// There was an answer.
    pub answered: u32,
}

impl Endings {
    /// The endings that are in the book.
    ///
    /// # Errors
    ///
    /// If there are none.
    pub fn committed() -> Result<Self> {
        load(FILE)
    }

    /// Measures them again.
    ///
    /// # Errors
    ///
    /// If the server cannot be built or started.
    pub fn measure() -> Result {
        save(FILE, &Self::observe()?)
    }

    /// Sends 200 clients, one after the other.
    ///
    /// # Errors
    ///
    /// If the server cannot be built or started.
    pub fn observe() -> Result<Self> {
        let build = compiler::build("forgotten_await")?;
        let server = build.program.ok_or_else(|| Failure::new("the forgotten await does not compile"))?.start()?;
        let mut endings = Self::default();
        for _ in 0..200 {
            *endings.count(visit(server.address())) += 1;
        }
        Ok(endings)
    }

    fn count(&mut self, ending: io::Result<usize>) -> &mut u32 {
        match ending {
            Ok(0) => &mut self.closed,
            Ok(_) => &mut self.answered,
            Err(error) if error.kind() == ErrorKind::ConnectionRefused => &mut self.refused,
            Err(_) => &mut self.reset,
        }
    }
}

/// The number of bytes that came back.
fn visit(address: SocketAddr) -> io::Result<usize> {
    let mut stream = TcpStream::connect(address)?;
    stream.write_all(&request("/"))?;
    stream.read(&mut [0; 512])
}

impl fmt::Display for Endings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total = self.refused + self.closed + self.reset + self.answered;
        writeln!(f, "{total:4} clients sent a request")?;
        writeln!(f, "{:4} connections were refused", self.refused)?;
        writeln!(f, "{:4} connections were accepted, then closed without a byte", self.closed)?;
        writeln!(f, "{:4} connections were accepted, then reset without a byte", self.reset)?;
        writeln!(f, "{:4} clients got an answer", self.answered)
    }
}
