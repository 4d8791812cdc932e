//! A future that times every poll of another one, and remembers what it saw.

use crate::usage::{Moment, Spent};
use pin_project_lite::pin_project;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::panic::Location;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::thread;
use std::time::{Duration, Instant};

/// How many polls are remembered one by one: the latest ones. The sums are those of all.
const REMEMBERED: usize = 10_000;

/// Watches the polls of futures. Clones are the same profile.
#[derive(Clone, Debug)]
pub struct Profile(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    start: Instant,
    threshold: Duration,
    warn: fn(&str),
    record: Mutex<Record>,
    /// When the poll that is under way began, in microseconds since `start`; 0 if there is none.
    polling: AtomicU64,
}

/// What was seen.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Record {
    /// One for each name and place.
    pub tasks: Vec<Task>,
    /// The latest polls, in their order.
    pub polls: VecDeque<Seen>,
}

/// All futures of one name that were spawned in one place.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Task {
    /// What its author calls it.
    pub name: String,
    /// The file and the line in which it was spawned.
    pub place: String,
    /// How often it was polled.
    pub polls: u64,
    /// How long all its polls took together.
    pub total: Duration,
    /// How long its longest poll took that was not [kept from running](Cause::KeptFromRunning).
    pub worst: Duration,
    /// How many polls of each kind were slow.
    pub slow: Vec<(Cause, u64)>,
}

/// A poll.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Seen {
    /// Of which of the tasks.
    pub task: usize,
    /// When it began, since the profile did.
    pub from: Duration,
    /// How long it took.
    pub time: Duration,
    /// Why it took long, if it did.
    pub cause: Option<Cause>,
}

/// Why a poll took long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cause {
    /// It was on a processor for longer than it should have been.
    Computed,
    /// It was not, and left the processor by itself: it waited for something else than the loop.
    Blocked,
    /// It was not, and did not leave by itself: the system gave the processor to others. The task can do nothing about it.
    KeptFromRunning,
    /// The system does not say.
    Unknown,
}

impl Profile {
    /// A profile that gives a warning for every poll that takes this long.
    pub fn new(threshold: Duration, warn: fn(&str)) -> Self {
        Self(Arc::new(Shared {
            start: Instant::now(),
            threshold,
            warn,
            record: Mutex::default(),
            polling: AtomicU64::new(0),
        }))
    }

    // ANCHOR: watch
    /// The same future, watched. The report shows the place where this function is called.
    #[track_caller]
    pub fn watch<F: Future>(&self, name: &str, future: F) -> Watched<F> {
        let place = Location::caller();
        let task = self.record().task(name, &format!("{}:{}", place.file(), place.line()));
        Watched { future, task, profile: self.clone() }
    }
    // ANCHOR_END: watch

    // ANCHOR: find_calls
    /// Starts the watchdog: while a poll takes too long, it says in which call this thread is.
    #[cfg(unix)]
    pub fn find_calls_of_this_thread(&self) -> std::io::Result<()> {
        use crate::stack::{Stack, Thread, prepare, read_line_numbers};
        prepare()?;
        let (profile, thread, mut reported) = (self.clone(), Thread::current(), 0);
        let look = move || {
            thread::sleep(profile.0.threshold / 4);
            let began = profile.0.polling.load(Ordering::Relaxed);
            let time = profile.0.start.elapsed().saturating_sub(Duration::from_micros(began));
            if began == 0 || began == reported || time < profile.0.threshold {
                return;
            }
            reported = began; // once for each poll
            let stack = Stack::of(thread);
            if profile.0.polling.load(Ordering::Relaxed) == began {
                let call = stack.and_then(|stack| stack.own_call());
                let call = call.map_or("its position is unknown".to_owned(), |call| format!("it is at {call}"));
                (profile.0.warn)(&format!("a task has kept the loop busy for {} ms: {call}", time.as_millis()));
            }
        };
        read_line_numbers();
        let watch = move || std::iter::repeat_with(look).for_each(drop);
        thread::Builder::new().name("watchdog".into()).spawn(watch).map(drop)
    }
    // ANCHOR_END: find_calls

