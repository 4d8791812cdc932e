//! A reactor: what tasks wait for, sockets and times, and the wakers of those who wait.

use crate::readiness::Readiness;
use crate::sync::{Mutex, lock};
use mio::event::Source;
use mio::{Events, Interest, Poll as System, Registry, Token, Waker as Bell};
use slab::Slab;
use std::collections::BTreeMap;
use std::future::poll_fn;
use std::io::{self, ErrorKind};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

/// The number of the bell. Sockets count from zero.
const BELL: Token = Token(usize::MAX);

// ANCHOR: reactor
/// Everything that somebody waits for. A clone of it is the same reactor.
#[derive(Clone)]
pub struct Reactor {
    shared: Arc<Shared>,
}

struct Shared {
    /// The operating system, and what it has told.
    system: Mutex<(System, Events)>,
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
        let system = System::new()?;
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

    /// Wakes everyone whose socket is ready or whose time has come. Waits for the first of them, if the thread may rest, and says
    /// when it has got up.
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

    /// Lets the system tell of this socket, and puts down what it tells. It is registered once, for its whole life.
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
    // ANCHOR_END: reactor

    fn until_next_timer(&self) -> Option<Duration> {
        let mut timers = lock(&self.shared.timers);
        timers.is_awaited = true;
        timers.queue.first_key_value().map(|((time, _), _)| time.saturating_duration_since(Instant::now()))
    }

    // ANCHOR: timers
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

    /// Waits for this time.
    pub fn sleep(&self, time: Duration) -> Sleep {
        let number = self.shared.last_timer.fetch_add(1, SeqCst);
        let deadline = Instant::now().checked_add(time).map(|deadline| (deadline, number));
        Sleep { reactor: self.clone(), deadline }
    }
}

/// Waits until its deadline; for ever, if that is further away than a clock can tell.
pub struct Sleep {
    reactor: Reactor,
    deadline: Option<(Instant, u64)>,
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let Some(deadline) = self.deadline else { return Poll::Pending };
        if deadline.0 <= Instant::now() {
            return Poll::Ready(());
        }
        let mut timers = lock(&self.reactor.shared.timers);
        timers.queue.insert(deadline, context.waker().clone());
        if timers.is_awaited && timers.queue.first_key_value().is_some_and(|(first, _)| *first == deadline) {
            timers.is_awaited = false;
            self.reactor.ring(); // the thread there would rest for too long
        }
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Some(deadline) = &self.deadline {
            lock(&self.reactor.shared.timers).queue.remove(deadline); // nobody waits for it any more
        }
    }
}
// ANCHOR_END: timers

// ANCHOR: timeout
impl Reactor {
    /// Runs this future to its end, or gives it up after this time.
    pub async fn timeout<T>(&self, time: Duration, future: impl Future<Output = io::Result<T>>) -> io::Result<T> {
        let (mut future, mut sleep) = (pin!(future), pin!(self.sleep(time)));
        poll_fn(|context| {
            let polled = future.as_mut().poll(context);
            if polled.is_pending() && sleep.as_mut().poll(context).is_ready() {
                return Poll::Ready(Err(ErrorKind::TimedOut.into()));
            }
            polled
        })
        .await
    }
}
// ANCHOR_END: timeout
