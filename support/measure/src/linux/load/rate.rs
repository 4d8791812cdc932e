//! Open loop: requests are due at a fixed rate, and a latency begins when the request was due, not when it could be sent.
//!
//! So a server that stalls is charged for every request that had to wait meanwhile, as its users would be.

use super::client::Pool;
use super::control::{Control, TICK, record};
use hdrhistogram::Histogram;
use rustix::thread::set_current_timer_slack;
use std::collections::VecDeque;
use std::io;
use std::num::NonZero;
use std::time::{Duration, Instant};

/// Sends at that rate over `connections`, until told to stop.
pub fn run(
    mut pool: Pool,
    connections: usize,
    per_second: f64,
    control: &Control,
    latencies: &mut Histogram<u64>,
) -> io::Result<()> {
    set_current_timer_slack(NonZero::new(1))?; // wake up on time, not within the usual 50 µs
    let start = Instant::now();
    let due_at = |request: u32| start + Duration::from_secs_f64(f64::from(request) / per_second);
    let request = pool.request();
    let mut requests = 0;
    let mut idle: VecDeque<usize> = (0..connections).collect();
    let mut asked = vec![None; connections]; // when the request on the way was due
    let mut ready = Vec::new();
    while !control.is_stopped() {
        let mut due = due_at(requests);
        while due <= Instant::now()
            && let Some(index) = idle.pop_front()
        {
            pool.send(index, &request)?;
            asked[index] = Some(due);
            requests += 1;
            due = due_at(requests);
        }
        let until = if idle.is_empty() { Instant::now() + TICK } else { due };
        pool.wait_until(until.min(Instant::now() + TICK), &mut ready)?;
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
    let unsent = (requests..).map(due_at).take_while(|due| *due <= Instant::now());
    waiting.chain(unsent).for_each(|due| record(latencies, due.elapsed()));
    Ok(())
}
