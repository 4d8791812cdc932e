//! A load that goes on for a given time, of which a part is measured, and the threads that make it.

use super::client::Pool;
use super::control::{Control, TICK, histogram};
use super::job::{Job, Latency, Length, Outcome, Task, Window};
use super::{keep_alive, rate, reconnect};
use crate::linux::process;
use crate::scenario::Speaker;
use hdrhistogram::Histogram;
use std::io::{self, Error};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

/// Loads the server and measures.
pub fn run(job: &Job, protocol: Speaker) -> io::Result<Outcome> {
    let threads = job.threads.clamp(1, job.connections);
    let control = &Control::default();
    let (report, reports) = mpsc::channel();
    thread::scope(|scope| {
        for thread in 0..threads {
            let share = job.connections / threads + usize::from(thread < job.connections % threads);
            let connect = || Pool::connect(job.address, share, protocol(), job.patience);
            let connected = job.task.keeps_connections().then(connect).transpose()?;
            let report = report.clone();
            scope.spawn(move || report.send(work(job, protocol, share, connected, control)));
        }
        drop(report);
        let outcome = match job.task.length() {
            Some(Length::Time(window)) => measure(job, window, control, &reports),
            Some(Length::Requests(requests)) => count(job, requests, control, &reports).map(|()| Outcome::default()),
            None => Err(Error::other("not a load that goes on")),
        };
        control.stop();
        let mut latencies = histogram()?;
        for report in reports {
            latencies.add(report?).map_err(Error::other)?;
        }
        Ok(Outcome { latency: Latency::of(&latencies), answered: control.answered(), ..outcome? })
    })
}

/// What one thread does: its share of the connections, until told to stop.
fn work(
    job: &Job,
    protocol: Speaker,
    share: usize,
    connected: Option<Pool>,
    control: &Control,
) -> io::Result<Histogram<u64>> {
    let mut latencies = histogram()?;
    match (&job.task, connected) {
        (Task::KeepAlive { pipelined, .. }, Some(pool)) => {
            keep_alive::run(pool, share, *pipelined, control, &mut latencies)?;
        }
        (Task::Rate { per_second, .. }, Some(pool)) => {
            let per_second = per_second * share as f64 / job.connections as f64;
            rate::run(pool, share, per_second, control, &mut latencies)?;
        }
        _ => reconnect::run(job.address, share, protocol(), control, &mut latencies)?,
    }
    Ok(latencies)
}

/// Lets the warm-up pass, and takes the difference between the beginning and the end of the measured time.
fn measure(job: &Job, window: Window, control: &Control, reports: &Reports) -> io::Result<Outcome> {
    pass(window.warm_up, reports)?;
    control.measure(true);
    let before = Reading::take(job, control)?;
    pass(window.measured, reports)?;
    while control.answered() == before.answered && before.time.elapsed() < job.patience {
        pass(TICK, reports)?; // on a very busy machine even the first answer may take longer than that
    }
    let after = Reading::take(job, control)?;
    control.measure(false);
    let requests = after.answered - before.answered;
    if requests == 0 {
        return Err(Error::other("no request was answered"));
    }
    Ok(Outcome {
        requests,
        answered: after.answered,
        seconds: (after.time - before.time).as_secs_f64(),
        arrival: 0.0, // it belongs to the warm-up
        server_cpu: (after.server_cpu.saturating_sub(before.server_cpu)).as_secs_f64(),
        kernel_share: after.server_ticks.kernel_share_since(before.server_ticks),
        load_cpu: (after.load_cpu.saturating_sub(before.load_cpu)).as_secs_f64(),
        latency: Latency::default(),
    })
}

/// Waits until so many requests are answered; gives up when none is answered for long.
fn count(job: &Job, requests: u64, control: &Control, reports: &Reports) -> io::Result<()> {
    let (mut answered, mut last) = (0, Instant::now());
    while answered < requests {
        pass(TICK, reports)?;
        let now = control.answered();
        if now > answered {
            (answered, last) = (now, Instant::now());
        } else if last.elapsed() > job.patience {
            return Err(Error::other("requests are no longer answered"));
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
            answered: control.answered(),
            time: Instant::now(),
            load_cpu: process::own_cpu_time(),
        })
    }
}
