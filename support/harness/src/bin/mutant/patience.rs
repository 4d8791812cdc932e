//! How long the server waits for a client that makes no progress, and what it takes for progress.

use crate::fault::Fault;
use http1::Connection;
use std::io::{self, ErrorKind, Read};
use std::net::TcpStream;
use std::time::{Duration, Instant};
use std::{env, mem};

/// What the environment says in `PATIENCE`, in seconds.
pub fn patience() -> Option<Duration> {
    let seconds = env::var("PATIENCE").ok().and_then(|seconds| seconds.parse().ok());
    seconds.map(Duration::from_secs_f64)
}

/// How long a client may go without progress: forever, unless the environment says otherwise.
pub struct Patience {
    fault: Fault,
    /// The time in which a client has to make progress.
    pub patience: Option<Duration>,
    last_look: Instant,
    /// What was done at the last look.
    done: u32,
}

impl Patience {
    /// A client that has just come.
    pub fn new(fault: Fault) -> Self {
        Self { fault, patience: patience(), last_look: Instant::now(), done: 0 }
    }

    /// Waits for bytes; `None` says that it has waited long enough.
    pub fn read(
        &mut self,
        mut stream: &TcpStream,
        buffer: &mut [u8],
        connection: &Connection,
    ) -> io::Result<Option<usize>> {
        let Some(patience) = self.patience else {
            if self.fault.is("gives_up_when_interrupted") {
                stream.set_read_timeout(Some(Duration::from_secs(60)))?; // only then does a signal interrupt the call
            }
            return stream.read(buffer).map(Some);
        };
        loop {
            let time_left = (self.last_look + patience).saturating_duration_since(Instant::now());
            stream.set_read_timeout(Some(time_left.max(Duration::from_millis(1))))?;
            match stream.read(buffer) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if !matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                    return Err(error);
                }
                Ok(received) if !time_left.is_zero() => {
                    if self.fault.is("waits_as_long_as_bytes_come") || self.fault.is("waits_for_the_rest_of_requests") {
                        self.last_look = Instant::now();
                    }
                    return Ok(Some(received));
                }
                Ok(received) if self.has_progressed(connection) => return Ok(Some(received)),
                Err(_) if self.has_progressed(connection) => {}
                _ => return Ok(None),
            }
        }
    }

    /// Whether more is done than at the last look.
    fn has_progressed(&mut self, connection: &Connection) -> bool {
        let before = mem::replace(&mut self.done, connection.progress());
        self.last_look = Instant::now();
        self.done != before && (connection.is_idle() || !self.fault.is("counts_answers_alone"))
    }
}
