//! A channel: a queue of messages, and two semaphores. One counts the messages, and the other counts the room for more.

use crate::semaphore::Semaphore;
use std::cell::RefCell;
use std::collections::VecDeque;

// ANCHOR: channel
/// A queue with room for some messages. Receivers wait for a message, and senders for room.
pub struct Channel<T> {
    messages: Semaphore,
    free_slots: Semaphore,
    queue: RefCell<VecDeque<T>>,
}

impl<T> Channel<T> {
    /// An empty queue.
    pub fn new(slots: usize) -> Self {
        Self { messages: Semaphore::new(0), free_slots: Semaphore::new(slots), queue: RefCell::default() }
    }

    /// Waits for room, and puts the message there.
    pub async fn send(&self, message: T) {
        self.free_slots.acquire().await.spend();
        self.queue.borrow_mut().push_back(message);
        self.messages.release();
    }

    /// Waits for a message, and takes the oldest one.
    pub async fn receive(&self) -> T {
        self.messages.acquire().await.spend();
        let message = self.queue.borrow_mut().pop_front();
        self.free_slots.release();
        message.unwrap_or_else(|| unreachable!("each permit is a message"))
    }
}
// ANCHOR_END: channel

#[cfg(test)]
mod tests {
    use super::*;
    use std::pin::{Pin, pin};
    use std::task::{Context, Poll, Waker};

    fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
        future.poll(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn messages_come_out_in_the_order_in_which_they_were_sent() {
        let channel = Channel::new(2);
        assert!([1, 2].iter().all(|message| poll(pin!(channel.send(message))).is_ready()));
        assert_eq!([(); 2].map(|()| poll(pin!(channel.receive()))), [Poll::Ready(&1), Poll::Ready(&2)]);
        assert!(poll(pin!(channel.receive())).is_pending());
    }

    #[test]
    fn a_receiver_that_is_dropped_takes_no_message_with_it() {
        let channel = Channel::new(1);
        let (mut leaves, mut stays) = (Box::pin(channel.receive()), pin!(channel.receive()));
        assert!(poll(leaves.as_mut()).is_pending() && poll(stays.as_mut()).is_pending());
        assert!(poll(pin!(channel.send("soda"))).is_ready());
        drop(leaves); // the message was meant for it
        assert_eq!(poll(stays), Poll::Ready("soda"));
    }

    #[test]
    fn a_sender_that_is_dropped_takes_its_message_with_it_and_blocks_no_other() {
        let channel = Channel::new(1);
        assert!(poll(pin!(channel.send("soda"))).is_ready());
        let (mut leaves, mut stays) = (Box::pin(channel.send("burger")), pin!(channel.send("fries")));
        assert!(poll(leaves.as_mut()).is_pending() && poll(stays.as_mut()).is_pending());
        assert_eq!(poll(pin!(channel.receive())), Poll::Ready("soda"));
        drop(leaves); // the room was meant for it
        assert!(poll(stays).is_ready());
        assert_eq!(poll(pin!(channel.receive())), Poll::Ready("fries"));
    }
}
