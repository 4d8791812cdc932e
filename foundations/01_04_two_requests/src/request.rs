//! A request that records what it does.

use clap::Args;
use smol::Timer;
use std::hint::black_box;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use std::{env, io, thread};
use timeline::{Kind, Row, Span, Timeline};

/// A request that computes looks at the clock much more often than this, in microseconds. A longer gap means that it did not have the processor.
const GAP: u64 = 200;

/// How long each part takes.
#[derive(Args, Clone, Copy)]
pub struct Times {
    /// How long a request computes before it waits, and again after it
    #[arg(long, value_name = "TIME", default_value = "10ms", value_parser = humantime::parse_duration)]
    compute: Duration,
    /// How long the answer from elsewhere takes
    #[arg(long, value_name = "TIME", default_value = "30ms", value_parser = humantime::parse_duration)]
    wait: Duration,
    /// When the requests came, in microseconds since 1970: for processes that were started by this one
    #[arg(long, hide = true, default_value_t = now())]
    since: u64,
}

/// A request, and what it has done so far. All have come at the same moment, which is the zero of their times.
pub struct Request {
    row: Row,
    times: Times,
}

impl Request {
    pub fn new(label: &str, times: Times) -> Self {
        Self { row: Row { label: label.to_owned(), ..Row::default() }, times }
    }

    // ANCHOR: serve
    /// Keeps its thread until it is done.
    pub fn serve(&mut self) {
        self.compute();
        thread::sleep(self.times.wait);
        self.note_wait();
        self.compute();
    }

    /// Gives its thread back while it waits.
    pub async fn serve_as_task(&mut self) {
        self.compute();
        Timer::after(self.times.wait).await;
        self.note_wait();
        self.compute();
    }
    // ANCHOR_END: serve

    // ANCHOR: compute
    /// Computes, until the processor has worked on this request for long enough.
    fn compute(&mut self) {
        let mut done = 0;
        while u128::from(done) < self.times.compute.as_micros() {
            black_box((0..200).fold(0, |last, round| black_box(last) ^ round));
            let (last, now) = (self.row.end(), now().saturating_sub(self.times.since));
            if now.saturating_sub(last) < GAP {
                self.note(Kind::Runs, now);
                done += now.saturating_sub(last);
            } else {
                self.note(Kind::Waits, now);
            }
        }
    }
    // ANCHOR_END: compute

    /// Notes that the answer has come. If the request notes this late, it has waited for its turn since then.
    fn note_wait(&mut self) {
        let wait = u64::try_from(self.times.wait.as_micros()).unwrap_or(u64::MAX);
        self.note(Kind::Blocked, self.row.end().saturating_add(wait));
    }

    /// Notes what it did up to this moment.
    fn note(&mut self, kind: Kind, to: u64) {
        match self.row.spans.last_mut() {
            Some(last) if last.kind == kind => last.to = to.max(last.to),
            last => {
                let from = last.map_or(0, |last| last.to);
                if from < to {
                    self.row.span(kind, from, to);
                }
            }
        }
    }

    /// Lets another process serve a request like this one.
    pub fn start_process(&self) -> io::Result<Child> {
        let time = |time: Duration| format!("{}us", time.as_micros());
        let mut child = Command::new(env::current_exe()?);
        child.args(["one", "--json", "--since", &self.times.since.to_string()]);
        child.args(["--compute", &time(self.times.compute), "--wait", &time(self.times.wait)]);
        child.stdout(Stdio::piped()).spawn()
    }

    /// Copies what such a process has printed into its own record.
    pub fn take_over(&mut self, printed: &Output) -> io::Result<()> {
        let timeline: Timeline = serde_json::from_slice(&printed.stdout)?;
        self.row.spans = timeline.rows.into_iter().flat_map(|row| row.spans).collect::<Vec<Span>>();
        Ok(())
    }

    pub fn row(self) -> Row {
        self.row
    }
}

/// Microseconds since 1970, on a clock that all processes share.
fn now() -> u64 {
    let time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
