//! What step 5.5 calls patience, on the timers of any runtime.

use std::future::poll_fn;
use std::io::{self, ErrorKind};
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::{Duration, Instant};

/// A limit for each of many waits, one after the other. A timer that rings too early is left alone: when it has rung, the next one is
/// set. So waits that end soon never touch the timers of the runtime.
pub struct Patience<Timer, After> {
    time: Duration,
    timer: Pin<Box<Timer>>,
    /// Makes a timer that rings after so long.
    after: After,
}

impl<Timer: Future, After: Fn(Duration) -> Timer> Patience<Timer, After> {
    /// Waits may take this time.
    pub fn new(time: Duration, after: After) -> Self {
        Self { time, timer: Box::pin(after(time)), after }
    }

    /// Runs this future to its end, or gives it up when it takes too long. Then there is no patience left for others.
    pub async fn limit<T>(&mut self, future: impl Future<Output = io::Result<T>>) -> io::Result<T> {
        let deadline = Instant::now() + self.time;
        let mut future = pin!(future);
        poll_fn(|context| {
            if let Poll::Ready(ended) = future.as_mut().poll(context) {
                return Poll::Ready(ended);
            }
            while self.timer.as_mut().poll(context).is_ready() {
                let left = deadline.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    return Poll::Ready(Err(ErrorKind::TimedOut.into()));
                }
                self.timer.set((self.after)(left));
            }
            Poll::Pending
        })
        .await
    }
}
