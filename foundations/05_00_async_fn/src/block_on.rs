//! The smallest executor: one future, one thread.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

// ANCHOR: block_on
/// Wakes a thread that rests.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Runs a future to its end. While the future waits, the thread rests.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(value) => return value,
            Poll::Pending => thread::park(),
        }
    }
}
// ANCHOR_END: block_on

#[cfg(test)]
mod tests {
    use super::*;
    use futures::channel::oneshot;
    use std::future::poll_fn;
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
    use std::time::Duration;

    /// Counts how often it is called.
    #[derive(Default)]
    struct Count(AtomicUsize);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Relaxed);
        }
    }

    #[test]
    fn only_the_waker_of_the_last_poll_is_called() {
        let counts = [(); 2].map(|()| Arc::new(Count::default()));
        let (sender, receiver) = oneshot::channel();
        let mut receiver = pin!(receiver);
        for count in &counts {
            let waker = Waker::from(Arc::clone(count));
            assert!(receiver.as_mut().poll(&mut Context::from_waker(&waker)).is_pending(), "and for no reason, too");
        }
        assert_eq!(sender.send("a value"), Ok(()));
        assert_eq!(counts.map(|count| count.0.load(Relaxed)), [0, 1]);
    }

    #[test]
    fn a_waker_is_two_words_and_its_clones_share_what_it_wakes() {
        assert_eq!(size_of::<Waker>(), 2 * size_of::<usize>());
        let count = Arc::new(Count::default());
        let waker = Waker::from(Arc::clone(&count));
        let clone = waker.clone();
        assert_eq!(Arc::strong_count(&count), 3);
        assert!(clone.will_wake(&waker));
        waker.wake_by_ref();
        clone.wake();
        assert_eq!(count.0.load(Relaxed), 2);
    }

    #[test]
    fn a_wake_up_before_the_thread_rests_is_not_lost() {
        let passes = async {
            crate::tic_tac::pass().await;
            "done"
        };
        assert_eq!(block_on(passes), "done");
    }

    #[test]
    fn a_wake_up_that_is_left_over_costs_a_poll_for_no_reason() {
        thread::current().unpark(); // for a future that has been dropped, perhaps
        let mut polls = 0;
        block_on(poll_fn(|_| {
            polls += 1;
            if polls < 2 { Poll::Pending } else { Poll::Ready(()) }
        }));
        assert_eq!(polls, 2, "although nothing has called the waker");
    }

    #[test]
    fn a_waker_may_be_called_when_the_future_is_gone() {
        let waker = block_on(poll_fn(|context| Poll::Ready(context.waker().clone())));
        thread::spawn(move || waker.wake()).join().unwrap();
    }

    /// A thread may be woken for no reason, but not a thousand times.
    #[test]
    fn the_thread_rests_while_the_future_waits() {
        let (sender, receiver) = oneshot::channel();
        let mut receiver = pin!(receiver);
        let (mut sender, mut polls) = (Some(sender), 0);
        let received = block_on(poll_fn(|context| {
            polls += 1;
            let polled = receiver.as_mut().poll(context);
            if let Some(sender) = sender.take() {
                thread::spawn(move || {
                    thread::sleep(Duration::from_millis(100));
                    sender.send("a value")
                });
            }
            polled
        }));
        assert_eq!(received, Ok("a value"));
        assert!(polls < 10, "{polls} polls");
    }
}
