//! A reactor: what tasks wait for, sockets and times, and the wakers of those who wait.

use crate::readiness::Readiness;
use mio::event::Source;
use mio::{Events, Interest, Poll, Registry, Token, Waker as Bell};
use slab::Slab;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::rc::Rc;
use std::task::Waker;
use std::time::{Duration, Instant};

/// The number of the bell. Sockets count from zero.
const BELL: Token = Token(usize::MAX);

// ANCHOR: reactor
/// Everything that somebody waits for. A clone of it is the same reactor.
#[derive(Clone)]
pub struct Reactor {
    shared: Rc<Shared>,
}

struct Shared {
    /// The operating system, and what it has told.
    system: RefCell<(Poll, Events)>,
    registry: Registry,
    sockets: RefCell<Slab<Rc<Readiness>>>,
    /// In the order of time. The number distinguishes those of the same time.
    timers: RefCell<BTreeMap<(Instant, u64), Waker>>,
    last_timer: Cell<u64>,
}

impl Reactor {
    /// A reactor for which nobody waits yet.
    pub fn new() -> io::Result<Self> {
        let system = Poll::new()?;
        let registry = system.registry().try_clone()?;
        let system = RefCell::new((system, Events::with_capacity(1024)));
        let (sockets, timers, last_timer) = (RefCell::default(), RefCell::default(), Cell::new(0));
        Ok(Self { shared: Rc::new(Shared { system, registry, sockets, timers, last_timer }) })
    }

    /// What ends a wait from another thread.
    pub fn bell(&self) -> io::Result<Bell> {
        Bell::new(&self.shared.registry, BELL)
    }

    /// Wakes everyone whose socket is ready or whose time has come. Waits for the first of
    /// them, if the thread may rest.
    pub fn wait(&self, may_rest: bool) -> io::Result<()> {
        let (system, events) = &mut *self.shared.system.borrow_mut();
        let timeout = if may_rest { self.until_next_timer() } else { Some(Duration::ZERO) };
        match system.poll(events, timeout) {
            Err(error) if error.kind() != ErrorKind::Interrupted => return Err(error),
            _ => {}
        }
        let sockets = self.shared.sockets.borrow();
        for event in events.iter() {
            if let Some(socket) = sockets.get(event.token().0) {
                socket.note(event);
            }
        }
        self.wake_timers();
        Ok(())
    }

    /// Lets the system tell of this socket, and puts down what it tells. It is registered
    /// once, for its whole life.
    pub fn add(&self, socket: &mut impl Source) -> io::Result<(usize, Rc<Readiness>)> {
        let readiness = Rc::default();
        let number = self.shared.sockets.borrow_mut().insert(Rc::clone(&readiness));
        let interest = Interest::READABLE | Interest::WRITABLE;
        match self.shared.registry.register(socket, Token(number), interest) {
            Ok(()) => Ok((number, readiness)),
            Err(error) => {
                self.remove(number);
                Err(error)
            }
        }
    }

    /// Forgets this socket. The system does so when it is closed.
    pub fn remove(&self, number: usize) {
        self.shared.sockets.borrow_mut().try_remove(number);
    }
    // ANCHOR_END: reactor

    fn until_next_timer(&self) -> Option<Duration> {
        let timers = self.shared.timers.borrow();
        timers.first_key_value().map(|((time, _), _)| time.saturating_duration_since(Instant::now()))
    }

    fn wake_timers(&self) {
        let mut timers = self.shared.timers.borrow_mut();
        if timers.is_empty() {
            return;
        }
        let now = Instant::now();
        while let Some(first) = timers.first_entry().filter(|first| first.key().0 <= now) {
            first.remove().wake();
        }
    }

    /// Wakes somebody at this time. Returns what the timer is known by.
    pub fn set_timer(&self, time: Instant, waker: &Waker) -> (Instant, u64) {
        let number = self.shared.last_timer.get() + 1;
        self.shared.last_timer.set(number);
        self.shared.timers.borrow_mut().insert((time, number), waker.clone());
        (time, number)
    }

    /// Does not wake anybody any more.
    pub fn forget_timer(&self, timer: (Instant, u64)) {
        self.shared.timers.borrow_mut().remove(&timer);
    }
}
