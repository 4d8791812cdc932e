//! Exercise 3 of section 5.1: a future that is pending as often as you say.
//!
//! Check: `cargo test -p tasks --test exercise_passes -- --ignored`

use std::pin::Pin;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::task::{Context, Poll};
use std::task::{Wake, Waker};

/// Pauses this often.
struct Passes {
    left: u32,
}

impl Future for Passes {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<()> {
        let _pauses = self.left; // write this: pending while some are left
        Poll::Ready(())
    }
}

/// Counts how often it is called.
#[derive(Default)]
struct Count(AtomicUsize);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Relaxed);
    }
}

#[test]
#[ignore = "exercise 5.1/3: it passes once you have changed `poll`"]
fn it_is_pending_as_often_as_it_says_and_asks_for_another_poll_each_time() {
    let count = Arc::new(Count::default());
    let waker = Waker::from(Arc::clone(&count));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(Passes { left: 3 });
    for polls in 1..=3 {
        assert!(future.as_mut().poll(&mut context).is_pending(), "poll {polls} must be pending");
        assert_eq!(count.0.load(Relaxed), polls, "and the waker must be called");
    }
    assert!(future.as_mut().poll(&mut context).is_ready());
}
