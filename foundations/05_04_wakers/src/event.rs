//! Something that happens once, on another thread, and that a task can wait for.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
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
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets it happen, and wakes the task that waits for it.
    pub fn happen(&self) {
        let mut state = self.state();
        state.has_happened = true;
        if let Some(waker) = state.waker.take() {
            waker.wake();
        }
    }
}

impl Future for Event {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut state = self.state();
        if state.has_happened {
            return Poll::Ready(());
        }
        state.waker = Some(context.waker().clone());
        Poll::Pending
    }
}
// ANCHOR_END: event
