//! What the system tells of a socket, as something that a task can wait for.

use mio::event::Event;
use std::cell::Cell;
use std::future::poll_fn;
use std::task::{Poll, Waker};

// ANCHOR: readiness
/// What the system has told of a socket, and who waits for it to tell more.
#[derive(Default)]
pub struct Readiness {
    /// To be read from, or to be accepted from.
    pub reading: Direction,
    /// To be written to.
    pub writing: Direction,
    /// Whether the peer has sent its last byte: then what is left to read includes the end.
    pub has_finished: Cell<bool>,
}

/// The system tells of each change once. It is believed until an attempt shows that it is not
/// so any more.
#[derive(Default)]
pub struct Direction {
    is_ready: Cell<bool>,
    waiter: Cell<Option<Waker>>,
}

impl Readiness {
    /// Takes note of what the system tells.
    pub fn note(&self, event: &Event) {
        self.has_finished.set(self.has_finished.get() || event.is_read_closed());
        if event.is_readable() || event.is_read_closed() {
            self.reading.set();
        }
        if event.is_writable() || event.is_write_closed() {
            self.writing.set();
        }
    }
}

impl Direction {
    /// Takes note that it is ready, and wakes the one who waits for it.
    pub fn set(&self) {
        self.is_ready.set(true);
        if let Some(waiter) = self.waiter.take() {
            waiter.wake();
        }
    }

    /// Waits until it is ready, and takes this back: whoever finds that it still is, says so.
    pub async fn ready(&self) {
        poll_fn(|context| {
            if self.is_ready.take() {
                return Poll::Ready(());
            }
            self.waiter.set(Some(context.waker().clone()));
            Poll::Pending
        })
        .await;
    }
}
// ANCHOR_END: readiness
