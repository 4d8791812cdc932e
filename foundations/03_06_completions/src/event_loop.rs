//! The loop: it starts operations, and lets a client go on when its operation is done.

use crate::client::{Client, State};
use crate::connection::Completed;
use crate::ring::{Done, Ring};
use crate::timers::Timers;
use common::command_line;
use slab::Slab;
use std::io::{self, ErrorKind};
use std::net::{TcpListener, TcpStream};
use std::rc::Rc;
use std::time::{Duration, Instant};

/// The number of the listener. The clients count from zero.
const LISTENER: usize = usize::MAX;

/// All that one thread serves.
pub struct EventLoop {
    ring: Ring,
    listener: Rc<TcpListener>,
    clients: Slab<Client<Completed>>,
    timers: Timers,
    delay: Duration,
}

impl EventLoop {
    /// A loop that accepts clients of this listener.
    pub fn new(ring: Ring, listener: TcpListener, delay: Duration) -> Self {
        Self { ring, listener: Rc::new(listener), clients: Slab::new(), timers: Timers::default(), delay }
    }

    // ANCHOR: run
    /// Serves until the ring fails.
    pub fn run(mut self) -> io::Result<()> {
        self.ring.accept(&self.listener)?;
        loop {
            let time = self.timers.next().map(|next| next.saturating_duration_since(Instant::now()));
            for done in self.ring.wait(time)? {
                self.go_on(done)?;
            }
            let now = Instant::now();
            while let Some(number) = self.timers.due(now) {
                if number == LISTENER {
                    self.ring.accept(&self.listener)?;
                } else {
                    self.turn(number, now)?;
                }
            }
        }
    }

    /// Something is done, so there is something else to start.
    fn go_on(&mut self, done: Done) -> io::Result<()> {
        let now = Instant::now();
        match done {
            Done::Accepted(Ok(stream)) => {
                self.ring.accept(&self.listener)?; // the next one
                self.add(stream, now)
            }
            Done::Accepted(Err(error)) => {
                self.timers.wake(LISTENER, now + command_line::cannot_accept(&error));
                Ok(())
            }
            Done::Moved { number, ticket, buffer, result } => {
                // The operation may be of a client that has left.
                let Some(client) = self.clients.get_mut(number) else { return Ok(()) };
                let is_expected = client.connection.finish(ticket, buffer, result);
                if is_expected { self.turn(number, now) } else { Ok(()) }
            }
        }
    }
    // ANCHOR_END: run

    fn add(&mut self, stream: TcpStream, now: Instant) -> io::Result<()> {
        let client = Client::new(Completed::new(stream), now, self.delay, echo::patience());
        let number = self.clients.insert(client);
        self.turn(number, now)
    }

    // ANCHOR: turn
    /// A client goes on until it wants to read or to write, or waits for its deadline.
    /// Each read and each write is an operation.
    fn turn(&mut self, number: usize, now: Instant) -> io::Result<()> {
        let Some(client) = self.clients.get_mut(number) else { return Ok(()) };
        loop {
            match client.step(now) {
                Ok(()) if client.state() != State::Closed => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    self.timers.wake(number, client.deadline);
                    return client.connection.start(number, &mut self.ring);
                }
                ended => return self.remove(number, ended),
            }
        }
    }

    /// Drops a client. The kernel may still have its buffer, and is asked to give it back.
    fn remove(&mut self, number: usize, ended: io::Result<()>) -> io::Result<()> {
        let connection = self.clients.remove(number).connection;
        self.timers.remove(number);
        if let Err(error) = ended {
            echo::log(format_args!("gave up on a connection: {error}"));
        }
        connection.unfinished().map_or(Ok(()), |ticket| self.ring.cancel(ticket))
    }
    // ANCHOR_END: turn
}
