//! The measured part of a load that goes on for a given time, and the threads that make it.

use super::client::{PATIENCE, Pool};
use super::{Job, Latency, Outcome, Work, keep_alive, rate, reconnect};
use crate::compare::process;
use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};
use std::io::{self, Error};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

/// How long to load before measuring, and how long to measure.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Window {
    /// Caches fill, pools of threads start: nothing is measured.
    pub warm_up: Duration,
    /// What is measured.
    pub measured: Duration,
}

/// How long a load goes on.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub enum Length {
    /// For this time, of which a part is measured.
    Time(Window),
    /// Until so many requests are answered, however long that takes; nothing else is measured.
    Requests(u64),
}

/// What the threads and the one that measures tell each other.
#[derive(Default)]
pub struct Control {
    answered: AtomicU64,
    measuring: AtomicBool,
    stopped: AtomicBool,
}

impl Control {
    /// Counts answers.
    pub fn count(&self, answers: usize) {
        self.answered.fetch_add(answers as u64, Relaxed);
    }

    /// Whether latencies count.
    pub fn is_measuring(&self) -> bool {
        self.measuring.load(Relaxed)
    }

    /// Whether to end.
    pub fn is_stopped(&self) -> bool {
        self.stopped.load(Relaxed)
    }
}

/// How often a loop looks up, if nothing happens.
pub const TICK: Duration = Duration::from_millis(20);

/// From a nanosecond to a minute, with three digits.
fn histogram() -> io::Result<Histogram<u64>> {
    Histogram::new_with_bounds(1, 60_000_000_000, 3).map_err(Error::other)
}

/// Adds a time to a histogram.
pub fn record(histogram: &mut Histogram<u64>, time: Duration) {
    histogram.saturating_record(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX));
}

/// Loads the server and measures.
pub fn run(job: &Job) -> io::Result<Outcome> {
    let threads = job.threads.clamp(1, job.connections);
    let control = &Control::default();
    let (report, reports) = mpsc::channel();
    thread::scope(|scope| {
        for thread in 0..threads {
            let share = job.connections / threads + usize::from(thread < job.connections % threads);
            let connected = job.work.keeps_connections().then(|| Pool::connect(job.address, share)).transpose()?;
            let report = report.clone();
            scope.spawn(move || report.send(work(job, share, connected, control)));
        }
        drop(report);
        let outcome = match job.work.length() {
            Some(Length::Time(window)) => measure(job, window, control, &reports),
            Some(Length::Requests(requests)) => count(requests, control, &reports).map(|()| Outcome::default()),
            None => Err(Error::other("not a load that goes on")),
        };
        control.stopped.store(true, Relaxed);
        let mut latencies = histogram()?;
        for report in reports {
            latencies.add(report?).map_err(Error::other)?;
        }
        Ok(Outcome { latency: Latency::of(&latencies), answered: control.answered.load(Relaxed), ..outcome? })
    })
}

/// What one thread does: its share of the connections, until told to stop.
fn work(job: &Job, share: usize, connected: Option<Pool>, control: &Control) -> io::Result<Histogram<u64>> {
    let mut latencies = histogram()?;
    match (&job.work, connected) {
        (Work::KeepAlive { pipelined, .. }, Some(pool)) => {
            keep_alive::run(pool, share, *pipelined, control, &mut latencies)?;
        }
        (Work::Rate { per_second, .. }, Some(pool)) => {
            let per_second = per_second * share as f64 / job.connections as f64;
            rate::run(pool, share, per_second, control, &mut latencies)?;
        }
        _ => reconnect::run(job.address, share, control, &mut latencies)?,
    }
    Ok(latencies)
}

/// Lets the warm-up pass, and takes the difference between the beginning and the end of the measured time.
fn measure(job: &Job, window: Window, control: &Control, reports: &Reports) -> io::Result<Outcome> {
    pass(window.warm_up, reports)?;
    control.measuring.store(true, Relaxed);
    let before = Reading::take(job, control)?;
    pass(window.measured, reports)?;
    while control.answered.load(Relaxed) == before.answered && before.time.elapsed() < PATIENCE {
        pass(TICK, reports)?; // on a very busy machine even the first answer may take longer than that
    }
    let after = Reading::take(job, control)?;
    control.measuring.store(false, Relaxed);
    let requests = after.answered - before.answered;
    if requests == 0 {
        return Err(Error::other("no request was answered"));
    }
    Ok(Outcome {
        requests,
        answered: after.answered,
        seconds: (after.time - before.time).as_secs_f64(),
        server_cpu: (after.server_cpu.saturating_sub(before.server_cpu)).as_secs_f64(),
        kernel_share: after.server_ticks.kernel_share_since(before.server_ticks),
        load_cpu: (after.load_cpu.saturating_sub(before.load_cpu)).as_secs_f64(),
        latency: Latency::default(),
    })
}

/// Waits until so many requests are answered; gives up when none is answered for long.
fn count(requests: u64, control: &Control, reports: &Reports) -> io::Result<()> {
    let (mut answered, mut last) = (0, Instant::now());
    while answered < requests {
        pass(TICK, reports)?;
        let now = control.answered.load(Relaxed);
        if now > answered {
            (answered, last) = (now, Instant::now());
        } else if last.elapsed() > PATIENCE {
            return Err(Error::other("requests are not answered any more"));
        }
    }
    Ok(())
}

/// What the threads say when they end.
type Reports = Receiver<io::Result<Histogram<u64>>>;

/// Lets time pass. A thread that reports meanwhile has failed.
fn pass(time: Duration, reports: &Reports) -> io::Result<()> {
    match reports.recv_timeout(time) {
        Ok(report) => report.and(Err(Error::other("a thread of the load ended early"))),
        Err(_) => Ok(()),
    }
}

/// Everything that is read at the beginning and at the end.
struct Reading {
    time: Instant,
    server_cpu: Duration,
    server_ticks: process::Ticks,
    load_cpu: Duration,
    answered: u64,
}

impl Reading {
    fn take(job: &Job, control: &Control) -> io::Result<Self> {
        Ok(Self {
            server_cpu: process::cpu_time(&job.server)?,
            server_ticks: process::Ticks::of(&job.server)?,
            answered: control.answered.load(Relaxed),
            time: Instant::now(),
            load_cpu: process::own_cpu_time(),
        })
    }
}
