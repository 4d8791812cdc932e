//! Waiting for a time, and waiting for anything else with a limit.

use crate::reactor::{Reactor, TimerKey};
use std::future::{pending, poll_fn};
use std::io::{self, ErrorKind};
use std::pin::pin;
use std::task::Poll;
use std::time::{Duration, Instant};

// ANCHOR: timer
/// An entry among the timers of the reactor. It leaves the reactor when it is dropped.
struct Timer<'reactor> {
    reactor: &'reactor Reactor,
    key: TimerKey,
}

impl Drop for Timer<'_> {
    fn drop(&mut self) {
        self.reactor.remove_timer(self.key);
    }
}

// ANCHOR_END: timer
impl Reactor {
    // ANCHOR: sleep
    /// Waits for this time. The wait is endless if it ends later than a clock can say.
    pub async fn sleep(&self, time: Duration) {
        let Some(deadline) = Instant::now().checked_add(time) else { return pending().await };
        let timer = Timer { reactor: self, key: (deadline, self.new_number()) };
        poll_fn(|context| {
            if deadline <= Instant::now() {
                return Poll::Ready(());
            }
            self.set_timer(timer.key, context.waker());
            Poll::Pending
        })
        .await;
    }
    // ANCHOR_END: sleep

    // ANCHOR: timeout
    /// Runs this future to its end, or drops it when it takes longer than `limit`.
    pub async fn timeout<T, F>(&self, limit: Duration, future: F) -> io::Result<T>
    where
        F: Future<Output = io::Result<T>>,
    {
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
