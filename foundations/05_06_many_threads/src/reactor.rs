//! A reactor: what tasks wait for, sockets and times, and the wakers of those who wait.

use crate::readiness::Readiness;
use crate::sync::{Mutex, lock};
use mio::event::Source;
use mio::{Events, Interest, Poll, Registry, Token, Waker as Bell};
use slab::Slab;
use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::task::Waker;
use std::time::{Duration, Instant};

/// The number of the bell. Sockets count from zero.
const BELL: Token = Token(usize::MAX);

/// Everything that somebody waits for. A clone of it is the same reactor.
#[derive(Clone)]
pub struct Reactor {
    shared: Arc<Shared>,
}

struct Shared {
    /// The operating system, and what it has told.
    system: Mutex<(Poll, Events)>,
    registry: Registry,
    bell: Bell,
    sockets: Mutex<Slab<Arc<Readiness>>>,
    timers: Mutex<Timers>,
    last_timer: AtomicU64,
}

#[derive(Default)]
struct Timers {
    /// In the order of time. The number distinguishes those of the same time.
    queue: BTreeMap<(Instant, u64), Waker>,
    /// Whether a thread rests until the first of them, or for ever if there is none.
    is_awaited: bool,
}

impl Reactor {
    /// A reactor for which nobody waits yet.
    pub fn new() -> io::Result<Self> {
        let system = Poll::new()?;
        let registry = system.registry().try_clone()?;
        let bell = Bell::new(&registry, BELL)?;
        let system = Mutex::new((system, Events::with_capacity(1024)));
        let (sockets, timers, last_timer) = (Mutex::default(), Mutex::default(), AtomicU64::new(0));
        Ok(Self { shared: Arc::new(Shared { system, registry, bell, sockets, timers, last_timer }) })
    }

    /// Calls back the thread that rests here.
    pub fn ring(&self) {
        let _ = self.shared.bell.wake(); // it fails only when there is no reactor any more
    }

    /// Wakes everyone whose socket is ready or whose time has come. Waits for the first of
    /// them, if the thread may rest, and says when it has got up.
    pub fn wait(&self, may_rest: bool, get_up: impl FnOnce()) -> io::Result<()> {
        let (system, events) = &mut *lock(&self.shared.system);
        let timeout = if may_rest { self.until_next_timer() } else { Some(Duration::ZERO) };
        let polled = system.poll(events, timeout);
        get_up();
        match polled {
            Err(error) if error.kind() != ErrorKind::Interrupted => return Err(error),
            _ => {}
        }
        let sockets = lock(&self.shared.sockets);
        for event in events.iter() {
            if let Some(socket) = sockets.get(event.token().0) {
                socket.note(event);
            }
        }
        drop(sockets);
        self.wake_timers();
        Ok(())
    }

    /// Lets the system tell of this socket, and puts down what it tells. It is registered
    /// once, for its whole life.
    pub fn add(&self, socket: &mut impl Source) -> io::Result<(usize, Arc<Readiness>)> {
        let readiness = Arc::default();
        let number = lock(&self.shared.sockets).insert(Arc::clone(&readiness));
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
        lock(&self.shared.sockets).try_remove(number);
    }

    fn until_next_timer(&self) -> Option<Duration> {
        let mut timers = lock(&self.shared.timers);
        timers.is_awaited = true;
        timers.queue.first_key_value().map(|((time, _), _)| time.saturating_duration_since(Instant::now()))
    }

    fn wake_timers(&self) {
        let mut timers = lock(&self.shared.timers);
        timers.is_awaited = false;
        if timers.queue.is_empty() {
            return;
        }
        let now = Instant::now();
        while let Some(first) = timers.queue.first_entry().filter(|first| first.key().0 <= now) {
            first.remove().wake();
        }
    }

    /// Wakes somebody at this time. Returns what the timer is known by.
    pub fn set_timer(&self, time: Instant, waker: &Waker) -> (Instant, u64) {
        let number = self.shared.last_timer.fetch_add(1, SeqCst);
        let mut timers = lock(&self.shared.timers);
        timers.queue.insert((time, number), waker.clone());
        if timers.is_awaited && timers.queue.first_key_value().is_some_and(|(first, _)| *first == (time, number)) {
            timers.is_awaited = false;
            self.ring(); // the thread there would rest for too long
        }
        (time, number)
    }

    /// Does not wake anybody any more.
    pub fn forget_timer(&self, timer: (Instant, u64)) {
        lock(&self.shared.timers).queue.remove(&timer);
    }
}
