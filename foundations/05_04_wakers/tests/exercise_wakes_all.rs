//! Exercise 5.4/3: an event wakes all tasks that wait for it.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::task::{Context, Wake, Waker};
use wakers::Event;

/// Counts how often it was called.
struct Counts(AtomicUsize);

impl Wake for Counts {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, SeqCst);
    }
}

#[test]
#[ignore = "exercise 5.4/3: an event for many tasks"]
fn an_event_wakes_all_tasks_that_wait_for_it() {
    let event = Event::default();
    let counts = [(); 2].map(|()| Arc::new(Counts(AtomicUsize::new(0))));
    for count in &counts {
        let waker = Waker::from(Arc::clone(count));
        let mut waits = event.clone();
        assert!(Pin::new(&mut waits).poll(&mut Context::from_waker(&waker)).is_pending());
    }
    event.happen();
    let woken = counts.map(|count| count.0.load(SeqCst));
    assert_eq!(woken, [1, 1], "woken: {woken:?}");
}
