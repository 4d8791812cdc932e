//! The loop, whichever call it waits in.

use crate::client::{Client, Connection, State};
use crate::poller::{Interest, Poller, Watched};
use crate::timers::Timers;
use common::command_line;
use echo::LINGER;
use rustix::event::Timespec;
use rustix::fd::AsFd;
use slab::Slab;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::time::{Duration, Instant};

/// The number of the listener. The clients count from zero.
const LISTENER: usize = usize::MAX;
/// How many steps a client takes, and how many clients the listener accepts, before the others have their turn.
const STEPS: usize = 32;
/// The longest time to wait in one call: not every call takes a year.
const HOUR: Duration = Duration::from_secs(60 * 60);

/// All that one thread serves.
pub struct EventLoop<P> {
    poller: P,
    listener: TcpListener,
    /// What the listener waits for: nothing, while it rests.
    listens_for: Option<Interest>,
    clients: Slab<Client<TcpStream>>,
    /// Clients that have had their turn, and can go on without any news.
    busy: Vec<usize>,
    timers: Timers,
    delay: Duration,
}

// ANCHOR: interest
/// What a client waits for, besides its deadline.
fn interest(client: &Client<TcpStream>) -> Option<Interest> {
    match client.state() {
        State::Reading | State::Lingering => Some(Interest::Read),
        State::Writing => Some(Interest::Write),
        State::Delaying | State::Closed => None,
    }
}
// ANCHOR_END: interest

impl<P: Poller> EventLoop<P> {
    /// A loop that accepts clients of this listener.
    pub fn new(listener: TcpListener, delay: Duration, poller: P) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        let (listens_for, clients, busy, timers) = (None, Slab::new(), Vec::new(), Timers::default());
        let mut new = Self { poller, listener, listens_for, clients, busy, timers, delay };
        new.listen_for(Some(Interest::Read))?;
        Ok(new)
    }

    // ANCHOR: run
    /// Serves until the call fails.
    pub fn run(mut self) -> io::Result<()> {
        let mut ready = Vec::new();
        loop {
            self.wait(&mut ready)?;
            let now = Instant::now();
            ready.extend(std::iter::from_fn(|| self.timers.due(now)));
            ready.sort_unstable();
            ready.dedup(); // one turn in a round
            for number in ready.drain(..) {
                if number == LISTENER { self.accept(now)? } else { self.turn(number, now)? }
            }
        }
    }

    /// Waits until something is ready or a timer is due, but not at all if a client can go on now.
    fn wait(&mut self, ready: &mut Vec<usize>) -> io::Result<()> {
        ready.append(&mut self.busy);
        let next = if ready.is_empty() { self.timers.next() } else { Some(Instant::now()) };
        let time = next.map(|next| next.saturating_duration_since(Instant::now()).min(HOUR));
        let timeout = time.and_then(|time| Timespec::try_from(time).ok());
        let clients = self.clients.iter().filter_map(|(number, client)| {
            Some(Watched { number, fd: client.connection.as_fd(), interest: interest(client)? })
        });
        let fd = self.listener.as_fd();
        let listener = self.listens_for.map(|interest| Watched { number: LISTENER, fd, interest });
        match self.poller.wait(clients.chain(listener), timeout.as_ref(), ready) {
            Err(error) if error.kind() != ErrorKind::Interrupted => Err(error),
            _ => Ok(()),
        }
    }
    // ANCHOR_END: run

    // ANCHOR: turn
    /// A client goes on until it cannot or has had its share. Then the poller learns what the client waits for now.
    fn turn(&mut self, number: usize, now: Instant) -> io::Result<()> {
        let Some(client) = self.clients.get_mut(number) else { return Ok(()) };
        let before = interest(client);
        let mut is_busy = true;
        for _ in 0..STEPS {
            match client.step(now) {
                Ok(()) if client.state() != State::Closed => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    is_busy = false;
                    break;
                }
                ended => {
                    self.remove(number, ended);
                    return Ok(());
                }
            }
        }
        if is_busy {
            self.busy.push(number); // it may have more to do, but others come first
        } else {
            self.timers.wake(number, client.deadline);
        }
        self.poller.change(number, client.connection.as_fd(), before, interest(client))
    }
    // ANCHOR_END: turn

    /// Drops a client. With its connection closed, `epoll` forgets it, too.
    fn remove(&mut self, number: usize, ended: io::Result<()>) {
        if let Err(error) = ended {
            echo::log(format_args!("gave up on a connection: {error}"));
        }
        self.timers.remove(number);
        self.clients.remove(number);
    }

    // ANCHOR: accept
    fn accept(&mut self, now: Instant) -> io::Result<()> {
        self.listen_for(Some(Interest::Read))?; // it may have had a rest
        for _ in 0..STEPS {
            match self.listener.accept() {
                Ok((stream, _)) => self.add(stream, now),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => {
                    self.timers.wake(LISTENER, now + command_line::cannot_accept(&error));
                    return self.listen_for(None);
                }
            }
        }
        Ok(())
    }

    fn listen_for(&mut self, interest: Option<Interest>) -> io::Result<()> {
        let before = std::mem::replace(&mut self.listens_for, interest);
        self.poller.change(LISTENER, self.listener.as_fd(), before, interest)
    }

    /// Adds a client, or refuses it, with the reason.
    fn add(&mut self, stream: TcpStream, now: Instant) {
        let entry = self.clients.vacant_entry();
        let watch = |()| self.poller.change(entry.key(), stream.as_fd(), None, Some(Interest::Read));
        if let Err(error) = stream.set_nonblocking(true).and_then(watch) {
            return refuse(&stream, &error);
        }
        let client = Client::new(stream, now, self.delay, echo::patience());
        self.timers.wake(entry.key(), client.deadline);
        entry.insert(client);
    }
    // ANCHOR_END: accept
}

/// Sends a client the reason why it is refused. What it has sent is read, since the system resets a connection that is closed with bytes unread.
fn refuse(mut stream: &TcpStream, error: &io::Error) {
    command_line::log(format_args!("refused a client: {error}"));
    let _ = writeln!(stream, "this server is full: {error}"); // the client may have left
    let _ = io::copy(&mut stream.take(LINGER), &mut io::sink());
}

impl Connection for TcpStream {
    fn finish_writing(&mut self) -> io::Result<()> {
        self.shutdown(Shutdown::Write)
    }
}
