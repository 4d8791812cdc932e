//! Waiting for a time, and waiting for anything else with a limit.

use crate::reactor::Reactor;
use std::future::poll_fn;
use std::io::{self, ErrorKind};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

/// Waits until its deadline; for ever, if that is further away than a clock can tell.
pub struct Sleep<'reactor> {
    reactor: &'reactor Reactor,
    deadline: Option<Instant>,
    timer: Option<Timer>,
}

/// A timer that will ring, and whom it wakes then.
struct Timer {
    key: (Instant, u64),
    waker: Waker,
}

impl Sleep<'_> {
    /// Whether the timer rings in time, for this task.
    fn is_set(&self, deadline: Instant, now: Instant, waker: &Waker) -> bool {
        let Some(Timer { key: (time, _), waker: own }) = &self.timer else { return false };
        now < *time && *time <= deadline && own.will_wake(waker)
    }

    fn forget_timer(&mut self) {
        if let Some(timer) = self.timer.take() {
            self.reactor.forget_timer(timer.key);
        }
    }
}

impl Future for Sleep<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let (now, waker) = (Instant::now(), context.waker());
        let Some(deadline) = self.deadline else { return Poll::Pending };
        if deadline <= now {
            return Poll::Ready(());
        }
        if !self.is_set(deadline, now, waker) {
            self.forget_timer();
            let key = self.reactor.set_timer(deadline, waker);
            self.timer = Some(Timer { key, waker: waker.clone() });
        }
        Poll::Pending
    }
}

impl Drop for Sleep<'_> {
    fn drop(&mut self) {
        self.forget_timer(); // nobody waits for it any more
    }
}

/// A limit for each of many waits, one after the other. A timer that rings too early is left
/// alone: when it has rung, the next one is set. So waits that end soon never touch the
/// timers.
pub struct Patience<'reactor> {
    time: Duration,
    sleep: Sleep<'reactor>,
}

impl Patience<'_> {
    /// Runs this future to its end, or gives it up when it takes too long.
    pub async fn limit<T>(&mut self, future: impl Future<Output = io::Result<T>>) -> io::Result<T> {
        self.sleep.deadline = Instant::now().checked_add(self.time);
        let mut future = pin!(future);
        poll_fn(|context| {
            let polled = future.as_mut().poll(context);
            if polled.is_pending() && pin!(&mut self.sleep).poll(context).is_ready() {
                return Poll::Ready(Err(ErrorKind::TimedOut.into()));
            }
            polled
        })
        .await
    }
}

impl Reactor {
    /// Waits for this time.
    pub fn sleep(&self, time: Duration) -> Sleep<'_> {
        Sleep { reactor: self, deadline: Instant::now().checked_add(time), timer: None }
    }

    /// Waits may take this time.
    pub fn patience(&self, time: Duration) -> Patience<'_> {
        Patience { time, sleep: self.sleep(time) }
    }
}
