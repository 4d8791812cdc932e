//! One client, as a state machine. It never blocks: it takes a step, or says that it cannot take one yet.
//!
//! It reads no clock and knows no socket, so it is the same for every loop that drives it, and its tests need no time.

use echo::{LINGER, Lines};
use std::io::{self, ErrorKind, Read, Write};
use std::time::{Duration, Instant};

// ANCHOR: state
/// What a client is doing, and so what it waits for when it cannot go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It waits for bytes, until there is a line.
    Reading,
    /// It waits for the end of the delay.
    Delaying,
    /// It waits for room to send the line.
    Writing,
    /// Its line was too long. It waits until the refusal is read.
    Lingering,
    /// It waits for nothing more.
    Closed,
}
// ANCHOR_END: state

/// What a client needs of its connection. No call may block: it returns [`ErrorKind::WouldBlock`] instead.
pub trait Connection: Read + Write {
    /// Signals to the client that nothing more will come.
    fn finish_writing(&mut self) -> io::Result<()>;
}

// ANCHOR: client
/// One client.
#[derive(Debug)]
pub struct Client<C> {
    /// Its connection.
    pub connection: C,
    /// When it must take a step, even if nothing has arrived for it.
    pub deadline: Instant,
    state: State,
    lines: Lines,
    /// The line to send back, and how much of it was sent.
    line: Vec<u8>,
    sent: usize,
    /// How many bytes of a refused client were read and dropped.
    discarded: u64,
    delay: Duration,
    patience: Duration,
}
// ANCHOR_END: client

impl<C: Connection> Client<C> {
    /// A client that has just connected.
    pub fn new(connection: C, now: Instant, delay: Duration, patience: Duration) -> Self {
        let (lines, line, sent, discarded) = (Lines::new(), Vec::new(), 0, 0);
        let (state, deadline) = (State::Reading, now + patience);
        Self { connection, deadline, state, lines, line, sent, discarded, delay, patience }
    }

    /// What it is doing.
    pub fn state(&self) -> State {
        self.state
    }

    // ANCHOR: step
    /// Takes one step, with one system call at most. `WouldBlock` means: not yet.
    pub fn step(&mut self, now: Instant) -> io::Result<()> {
        let taken = match self.state {
            State::Reading => self.read(now),
            State::Delaying if now < self.deadline => Err(ErrorKind::WouldBlock.into()),
            State::Delaying => self.enter(State::Writing, now + self.patience),
            State::Writing => self.write(now),
            State::Lingering => self.linger(),
            State::Closed => Ok(()),
        };
        match taken {
            Err(error) if error.kind() == ErrorKind::WouldBlock && now >= self.deadline => {
                Err(ErrorKind::TimedOut.into())
            }
            taken => taken,
        }
    }

    fn read(&mut self, now: Instant) -> io::Result<()> {
        if let Some(line) = self.lines.next_line() {
            (self.line, self.sent) = (line, 0);
            return self.enter(State::Delaying, now + self.delay);
        }
        if self.lines.is_open() {
            let mut buffer = [0; 1024];
            let received = self.connection.read(&mut buffer)?;
            self.lines.receive(&buffer[..received]);
            return self.enter(State::Reading, now + self.patience);
        }
        if self.lines.refusal().is_some() {
            self.connection.finish_writing()?; // a client that is still sending should read the refusal
            return self.enter(State::Lingering, now + self.patience);
        }
        self.enter(State::Closed, now)
    }

    fn write(&mut self, now: Instant) -> io::Result<()> {
        self.sent += self.connection.write(&self.line[self.sent..])?;
        let is_sent = self.sent == self.line.len();
        self.enter(if is_sent { State::Reading } else { State::Writing }, now + self.patience)
    }
    // ANCHOR_END: step

    fn linger(&mut self) -> io::Result<()> {
        let received = self.connection.read(&mut [0; 1024])?;
        self.discarded += received as u64;
        match self.lines.refusal() {
            Some(refusal) if received == 0 || self.discarded >= LINGER => Err(refusal),
            _ => Ok(()),
        }
    }

    fn enter(&mut self, state: State, deadline: Instant) -> io::Result<()> {
        (self.state, self.deadline) = (state, deadline);
        Ok(())
    }
}
