//! Exercise 2 of section 8.2: a future that knows its longest poll. Write `poll`, then run
//! `cargo test -p find_the_blocker --test exercise_longest -- --ignored`.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::thread;
use std::time::Duration;

/// A future, and how long its longest poll took so far.
struct Timed<F> {
    future: Pin<Box<F>>,
    longest: Duration,
}

impl<F: Future> Future for Timed<F> {
    /// What the future inside returns, and how long its longest poll took.
    type Output = (F::Output, Duration);

    fn poll(mut self: Pin<&mut Self>, context: &mut Context) -> Poll<Self::Output> {
        let longest = self.longest;
        self.future.as_mut().poll(context).map(|value| (value, longest))
    }
}

/// Polls until the value is there, with a pause before each further poll.
fn run<F: Future>(future: F) -> (F::Output, Duration) {
    let mut timed = Box::pin(Timed { future: Box::pin(future), longest: Duration::ZERO });
    loop {
        if let Poll::Ready(value) = timed.as_mut().poll(&mut Context::from_waker(std::task::Waker::noop())) {
            return value;
        }
        thread::sleep(Duration::from_millis(50)); // the future waits, and another task has the thread
    }
}

#[test]
#[ignore = "exercise 8.2/2: it passes once `poll` measures"]
fn the_longest_poll_is_known_and_what_lies_between_two_polls_does_not_count() {
    let (_, longest) = run(async {
        thread::sleep(Duration::from_millis(20)); // blocks
        tokio::task::yield_now().await;
        "done"
    });
    assert!(longest >= Duration::from_millis(20), "the poll that blocked for 20 ms is said to have taken {longest:?}");
    let (_, longest) = run(tokio::task::yield_now());
    assert!(
        longest > Duration::ZERO && longest < Duration::from_millis(50),
        "a task that only waited took {longest:?}"
    );
}
