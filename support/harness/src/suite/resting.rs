//! A server that can do nothing rests: it does not spin.

use super::basics::skip;
use crate::failure::ensure;
use crate::{Result, Server};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

/// How long a server that can do nothing is watched.
pub(super) const REST: Duration = Duration::from_millis(150);

/// The server does not spin meanwhile: it uses less than a tenth of a processor. On a machine that is busy with other things, one that spins
/// may get no more than that either, but it wants a processor whenever one looks; and one that rests may need more for what it has to do.
/// So a server that looks busy is looked at again, when nothing happens to it. Or it fills its log, and waits for its reader.
pub(super) fn rests_while(server: &Server, action: impl FnOnce() -> Result) -> Result {
    let (start, logged) = (Instant::now(), server.log().len());
    let first = seems_to_spin(server, action)?;
    if server.never_rests {
        return Ok(());
    }
    let Some(first) = first else { return skip("only Linux reports the processor time of a server") };
    let lines = server.log()[logged..].lines().count();
    ensure!(lines < 50, "it spins: in {:?} without anything to do it logged {lines} lines", start.elapsed());
    let spins = first && seems_to_spin(server, || rest(2 * REST))? == Some(true);
    ensure!(!spins, "it spins: without anything to do, it is at work");
    Ok(())
}

/// Whether it uses a tenth of a processor during this action, or wants one nearly always. (`None` if the system does not tell.)
fn seems_to_spin(server: &Server, action: impl FnOnce() -> Result) -> Result<Option<bool>> {
    let (start, before) = (Instant::now(), server.cpu_time());
    let busy = share_of_time_busy(server, action)?;
    let used = server.cpu_time().zip(before).map(|(after, before)| after.saturating_sub(before));
    Ok(used.map(|used| used * 10 >= start.elapsed() || busy > 0.9))
}

/// An action that leaves the server alone.
pub(super) fn rest(time: Duration) -> Result {
    thread::sleep(time);
    Ok(())
}

/// In which part of the looks at it the server is busy while something happens.
fn share_of_time_busy(server: &Server, action: impl FnOnce() -> Result) -> Result<f64> {
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let watch = scope.spawn(|| {
            let (mut looks, mut busy) = (0.0, 0.0);
            while !is_over.load(Relaxed) {
                looks += 1.0;
                busy += if server.is_busy() == Some(true) { 1.0 } else { 0.0 };
                thread::sleep(Duration::from_millis(5));
            }
            busy / looks
        });
        let ended = action();
        is_over.store(true, Relaxed);
        let share = watch.join().unwrap_or_default();
        ended.map(|()| share)
    })
}
