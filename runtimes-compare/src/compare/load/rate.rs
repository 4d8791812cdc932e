//! Open loop: requests are due at a fixed rate, and a latency begins when the request was due, not when it could be sent.
//!
//! So a server that stalls is charged for every request that had to wait meanwhile, as its users would be.

use super::client::{GET, Pool};
use super::window::{Control, TICK, record};
use hdrhistogram::Histogram;
use std::collections::VecDeque;
use std::io;
use std::time::{Duration, Instant};

/// How requests are spread over time.
#[derive(Clone, Copy)]
pub struct Pace {
    /// How many are due in a second.
    pub per_second: f64,
    /// Whether the thread may ask again and again instead of sleeping, which is more punctual but needs a core.
    pub may_spin: bool,
}

impl Pace {
    fn due(self, start: Instant, request: u32) -> Instant {
        start + Duration::from_secs_f64(f64::from(request) / self.per_second)
    }

    /// How long to wait for answers. The kernel's timer ticks in milliseconds.
    fn patience(self, until: Instant) -> Duration {
        let left = until.saturating_duration_since(Instant::now()).min(TICK);
        if self.may_spin && left < Duration::from_millis(2) { Duration::ZERO } else { left }
    }
}

/// Sends at that rate over `connections`, until told to stop.
pub fn run(
    mut pool: Pool,
    connections: usize,
    pace: Pace,
    control: &Control,
    latencies: &mut Histogram<u64>,
) -> io::Result<()> {
    let start = Instant::now();
    let mut requests = 0;
    let mut idle: VecDeque<usize> = (0..connections).collect();
    let mut asked = vec![None; connections]; // when the request on the way was due
    let mut ready = Vec::new();
    while !control.is_stopped() {
        let mut due = pace.due(start, requests);
        while due <= Instant::now()
            && let Some(index) = idle.pop_front()
        {
            pool.send(index, GET)?;
            asked[index] = Some(due);
            requests += 1;
            due = pace.due(start, requests);
        }
        pool.wait(Some(if idle.is_empty() { TICK } else { pace.patience(due) }), &mut ready)?;
        for &index in &ready {
            if pool.receive(index)? > 0
                && let Some(due) = asked[index].take()
            {
                idle.push_back(index);
                control.count(1);
                if control.is_measuring() {
                    record(latencies, due.elapsed());
                }
            }
        }
    }
    // What was due and has no answer yet has waited at least until now; to leave it out would flatter the slow.
    let waiting = asked.into_iter().flatten();
    let unsent = (requests..).map(|request| pace.due(start, request)).take_while(|due| *due <= Instant::now());
    waiting.chain(unsent).for_each(|due| record(latencies, due.elapsed()));
    Ok(())
}
