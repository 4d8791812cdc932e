//! Step 4.1: an echo server of callbacks. Whoever has to wait says what is to be called when the wait is over.
//!
//! Run: `cargo run --bin 04_01_callbacks`
//! Try: `nc 127.0.0.1 7878` in two terminals. Type a line in each.
//! You should see: each line comes back after a second, whatever the other terminal does. One thread serves both.

use echo::{LINGER, Lines};
use mio::{Token, net::TcpStream};
use readiness::{Event, EventLoop, Wait};
use std::io::{self, ErrorKind, Read, Write};
use std::net::Shutdown;
use std::time::Duration;

fn main() -> io::Result<()> {
    let arguments = echo::arguments();
    match EventLoop::bind(&arguments.address, echo::patience()) {
        Ok(event_loop) => Server { event_loop, delay: arguments.delay }.run(),
        Err(error) => echo::cannot_listen(&arguments.address, &error),
    }
}

// ANCHOR: server
/// What to do when a wait is over. It is told how, and owns all that it needs.
type Callback = Box<dyn FnOnce(&mut Server, io::Result<()>)>;

struct Server {
    event_loop: EventLoop<Callback>,
    delay: Duration,
}

impl Server {
    fn run(mut self) -> io::Result<()> {
        echo::announce(self.event_loop.address());
        loop {
            for event in self.event_loop.turn()? {
                match event {
                    Event::Connected(token, stream) => {
                        read_line(&mut self, Peer { stream, token, lines: Lines::new() });
                    }
                    Event::Over(_, callback, ended) => callback(&mut self, ended),
                }
            }
        }
    }

    /// The peer waits. When the wait is over, the callback gets it.
    fn then(&mut self, wait: Wait, peer: Peer, callback: impl FnOnce(&mut Self, Peer) + 'static) {
        let token = peer.token;
        let callback = move |server: &mut Self, ended| match ended {
            Ok(()) => callback(server, peer),
            Err(error) => give_up(&error),
        };
        self.event_loop.wait(token, wait, Box::new(callback));
    }

    /// After a failure: if the socket was not ready, the callback gets the peer when it is.
    fn retry(&mut self, error: &io::Error, wait: Wait, peer: Peer, callback: impl FnOnce(&mut Self, Peer) + 'static) {
        match error.kind() {
            ErrorKind::WouldBlock => self.then(wait, peer, callback),
            _ => give_up(error),
        }
    }
}
// ANCHOR_END: server

// ANCHOR: handle_connection
/// What is known of a peer. It goes from callback to callback.
/// If nobody takes it on, its connection is closed.
struct Peer {
    stream: TcpStream,
    token: Token,
    lines: Lines,
}

fn read_line(server: &mut Server, mut peer: Peer) {
    let mut buffer = [0; 1024];
    loop {
        if let Some(line) = peer.lines.next_line() {
            let delay = Wait::Time(server.delay);
            return server.then(delay, peer, |server, peer| write_line(server, peer, line));
        }
        if !peer.lines.is_open() {
            return finish(server, peer);
        }
        match peer.stream.read(&mut buffer) {
            Ok(received) => peer.lines.receive(&buffer[..received]),
            Err(error) => return server.retry(&error, Wait::Readable, peer, read_line),
        }
    }
}

fn write_line(server: &mut Server, mut peer: Peer, mut line: Vec<u8>) {
    while !line.is_empty() {
        match peer.stream.write(&line) {
            Ok(0) => return give_up(&ErrorKind::WriteZero.into()),
            Ok(written) => drop(line.drain(..written)),
            Err(error) => {
                return server.retry(&error, Wait::Writable, peer, |server, peer| write_line(server, peer, line));
            }
        }
    }
    read_line(server, peer);
}

fn finish(server: &mut Server, peer: Peer) {
    let Some(refusal) = peer.lines.refusal() else { return };
    match peer.stream.shutdown(Shutdown::Write) {
        Ok(()) => discard(server, peer, refusal, LINGER), // the peer may still send: it reads why not to
        Err(error) => give_up(&error),
    }
}

fn discard(server: &mut Server, mut peer: Peer, refusal: io::Error, mut rest: u64) {
    let mut buffer = [0; 1024];
    loop {
        match peer.stream.read(&mut buffer) {
            Ok(0) => return give_up(&refusal),
            Ok(received) if received as u64 > rest => return give_up(&refusal),
            Ok(received) => rest -= received as u64,
            Err(error) => {
                let discard = move |server: &mut Server, peer| discard(server, peer, refusal, rest);
                return server.retry(&error, Wait::Readable, peer, discard);
            }
        }
    }
}

fn give_up(error: &io::Error) {
    echo::log(format_args!("gave a connection up: {error}"));
}
// ANCHOR_END: handle_connection
