//! The loop: it waits until the system or a timer has something for one of the clients, and lets this client go on.

use crate::client::{Client, State};
use crate::readiness::Watched;
use crate::timers::Timers;
use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Token};
use slab::Slab;
use std::collections::VecDeque;
use std::io::{self, ErrorKind};
use std::time::{Duration, Instant};

/// The number of the listener. The clients count from zero.
const LISTENER: usize = usize::MAX;
/// How many steps a client takes, and how many clients the listener accepts, before the others have their turn.
const STEPS: usize = 32;

// ANCHOR: event_loop
/// All that one thread serves.
pub struct EventLoop {
    poll: Poll,
    listener: TcpListener,
    listener_state: ListenerState,
    clients: Slab<Entry>,
    /// The clients that can go on, each of them once, in the order of their turns.
    ready: VecDeque<usize>,
    timers: Timers,
    delay: Duration,
    patience: Duration,
}

/// What the listener is doing.
#[derive(PartialEq)]
enum ListenerState {
    Idle,
    /// There may be clients to accept.
    Ready,
    /// It has failed, and rests until a timer is due.
    Paused,
}

/// A client, and whether it is in the queue `ready`.
struct Entry {
    client: Client<Watched>,
    is_ready: bool,
}
// ANCHOR_END: event_loop

impl EventLoop {
    /// A loop that accepts clients of this listener.
    pub fn new(listener: std::net::TcpListener, delay: Duration) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        let (poll, mut listener) = (Poll::new()?, TcpListener::from_std(listener));
        poll.registry().register(&mut listener, Token(LISTENER), Interest::READABLE)?;
        let (clients, ready, timers) = (Slab::new(), VecDeque::new(), Timers::default());
        let patience = echo::patience();
        Ok(Self { poll, listener, listener_state: ListenerState::Idle, clients, ready, timers, delay, patience })
    }

    // ANCHOR: run
    /// Serves until the system fails to report what is ready.
    pub fn run(mut self) -> io::Result<()> {
        let mut events = Events::with_capacity(1024);
        loop {
            self.wait(&mut events)?;
            for event in &events {
                if let Some(entry) = self.clients.get_mut(event.token().0) {
                    entry.client.connection.note(event);
                }
                self.wake(event.token().0);
            }
            let now = Instant::now();
            while let Some(number) = self.timers.due(now) {
                if number == LISTENER {
                    self.listener_state = ListenerState::Idle;
                }
                self.wake(number);
            }
            for _ in 0..self.ready.len() {
                self.turn(now);
            }
            if self.listener_state == ListenerState::Ready {
                self.accept(now);
            }
        }
    }

    /// Waits until a socket is ready or a timer is due. Does not wait if there is something to do already.
    fn wait(&mut self, events: &mut Events) -> io::Result<()> {
        let is_idle = self.ready.is_empty() && self.listener_state != ListenerState::Ready;
        let next = if is_idle { self.timers.next() } else { Some(Instant::now()) };
        let mut timeout = next.map(|time| time.saturating_duration_since(Instant::now()));
        while let Err(error) = self.poll.poll(events, timeout) {
            if error.kind() != ErrorKind::Interrupted {
                return Err(error);
            }
            timeout = Some(Duration::ZERO); // meanwhile, timers became due and sockets ready
        }
        Ok(())
    }
    // ANCHOR_END: run

    /// Sees that this client has a turn, or that the listener accepts.
    fn wake(&mut self, number: usize) {
        if let Some(entry) = self.clients.get_mut(number) {
            if !entry.is_ready {
                entry.is_ready = true;
                self.ready.push_back(number);
            }
        } else if number == LISTENER && self.listener_state == ListenerState::Idle {
            self.listener_state = ListenerState::Ready;
        }
    }

    // ANCHOR: turn
    /// The next client goes on until it cannot, or until its turn is over.
    fn turn(&mut self, now: Instant) {
        let Some(number) = self.ready.pop_front() else { return };
        let Some(entry) = self.clients.get_mut(number) else { return };
        entry.is_ready = false;
        for _ in 0..STEPS {
            match entry.client.step(now) {
                Ok(()) if entry.client.state() == State::Closed => return self.remove(number),
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    return self.timers.wake(number, entry.client.deadline);
                }
                Err(error) => {
                    echo::log(format_args!("gave up on a connection: {error}"));
                    return self.remove(number);
                }
            }
        }
        self.wake(number); // it may have more to do, but the others come first
    }
    // ANCHOR_END: turn

    // ANCHOR: accept
    fn accept(&mut self, now: Instant) {
        for _ in 0..STEPS {
            match self.listener.accept() {
                Ok((stream, _)) => self.add(stream, now),
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    self.listener_state = ListenerState::Idle;
                    return;
                }
                Err(error) => {
                    self.listener_state = ListenerState::Paused;
                    return self.timers.wake(LISTENER, now + echo::cannot_accept(&error));
                }
            }
        }
    }
    // ANCHOR_END: accept

    // ANCHOR: add
    /// Registers a client. From now on, the system reports what it is ready for.
    fn add(&mut self, mut stream: TcpStream, now: Instant) {
        let entry = self.clients.vacant_entry();
        let (token, interest) = (Token(entry.key()), Interest::READABLE | Interest::WRITABLE);
        if let Err(error) = self.poll.registry().register(&mut stream, token, interest) {
            return echo::log(format_args!("gave up on a connection: {error}"));
        }
        let client = Client::new(Watched::new(stream), now, self.delay, self.patience);
        self.timers.wake(entry.key(), client.deadline);
        entry.insert(Entry { client, is_ready: false });
    }
    // ANCHOR_END: add

    /// Removes a client. Its connection is closed, and the system forgets it.
    fn remove(&mut self, number: usize) {
        self.timers.remove(number);
        self.clients.remove(number);
    }
}
