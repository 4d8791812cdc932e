//! Closed loop: a connection sends its next requests as soon as the last ones are answered.
//!
//! Its latencies flatter a server that stalls, because no client asks meanwhile ("coordinated omission"): `rate` does not.

use super::client::Pool;
use super::control::{Control, TICK, record};
use hdrhistogram::Histogram;
use std::io::{self, Error};
use std::time::Instant;

/// Keeps `connections` busy until told to stop.
pub fn run(
    mut pool: Pool,
    connections: usize,
    pipelined: usize,
    control: &Control,
    latencies: &mut Histogram<u64>,
) -> io::Result<()> {
    let requests = pool.request().repeat(pipelined);
    let mut sent = vec![(Instant::now(), pipelined); connections]; // and how many answers are missing
    for index in 0..connections {
        pool.send(index, &requests)?;
    }
    let mut ready = Vec::new();
    while !control.is_stopped() {
        pool.wait(Some(TICK), &mut ready)?;
        for &index in &ready {
            let answers = pool.receive(index)?;
            let (time, missing) = &mut sent[index];
            *missing = missing.checked_sub(answers).ok_or_else(|| Error::other("more answers than requests"))?;
            if *missing == 0 {
                control.count(pipelined);
                let now = Instant::now();
                if control.is_measuring() {
                    record(latencies, now - *time);
                }
                (*time, *missing) = (now, pipelined);
                pool.send(index, &requests)?;
            }
        }
    }
    Ok(())
}
