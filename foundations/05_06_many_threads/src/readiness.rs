//! What the system tells of a socket, as something that a task can wait for.

use crate::sync::{Mutex, lock};
use mio::event::Event;
use std::future::poll_fn;
use std::mem;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::task::{Poll, Waker};

/// What the system has told of a socket, and who waits for it to tell more.
#[derive(Default)]
pub struct Readiness {
    /// To be read from, or to be accepted from.
    pub reading: Direction,
    /// To be written to.
    pub writing: Direction,
    /// Whether the peer has sent its last byte: then what is left to read includes the end.
    pub has_finished: AtomicBool,
}

/// The system tells of each change once. It is believed until an attempt shows that it is not
/// so any more.
#[derive(Default)]
pub struct Direction {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    is_ready: bool,
    waiter: Option<Waker>,
}

impl Readiness {
    /// Takes note of what the system tells.
    pub fn note(&self, event: &Event) {
        if event.is_read_closed() {
            self.has_finished.store(true, SeqCst);
        }
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
        let mut state = lock(&self.state);
        state.is_ready = true;
        if let Some(waiter) = state.waiter.take() {
            waiter.wake();
        }
    }

    /// Waits until it is ready, and takes this back: whoever finds that it still is, says so.
    pub async fn ready(&self) {
        poll_fn(|context| {
            let mut state = lock(&self.state);
            if mem::take(&mut state.is_ready) {
                return Poll::Ready(());
            }
            state.waiter = Some(context.waker().clone());
            Poll::Pending
        })
        .await;
    }
}
