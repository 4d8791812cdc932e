//! What watching costs a poll. Prints nanoseconds, as JSON: without a tool, and with each of them.
//!
//! Run: `cargo bench -p find_the_blocker > book/src/measured/cost_of_a_poll.json`

use find_the_blocker::profile::Profile;
use std::collections::BTreeMap;
use std::io::{self, ErrorKind, Read};
use std::net::{TcpListener, TcpStream};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};
use tokio_metrics::TaskMonitor;
use tracing::{Instrument, info_span};
use tracing_subscriber::fmt::format::FmtSpan;

/// So many polls are timed together.
const POLLS: u32 = 20_000;
/// How often each tool is tried, all of them in turn.
const ROUNDS: usize = 31;
const THRESHOLD: Duration = Duration::from_millis(100);

/// Looks once whether anything has arrived, as a handler does that is woken in vain: a poll with a single system call.
struct Look(TcpStream);

impl Future for Look {
    type Output = io::Result<()>;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        match (&self.0).read(&mut [0]) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => Poll::Pending,
            other => Poll::Ready(other.map(drop)),
        }
    }
}

fn main() -> io::Result<()> {
    tracing_subscriber::fmt().with_span_events(FmtSpan::CLOSE).with_writer(io::sink).init();
    let (profile, monitor) = (Profile::new(THRESHOLD, |_| {}), TaskMonitor::with_slow_poll_threshold(THRESHOLD));
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let silent = TcpStream::connect(listener.local_addr()?)?;
    silent.set_nonblocking(true)?;
    let look = || silent.try_clone().map(Look);
    let mut times: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for _ in 0..ROUNDS {
        times.entry("nothing").or_default().push(time_of(look()?));
        times.entry("profile").or_default().push(time_of(profile.watch("look", look()?)));
        times.entry("tracing").or_default().push(time_of(Instrument::instrument(look()?, info_span!("look"))));
        times.entry("tokio-metrics").or_default().push(time_of(TaskMonitor::instrument(&monitor, look()?)));
    }
    println!("{}", serde_json::to_string_pretty(&times)?);
    Ok(())
}

/// How many nanoseconds one poll takes.
fn time_of(future: impl Future) -> f64 {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    let start = Instant::now();
    for _ in 0..POLLS {
        assert!(future.as_mut().poll(&mut context).is_pending());
    }
    (start.elapsed().as_nanos() as f64 / f64::from(POLLS)).round()
}
