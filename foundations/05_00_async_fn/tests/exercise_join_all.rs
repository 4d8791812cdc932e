//! Exercise 2 of section 5.0: wait for any number of futures at the same time.
//!
//! Check: `cargo test -p async_fn --test exercise_join_all -- --ignored`

use futures::channel::oneshot;
use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// Futures of any types with the same value.
type Futures<T> = Vec<Pin<Box<dyn Future<Output = T>>>>;

/// Waits until all futures are ready, and returns their values in the same order.
async fn join_all<T>(futures: Futures<T>) -> Vec<T> {
    let mut values = Vec::new();
    for future in futures {
        values.push(future.await); // the others have not begun yet
    }
    values
}

#[test]
#[ignore = "exercise 5.0/2: it passes once you have changed `join_all`"]
fn all_begin_before_one_is_ready() {
    let begun = Rc::new(RefCell::new(Vec::new()));
    let (senders, receivers): (Vec<_>, Vec<_>) = (0..3).map(|_| oneshot::channel()).unzip();
    let mut futures: Futures<Option<usize>> = Vec::new();
    for (number, receiver) in receivers.into_iter().enumerate() {
        let begun = Rc::clone(&begun);
        futures.push(Box::pin(async move {
            begun.borrow_mut().push(number);
            receiver.await.ok()
        }));
    }

    let mut all = Box::pin(join_all(futures));
    let mut context = Context::from_waker(Waker::noop());
    assert!(all.as_mut().poll(&mut context).is_pending());
    assert_eq!(*begun.borrow(), [0, 1, 2], "these have begun");
    for (number, sender) in senders.into_iter().enumerate().rev() {
        assert!(all.as_mut().poll(&mut context).is_pending());
        sender.send(number).unwrap();
    }
    assert_eq!(all.as_mut().poll(&mut context), Poll::Ready(vec![Some(0), Some(1), Some(2)]));
}
