//! Waiting for a time, and waiting for anything else with a limit.

use crate::reactor::{Reactor, TimerKey};
use std::future::poll_fn;
use std::io::{self, ErrorKind};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

// ANCHOR: sleep
/// Waits for a time, which begins with the first poll. It is endless if it ends later than a clock can tell.
#[must_use = "it does nothing unless it is awaited"]
pub struct Sleep<'reactor> {
    reactor: &'reactor Reactor,
    time: Duration,
    timer: Option<TimerKey>,
}

impl Future for Sleep<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let now = Instant::now();
        if self.timer.is_none() {
            self.timer = now.checked_add(self.time).map(|deadline| (deadline, self.reactor.new_number()));
        }
        match self.timer {
            Some((deadline, _)) if deadline <= now => return Poll::Ready(()),
            Some(key) => self.reactor.set_timer(key, context.waker()),
            None => {}
        }
        Poll::Pending
    }
}

impl Drop for Sleep<'_> {
    fn drop(&mut self) {
        if let Some(key) = self.timer {
            self.reactor.forget_timer(key);
        }
    }
}
// ANCHOR_END: sleep

impl Reactor {
    /// Waits for this time.
    pub fn sleep(&self, time: Duration) -> Sleep<'_> {
        Sleep { reactor: self, time, timer: None }
    }

    // ANCHOR: timeout
    /// Runs this future to its end, or drops it when it takes longer than `limit`.
    pub async fn timeout<T>(&self, limit: Duration, future: impl Future<Output = io::Result<T>>) -> io::Result<T> {
        let mut future = pin!(future);
        let mut sleep = pin!(self.sleep(limit));
        poll_fn(|context| match future.as_mut().poll(context) {
            Poll::Pending => sleep.as_mut().poll(context).map(|()| Err(ErrorKind::TimedOut.into())),
            ready => ready,
        })
        .await
    }
    // ANCHOR_END: timeout
}
