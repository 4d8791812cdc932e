//! Two futures in one task: until both are ready, or until one is.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

// ANCHOR: join
/// Waits until both futures are ready.
pub async fn join<A: Future, B: Future>(a: A, b: B) -> (A::Output, B::Output) {
    let (mut a, mut b) = (pin!(a), pin!(b));
    let (mut from_a, mut from_b) = (None, None);
    poll_fn(|context| {
        if from_a.is_none() {
            from_a = value(a.as_mut().poll(context));
        }
        if from_b.is_none() {
            from_b = value(b.as_mut().poll(context));
        }
        match (from_a.take(), from_b.take()) {
            (Some(from_a), Some(from_b)) => Poll::Ready((from_a, from_b)),
            not_yet => {
                (from_a, from_b) = not_yet;
                Poll::Pending
            }
        }
    })
    .await
}

fn value<T>(polled: Poll<T>) -> Option<T> {
    match polled {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}
// ANCHOR_END: join

// ANCHOR: select
/// Which of two futures was ready first, and its value.
#[derive(Debug, PartialEq, Eq)]
pub enum Either<A, B> {
    /// The first one.
    Left(A),
    /// The second one.
    Right(B),
}

/// Waits until one of the futures is ready, and drops the other.
pub async fn select<A: Future, B: Future>(a: A, b: B) -> Either<A::Output, B::Output> {
    let (mut a, mut b) = (pin!(a), pin!(b));
    poll_fn(|context| {
        if let Poll::Ready(value) = a.as_mut().poll(context) {
            return Poll::Ready(Either::Left(value));
        }
        b.as_mut().poll(context).map(Either::Right)
    })
    .await
}
// ANCHOR_END: select

#[cfg(test)]
mod tests {
    use super::*;
    use crate::block_on::block_on;
    use crate::tic_tac::pass;
    use std::cell::RefCell;
    use std::rc::Rc;

    /// Writes its name down, as often as this.
    async fn write(name: char, times: u32, story: Rc<RefCell<String>>) -> char {
        for _ in 0..times {
            story.borrow_mut().push(name);
            pass().await;
        }
        name
    }

    #[test]
    fn both_advance_until_both_are_ready() {
        let story = Rc::default();
        let both = join(write('a', 2, Rc::clone(&story)), write('b', 3, Rc::clone(&story)));
        assert_eq!(block_on(both), ('a', 'b'));
        assert_eq!(story.take(), "ababb");
    }

    #[test]
    fn the_first_that_is_ready_ends_the_wait_and_the_other_is_dropped() {
        let story = Rc::default();
        let first = select(write('a', 3, Rc::clone(&story)), write('b', 2, Rc::clone(&story)));
        assert_eq!(block_on(first), Either::Right('b'));
        assert_eq!(story.take(), "ababa");
        let first = select(write('a', 1, Rc::clone(&story)), write('b', 2, Rc::clone(&story)));
        assert_eq!(block_on(first), Either::Left('a'));
        assert_eq!(story.take(), "ab");
        assert_eq!(Rc::strong_count(&story), 1, "nothing else is left that would write");
    }
}
