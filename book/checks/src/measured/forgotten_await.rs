//! What the clients of a server see that does not await its handler.

use super::{load, save};
use crate::{Failure, Result, compiler};
use harness::request;
use serde::{Deserialize, Serialize};
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
    pub fn committed() -> Result<Self> {
        load(FILE)
    }

    /// Measures them again.
    pub fn measure() -> Result {
        save(FILE, &Self::observe()?)
    }

    /// Sends 200 clients, one after the other.
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
