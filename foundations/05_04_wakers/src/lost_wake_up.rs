//! The lost wake-up: an event that happens after the task has looked, and before its waker is in place.
//!
//! Run: `cargo run --bin 05_04_lost_wake_up`, and end it with Ctrl-C.
//! Try: `cargo run --bin 05_04_lost_wake_up cured`
//! You should see: the first one waits forever, although what it waits for has happened.
//! The second one ends.

use common::command_line;
use std::fmt::Display;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Barrier, Mutex};
use std::task::{Context, Poll, Waker};
use std::thread;
use wakers::{Executor, lock};

// ANCHOR: event
/// Something that happens once. Whether it has happened and whom to wake are two things here,
/// and nothing holds them together.
struct Event {
    has_happened: AtomicBool,
    waker: Mutex<Option<Waker>>,
}

impl Event {
    fn happen(&self) {
        self.has_happened.store(true, SeqCst);
        let waker = lock(&self.waker).take();
        match waker {
            Some(waker) => {
                say("The event happens: a task is woken.");
                waker.wake();
            }
            None => say("The event happens: there is no waker."),
        }
    }

    /// Leaves a waker for when it happens.
    fn register(&self, context: &Context<'_>) {
        let _earlier = lock(&self.waker).replace(context.waker().clone());
    }
}
// ANCHOR_END: event

// ANCHOR: poll
/// Waits for the event.
struct Happened {
    event: Arc<Event>,
    registers_first: bool,
    /// The event happens between two meetings with the other thread.
    meeting: Arc<Barrier>,
}

impl Future for Happened {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.registers_first {
            self.event.register(context);
        }
        if self.event.has_happened.load(SeqCst) {
            return Poll::Ready(());
        }
        self.meeting.wait(); // the worst moment: it happens now
        self.meeting.wait();
        if !self.registers_first {
            self.event.register(context);
        }
        Poll::Pending
    }
}
// ANCHOR_END: poll

fn main() {
    let registers_first = command_line::word(include_str!("lost_wake_up.rs"), ["lost", "cured"]) == "cured";
    let event = Arc::new(Event { has_happened: AtomicBool::new(false), waker: Mutex::new(None) });
    let meeting = Arc::new(Barrier::new(2));
    let happened = Happened { event: Arc::clone(&event), registers_first, meeting: Arc::clone(&meeting) };
    let executor = Executor::default();
    // ANCHOR: main
    executor
        .spawn(async {
            say("The task awaits the event.");
            happened.await;
            say("The task continues.");
        })
        .detach();
    thread::spawn(move || {
        meeting.wait();
        event.happen();
        meeting.wait();
    });
    // ANCHOR_END: main
    executor.run_until_empty();
}

/// Prints a line.
fn say(words: impl Display) {
    command_line::say(words);
}
