//! A client without a socket and without a clock: the other end is a script, and time is what the test says.

use client::{Client, Connection, State};
use std::io::{self, ErrorKind, Read, Write};
use std::time::{Duration, Instant};

#[path = "../src/client.rs"]
mod client;

const DELAY: Duration = Duration::from_secs(1);
const PATIENCE: Duration = Duration::from_secs(60);

/// The other end of the connection: what it has sent that was not read yet, and how much it is willing to take.
#[derive(Default)]
struct OtherEnd {
    says: Vec<u8>,
    has_finished: bool,
    room: usize,
    heard: Vec<u8>,
    knows_the_end: bool,
    calls: usize,
}

impl Read for OtherEnd {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.calls += 1;
        if self.says.is_empty() && !self.has_finished {
            return Err(ErrorKind::WouldBlock.into());
        }
        let length = buffer.len().min(self.says.len());
        buffer[..length].copy_from_slice(&self.says[..length]);
        self.says.drain(..length);
        Ok(length)
    }
}

impl Write for OtherEnd {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.calls += 1;
        let length = bytes.len().min(self.room);
        if length == 0 {
            return Err(ErrorKind::WouldBlock.into());
        }
        self.room -= length;
        self.heard.extend_from_slice(&bytes[..length]);
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Connection for OtherEnd {
    fn finish_writing(&mut self) -> io::Result<()> {
        self.calls += 1;
        self.knows_the_end = true;
        Ok(())
    }
}

fn client(now: Instant, other_end: OtherEnd) -> Client<OtherEnd> {
    Client::new(other_end, now, DELAY, PATIENCE)
}

/// Steps until the client has to wait or has ended. Returns how it ended, and what it waits for.
fn go_on(client: &mut Client<OtherEnd>, now: Instant) -> (ErrorKind, State) {
    loop {
        let before = client.connection.calls;
        let taken = client.step(now);
        assert!(client.connection.calls <= before + 1, "a step is one system call at most");
        match taken {
            Ok(()) if client.state() == State::Closed => return (ErrorKind::UnexpectedEof, State::Closed),
            Ok(()) => {}
            Err(error) => return (error.kind(), client.state()),
        }
    }
}

#[test]
fn a_client_reads_waits_writes_and_is_closed() {
    let start = Instant::now();
    let mut client = client(start, OtherEnd::default());
    assert_eq!(go_on(&mut client, start), (ErrorKind::WouldBlock, State::Reading));
    client.connection.says.extend(b"hel");
    assert_eq!(go_on(&mut client, start), (ErrorKind::WouldBlock, State::Reading));
    client.connection.says.extend(b"lo\n");
    assert_eq!(go_on(&mut client, start), (ErrorKind::WouldBlock, State::Delaying));
    assert_eq!(client.deadline, start + DELAY);
    assert_eq!(go_on(&mut client, start + DELAY / 2), (ErrorKind::WouldBlock, State::Delaying));
    assert_eq!(go_on(&mut client, start + DELAY), (ErrorKind::WouldBlock, State::Writing));
    client.connection.room = 4;
    assert_eq!(go_on(&mut client, start + DELAY), (ErrorKind::WouldBlock, State::Writing));
    client.connection.room = 100;
    assert_eq!(go_on(&mut client, start + DELAY), (ErrorKind::WouldBlock, State::Reading));
    assert_eq!(client.connection.heard, b"hello\n");
    client.connection.has_finished = true;
    assert_eq!(go_on(&mut client, start + DELAY), (ErrorKind::UnexpectedEof, State::Closed));
}

#[test]
fn a_client_that_does_not_read_is_not_read_from() {
    let start = Instant::now();
    let mut client = client(start, OtherEnd { says: b"line\n".repeat(1_000), ..OtherEnd::default() });
    go_on(&mut client, start);
    assert_eq!(go_on(&mut client, start + DELAY), (ErrorKind::WouldBlock, State::Writing));
    assert!(client.connection.says.len() >= 5_000 - 1024, "it was read although it does not read");
}

#[test]
fn patience_begins_anew_with_each_sign_of_life() {
    let start = Instant::now();
    let mut client = client(start, OtherEnd::default());
    client.connection.says.extend(b"a");
    let later = start + PATIENCE / 2;
    go_on(&mut client, later);
    assert_eq!(go_on(&mut client, start + PATIENCE), (ErrorKind::WouldBlock, State::Reading));
    assert_eq!(client.deadline, later + PATIENCE);
    assert_eq!(go_on(&mut client, later + PATIENCE), (ErrorKind::TimedOut, State::Reading));
}

#[test]
fn a_client_that_never_reads_is_disconnected() {
    let start = Instant::now();
    let mut client = client(start, OtherEnd { says: b"line\n".to_vec(), ..OtherEnd::default() });
    go_on(&mut client, start);
    let waits = start + DELAY;
    assert_eq!(go_on(&mut client, waits), (ErrorKind::WouldBlock, State::Writing));
    assert_eq!(go_on(&mut client, waits + PATIENCE), (ErrorKind::TimedOut, State::Writing));
}

#[test]
fn a_refused_client_may_read_why_before_the_end() {
    let start = Instant::now();
    let mut client = client(start, OtherEnd { says: vec![b'a'; 100_000], room: 1_000, ..OtherEnd::default() });
    go_on(&mut client, start);
    assert_eq!(go_on(&mut client, start + DELAY), (ErrorKind::WouldBlock, State::Lingering));
    assert!(client.connection.heard.starts_with(b"error: ") && client.connection.knows_the_end);
    client.connection.has_finished = true;
    assert_eq!(go_on(&mut client, start + DELAY), (ErrorKind::InvalidData, State::Lingering));
}
