//! Step 4.1: an echo server of callbacks. A handler that has to wait leaves a function, which is called when the wait is over.
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
/// What to do when a wait is over. It gets the result of the wait, and owns all that it needs.
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
                        read_line(&mut self, Client { stream, token, lines: Lines::new() });
                    }
                    Event::Over(_, callback, ended) => callback(&mut self, ended),
                }
            }
        }
    }

    /// The client waits. When the wait is over, the callback gets the client.
    fn then(&mut self, wait: Wait, client: Client, callback: impl FnOnce(&mut Self, Client) + 'static) {
        let token = client.token;
        let callback = move |server: &mut Self, ended| match ended {
            Ok(()) => callback(server, client),
            Err(error) => give_up(&error),
        };
        self.event_loop.wait(token, wait, Box::new(callback));
    }

    /// After a failure: if the socket was not ready, the callback gets the client when it is.
    fn retry(
        &mut self,
        error: &io::Error,
        wait: Wait,
        client: Client,
        callback: impl FnOnce(&mut Self, Client) + 'static,
    ) {
        match error.kind() {
            ErrorKind::WouldBlock => self.then(wait, client, callback),
            _ => give_up(error),
        }
    }
}
// ANCHOR_END: server

// ANCHOR: handle_connection
/// What is known of a client. It goes from callback to callback.
/// If no callback takes it on, its connection is closed.
struct Client {
    stream: TcpStream,
    token: Token,
    lines: Lines,
}

// ANCHOR: ball
fn read_line(server: &mut Server, mut client: Client) {
    let mut buffer = [0; 1024];
    loop {
        if let Some(line) = client.lines.next_line() {
            let delay = Wait::Time(server.delay);
            return server.then(delay, client, |server, client| write_line(server, client, line));
        }
        if !client.lines.is_open() {
            return finish(server, client);
        }
        match client.stream.read(&mut buffer) {
            Ok(received) => client.lines.receive(&buffer[..received]),
            Err(error) => return server.retry(&error, Wait::Readable, client, read_line),
        }
    }
}

fn write_line(server: &mut Server, mut client: Client, mut line: Vec<u8>) {
    while !line.is_empty() {
        match client.stream.write(&line) {
            Ok(0) => return give_up(&ErrorKind::WriteZero.into()),
            Ok(written) => drop(line.drain(..written)),
            Err(error) => {
                let write_line = |server: &mut Server, client| write_line(server, client, line);
                return server.retry(&error, Wait::Writable, client, write_line);
            }
        }
    }
    read_line(server, client);
}
// ANCHOR_END: ball

fn finish(server: &mut Server, client: Client) {
    let Some(refusal) = client.lines.refusal() else { return };
    // A client that is still sending should read the refusal.
    match client.stream.shutdown(Shutdown::Write) {
        Ok(()) => discard(server, client, refusal, LINGER),
        Err(error) => give_up(&error),
    }
}

fn discard(server: &mut Server, mut client: Client, refusal: io::Error, mut rest: u64) {
    let mut buffer = [0; 1024];
    loop {
        match client.stream.read(&mut buffer) {
            Ok(0) => return give_up(&refusal),
            Ok(received) if received as u64 > rest => return give_up(&refusal),
            Ok(received) => rest -= received as u64,
            Err(error) => {
                let discard = move |server: &mut Server, client| discard(server, client, refusal, rest);
                return server.retry(&error, Wait::Readable, client, discard);
            }
        }
    }
}

fn give_up(error: &io::Error) {
    echo::log(format_args!("gave up on a connection: {error}"));
}
// ANCHOR_END: handle_connection