    /// How long a poll may take.
    pub fn threshold(&self) -> Duration {
        self.0.threshold
    }

    /// What was seen so far.
    pub fn record(&self) -> MutexGuard<'_, Record> {
        self.0.record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A poll begins: for the watchdog.
    fn begin(&self, began: Moment) {
        let since_start = (began.at() - self.0.start).as_micros();
        self.0.polling.store(u64::try_from(since_start).unwrap_or(u64::MAX).max(1), Ordering::Relaxed);
    }

    // ANCHOR: note
    fn note(&self, task: usize, began: Moment) {
        self.0.polling.store(0, Ordering::Relaxed);
        let spent = began.spent_since(self.0.threshold);
        let cause = cause(spent, self.0.threshold);
        let mut record = self.record();
        record.note(Seen { task, from: began.at() - self.0.start, time: spent.time, cause });
        if let Some(cause) = cause.filter(|cause| *cause != Cause::KeptFromRunning) {
            let Task { name, place, .. } = &record.tasks[task];
            let milliseconds = spent.time.as_millis();
            (self.0.warn)(&format!(
                "{name}, spawned at {place}, {cause} for {milliseconds} ms: all other tasks waited"
            ));
        }
    }
    // ANCHOR_END: note
}

// ANCHOR: watched
pin_project! {
    /// A future whose polls are timed.
    #[derive(Debug)]
    pub struct Watched<F> {
        #[pin]
        future: F,
        task: usize,
        profile: Profile,
    }
}

impl<F: Future> Future for Watched<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let began = Moment::now();
        this.profile.begin(began);
        let polled = this.future.poll(context);
        this.profile.note(*this.task, began);
        polled
    }
}
// ANCHOR_END: watched

// ANCHOR: cause
/// Why a poll took a long time, if it did.
fn cause(spent: Spent, threshold: Duration) -> Option<Cause> {
    if spent.time < threshold {
        return None;
    }
    Some(match spent.computed_and_waited {
        Some((computed, _)) if computed >= threshold => Cause::Computed,
        Some((_, true)) => Cause::Blocked,
        Some((_, false)) => Cause::KeptFromRunning,
        None => Cause::Unknown,
    })
}
// ANCHOR_END: cause

impl Record {
    /// The number of the task of this name and place.
    fn task(&mut self, name: &str, place: &str) -> usize {
        let known = self.tasks.iter().position(|task| task.name == name && task.place == place);
        known.unwrap_or_else(|| {
            let (total, worst) = (Duration::ZERO, Duration::ZERO);
            self.tasks.push(Task { name: name.into(), place: place.into(), polls: 0, total, worst, slow: Vec::new() });
            self.tasks.len() - 1
        })
    }

    fn note(&mut self, seen: Seen) {
        let task = &mut self.tasks[seen.task];
        task.polls += 1;
        task.total += seen.time;
        if seen.cause != Some(Cause::KeptFromRunning) {
            task.worst = task.worst.max(seen.time);
        }
        if let Some(cause) = seen.cause {
            match task.slow.iter_mut().find(|(known, _)| *known == cause) {
                Some((_, count)) => *count += 1,
                None => task.slow.push((cause, 1)),
            }
        }
        if self.polls.len() == REMEMBERED {
            self.polls.pop_front();
        }
        self.polls.push_back(seen);
    }
}

impl std::fmt::Display for Cause {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Computed => "computed",
            Self::Blocked => "was blocked",
            Self::KeptFromRunning => "was kept from running",
            Self::Unknown => "did not yield",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::compute_for;
    use std::future::ready;
    use std::pin::pin;
    use std::task::Waker;

    const THRESHOLD: Duration = Duration::from_millis(10);

    fn seen(time: u64, computed_and_waited: Option<(u64, bool)>) -> Option<Cause> {
        let parts = |(computed, waited)| (Duration::from_millis(computed), waited);
        cause(
            Spent { time: Duration::from_millis(time), computed_and_waited: computed_and_waited.map(parts) },
            THRESHOLD,
        )
    }

