//! Something that happens once, on another thread, and that a task can wait for.

use crate::lock;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

// ANCHOR: event
/// Something that happens once. A clone of it is the same event.
#[derive(Clone, Default)]
pub struct Event {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    has_happened: bool,
    waker: Option<Waker>,
}

impl Event {
    /// Records that it has happened, and wakes the task that waits for it.
    pub fn happen(&self) {
        let mut state = lock(&self.state);
        state.has_happened = true;
        let waker = state.waker.take();
        drop(state); // a waker may run any code: call it without a lock
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl Future for Event {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut state = lock(&self.state);
        if state.has_happened {
            return Poll::Ready(());
        }
        let earlier = state.waker.replace(context.waker().clone());
        drop(state); // dropping a waker may run any code, too
        drop(earlier);
        Poll::Pending
    }
}
// ANCHOR_END: event
