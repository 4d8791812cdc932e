//! Exercise 3 of section 6.2: a channel with an end.
//!
//! Check: `cargo test -p locks --test exercise_close -- --ignored`

#[allow(dead_code)] // this needs only a part of it
#[path = "../src/semaphore.rs"]
mod semaphore;

use semaphore::Semaphore;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

/// A queue without a limit. Receivers wait for a message, or for the end.
struct Channel<T> {
    messages: Semaphore,
    queue: RefCell<VecDeque<T>>,
}

impl<T> Channel<T> {
    fn new() -> Self {
        Self { messages: Semaphore::new(0), queue: RefCell::default() }
    }

    fn send(&self, message: T) {
        self.queue.borrow_mut().push_back(message);
        self.messages.release();
    }

    /// There are no more messages after those in the queue.
    fn close(&self) {}

    /// Waits for a message, and takes the oldest one. `None`, if the queue is empty and closed.
    async fn receive(&self) -> Option<T> {
        self.messages.acquire().await.spend();
        self.queue.borrow_mut().pop_front()
    }
}

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
#[ignore = "exercise 6.2/3: it passes once you have changed `close`"]
fn all_receivers_learn_of_the_end_and_none_before_the_last_message() {
    let channel = Channel::new();
    channel.send("soda");
    let (mut first, mut second) = (pin!(channel.receive()), pin!(channel.receive()));
    assert_eq!(poll(first.as_mut()), Poll::Ready(Some("soda")));
    assert_eq!(poll(second.as_mut()), Poll::Pending);
    let mut third = pin!(channel.receive());
    assert_eq!(poll(third.as_mut()), Poll::Pending);
    channel.send("fries");
    channel.close();
    assert_eq!(poll(second.as_mut()), Poll::Ready(Some("fries")));
    assert_eq!(poll(third.as_mut()), Poll::Ready(None), "it was waiting when the channel was closed");
    assert_eq!(poll(pin!(channel.receive())), Poll::Ready(None), "and a later receiver need not wait");
}
