//! What the operating system knows of a thread: how long it was on a processor, and how often it left one by itself.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// A moment in the life of a thread.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    at: Instant,
    thread: Option<Thread>,
}

/// What a thread has done up to now.
#[derive(Clone, Copy, Debug)]
struct Thread {
    cpu_time: Duration,
    /// How often it gave up its processor to wait for something. (When the system takes it away, that is another number.)
    waits: i64,
}

/// What a thread did from one moment to another.
#[derive(Clone, Copy, Debug)]
pub struct Spent {
    /// What a clock on the wall says.
    pub time: Duration,
    /// How long it computed, and whether it waited for anything. (`None` if the system does not say.)
    pub computed_and_waited: Option<(Duration, bool)>,
}

impl Moment {
    /// Now, on this thread.
    pub fn now() -> Self {
        Self { at: Instant::now(), thread: thread() }
    }

    /// When it was.
    pub fn at(self) -> Instant {
        self.at
    }

    // ANCHOR: spent_since
    /// What this thread did since then. What else than time passed is looked at only if it was at least this long.
    pub fn spent_since(self, threshold: Duration) -> Spent {
        let time = self.at.elapsed();
        let both = || Some((self.thread?, thread()?));
        let computed_and_waited = if time < threshold { None } else { both() };
        let differences = |(before, after): (Thread, Thread)| {
            (after.cpu_time.saturating_sub(before.cpu_time), after.waits > before.waits)
        };
        Spent { time, computed_and_waited: computed_and_waited.map(differences) }
    }
    // ANCHOR_END: spent_since
}

/// Computes until this thread has spent so much time on a processor, however busy the machine is.
pub fn compute_for(time: Duration) {
    let (began, mut number) = (Moment::now(), 1_u32);
    loop {
        let spent = began.spent_since(Duration::ZERO);
        if spent.computed_and_waited.map_or(spent.time, |(computed, _)| computed) >= time {
            return;
        }
        for _ in 0..10_000 {
            number = black_box(number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223)); // a step of a random generator
        }
    }
}

// ANCHOR: thread
#[cfg(target_os = "linux")]
fn thread() -> Option<Thread> {
    use nix::sys::resource::{UsageWho, getrusage};
    use nix::time::{ClockId, clock_gettime};
    let cpu_time = Duration::from(clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).ok()?);
    let waits = getrusage(UsageWho::RUSAGE_THREAD).ok()?.voluntary_context_switches();
    Some(Thread { cpu_time, waits })
}
// ANCHOR_END: thread

#[cfg(not(target_os = "linux"))]
fn thread() -> Option<Thread> {
    None
}