    #[test]
    fn a_long_poll_computed_or_was_blocked_or_was_kept_from_running() {
        assert_eq!(seen(9, None), None);
        assert_eq!(seen(30, Some((29, false))), Some(Cause::Computed));
        assert_eq!(seen(300, Some((30, false))), Some(Cause::Computed), "on a busy machine");
        assert_eq!(seen(30, Some((1, true))), Some(Cause::Blocked));
        assert_eq!(seen(30, Some((1, false))), Some(Cause::KeptFromRunning));
        assert_eq!(seen(30, None), Some(Cause::Unknown));
    }

    /// What a profile has seen when it has polled this future once.
    fn record_of(future: impl Future<Output = ()>) -> Record {
        let profile = Profile::new(THRESHOLD, |_| {});
        let _ = pin!(profile.watch("task", future)).poll(&mut Context::from_waker(Waker::noop()));
        profile.record().clone()
    }

    #[test]
    fn a_poll_that_does_nothing_is_counted_and_blamed_for_nothing() {
        let record = record_of(ready(()));
        assert_eq!((record.tasks[0].polls, record.polls.len()), (1, 1));
        assert!(record.tasks[0].slow.iter().all(|(cause, _)| *cause == Cause::KeptFromRunning));
    }

    #[test]
    #[cfg_attr(not(target_os = "linux"), ignore = "only Linux reports why")]
    fn a_sleep_is_distinguished_from_a_computation() {
        let record = record_of(async { thread::sleep(THRESHOLD * 3) });
        assert_eq!(record.tasks[0].slow, [(Cause::Blocked, 1)]);
        let record = record_of(async { compute_for(THRESHOLD * 2) });
        assert_eq!(record.tasks[0].slow, [(Cause::Computed, 1)]);
    }

    /// What a clock around an `.await` says is how long the task was away, whichever task had the thread meanwhile.
    #[tokio::test(flavor = "current_thread")]
    async fn a_clock_around_an_await_blames_a_task_that_only_waits() {
        let profile = Profile::new(THRESHOLD, |_| {});
        let waits = tokio::spawn(profile.watch("waits", async {
            let began = Instant::now();
            tokio::task::yield_now().await;
            began.elapsed()
        }));
        let blocks = tokio::spawn(profile.watch("blocks", async { thread::sleep(THRESHOLD * 5) }));
        let by_the_clock = waits.await.unwrap();
        blocks.await.unwrap();
        assert!(by_the_clock >= THRESHOLD * 5, "{by_the_clock:?}");
        let blamed = |name| {
            let is_fault = |(cause, _): &(Cause, u64)| *cause != Cause::KeptFromRunning;
            profile.record().tasks.iter().any(|task| task.name == name && task.slow.iter().any(is_fault))
        };
        assert!(blamed("blocks") && !blamed("waits"));
    }

    #[test]
    fn tasks_of_one_name_and_place_are_one() {
        let profile = Profile::new(THRESHOLD, |_| {});
        let watched: Vec<_> = (0..3).map(|_| profile.watch("same", ready(()))).collect();
        let _other = profile.watch("same", ready(())); // in another line
        assert_eq!(watched.len(), 3);
        let places: Vec<_> = profile.record().tasks.iter().map(|task| task.place.clone()).collect();
        assert_eq!(places.len(), 2, "{places:?}");
        assert!(places.iter().all(|place| place.contains("profile.rs:")), "{places:?}");
    }

    #[test]
    fn it_remembers_no_more_polls_than_it_has_room_for() {
        let profile = Profile::new(THRESHOLD, |_| {});
        for _ in 0..REMEMBERED + 5 {
            let _ = pin!(profile.watch("task", ready(()))).poll(&mut Context::from_waker(Waker::noop()));
        }
        let record = profile.record();
        assert_eq!((record.polls.len(), record.tasks[0].polls), (REMEMBERED, REMEMBERED as u64 + 5));
    }
}
