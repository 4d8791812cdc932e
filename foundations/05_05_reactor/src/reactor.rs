//! A reactor: it knows what the tasks wait for, sockets and times, and which wakers to call.

use mio::{Events, Registry, Token};
use std::collections::{BTreeMap, HashMap};
use std::io::{self, ErrorKind};
use std::mem;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};
use wakers::{Park, lock};

/// The token of `unpark`. Sockets and timers have numbers, from one on, and no number is used twice.
const UNPARK: Token = Token(0);

// ANCHOR: registration
/// What the reactor knows of a socket.
#[derive(Default)]
pub struct Registration {
    pub read: Readiness,
    pub write: Readiness,
}

/// Whether an attempt to read, or to write, may succeed, and the waker to call when it may.
#[derive(Default)]
pub struct Readiness(Mutex<State>);

#[derive(Default)]
struct State {
    is_ready: bool,
    waker: Option<Waker>,
}
// ANCHOR_END: registration

impl Readiness {
    // ANCHOR: poll
    /// Attempts this if the system has reported that it may succeed.
    /// Otherwise it keeps the waker, in place of an earlier one.
    pub fn poll<T, F>(&self, context: &Context<'_>, mut attempt: F) -> Poll<io::Result<T>>
    where
        F: FnMut() -> io::Result<T>,
    {
        loop {
            let mut state = lock(&self.0);
            if !mem::take(&mut state.is_ready) {
                let earlier = state.waker.replace(context.waker().clone());
                drop(state); // first, because dropping a waker may run any code
                drop(earlier);
                return Poll::Pending;
            }
            drop(state);
            match attempt() {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {} // there may be a new report
                result => {
                    lock(&self.0).is_ready = true; // only `WouldBlock` says that there is no more
                    return Poll::Ready(result);
                }
            }
        }
    }

    /// Notes a report of the system. Returns the waker to call.
    fn set_ready(&self) -> Option<Waker> {
        let mut state = lock(&self.0);
        state.is_ready = true;
        state.waker.take()
    }
    // ANCHOR_END: poll
}

// ANCHOR: reactor
/// All that tasks wait for. It has locks because several threads share it in the next step.
pub struct Reactor {
    poll: Mutex<mio::Poll>,
    pub(crate) registry: Registry,
    unpark: mio::Waker,
    pub(crate) sockets: Mutex<HashMap<usize, Arc<Registration>>>,
    timers: Mutex<Timers>,
    last_number: AtomicUsize,
}

#[derive(Default)]
struct Timers {
    /// Sorted by time. The number distinguishes timers that are due at the same time.
    queue: BTreeMap<TimerKey, Waker>,
    /// Whether a thread rests until the first of them is due.
    is_awaited: bool,
}

pub type TimerKey = (Instant, usize);
// ANCHOR_END: reactor

impl Reactor {
    /// A reactor for which no task waits. It fails if the system has no descriptors left.
    pub fn new() -> io::Result<Self> {
        let poll = mio::Poll::new()?;
        let registry = poll.registry().try_clone()?;
        Ok(Self {
            unpark: mio::Waker::new(&registry, UNPARK)?,
            poll: Mutex::new(poll),
            registry,
            sockets: Mutex::default(),
            timers: Mutex::default(),
            last_number: AtomicUsize::new(UNPARK.0),
        })
    }

    // ANCHOR: wait
    /// Asks the system, in one call for all tasks, which sockets are ready. If the thread may rest,
    /// it does so there, until a socket is ready, a timer is due, or `unpark` is called.
    /// Returns the wakers to call.
    ///
    /// # Panics
    ///
    /// If the system does not answer. It has no reason not to:
    /// its descriptors are open as long as the reactor lives.
    pub fn wait(&self, may_rest: bool) -> Vec<Waker> {
        let mut timeout = if may_rest { self.time_until_next_timer() } else { Some(Duration::ZERO) };
        let mut events = Events::with_capacity(1024);
        while let Err(error) = lock(&self.poll).poll(&mut events, timeout) {
            assert_eq!(error.kind(), ErrorKind::Interrupted, "cannot wait for sockets: {error}");
            timeout = Some(Duration::ZERO); // meanwhile, timers became due and sockets ready
        }
        let mut wakers = self.due_timers();
        for event in &events {
            let registration = lock(&self.sockets).get(&event.token().0).cloned();
            let Some(registration) = registration else { continue }; // it is `UNPARK`, or a closed socket
            if event.is_readable() || event.is_read_closed() {
                wakers.extend(registration.read.set_ready());
            }
            if event.is_writable() || event.is_write_closed() {
                wakers.extend(registration.write.set_ready());
            }
        }
        wakers
    }
    // ANCHOR_END: wait

    /// Ends the rest in `wait`, or the next one if no thread rests.
    pub fn unpark(&self) {
        let _ = self.unpark.wake(); // it fails only if the reactor has not yet seen earlier calls, which will end its rest
    }

    /// A number for a socket or a timer.
    pub(crate) fn new_number(&self) -> usize {
        self.last_number.fetch_add(1, Relaxed) + 1
    }

    // ANCHOR: timers
    /// Sets a timer that calls this waker when it is due. If the timer exists, only its waker changes.
    pub(crate) fn set_timer(&self, key: TimerKey, waker: &Waker) {
        let mut timers = lock(&self.timers);
        let _earlier = timers.queue.insert(key, waker.clone());
        let is_first = timers.queue.first_key_value().is_some_and(|(first, _)| *first == key);
        let rests_too_long = is_first && mem::take(&mut timers.is_awaited);
        drop(timers);
        if rests_too_long {
            self.unpark(); // another thread rests: this thread is awake
        }
    }

    /// Forgets this timer, if it is still there.
    pub(crate) fn remove_timer(&self, key: TimerKey) {
        let _waker = lock(&self.timers).queue.remove(&key);
    }

    fn time_until_next_timer(&self) -> Option<Duration> {
        let mut timers = lock(&self.timers);
        timers.is_awaited = true;
        timers.queue.first_key_value().map(|((time, _), _)| time.saturating_duration_since(Instant::now()))
    }

    fn due_timers(&self) -> Vec<Waker> {
        let now = Instant::now();
        let mut wakers = Vec::new();
        let mut timers = lock(&self.timers);
        timers.is_awaited = false;
        while let Some(first) = timers.queue.first_entry().filter(|first| first.key().0 <= now) {
            wakers.push(first.remove());
        }
        wakers
    }
    // ANCHOR_END: timers
}

// ANCHOR: park
/// The executor of step 5.4 rests here.
impl Park for Reactor {
    fn unparker(self: Arc<Self>) -> Waker {
        Waker::from(Arc::new(Unpark { thread: thread::current().id(), reactor: self }))
    }

    fn park(&self, may_rest: bool) {
        self.wait(may_rest).into_iter().for_each(Waker::wake);
    }
}

struct Unpark {
    thread: ThreadId,
    reactor: Arc<Reactor>,
}

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        if thread::current().id() != self.thread {
            self.reactor.unpark(); // (the thread itself is awake when it calls this)
        }
    }
}
// ANCHOR_END: park
