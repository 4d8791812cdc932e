//! A mutex: a value, and a semaphore with a single permit.

use crate::semaphore::{Permit, Semaphore};
use std::cell::{RefCell, RefMut};

// ANCHOR: mutex
/// A value that one task at a time may use.
pub struct Mutex<T> {
    turn: Semaphore,
    value: RefCell<T>,
}

impl<T> Mutex<T> {
    /// A value that no task uses yet.
    pub fn new(value: T) -> Self {
        Self { turn: Semaphore::new(1), value: RefCell::new(value) }
    }

    /// Waits for a turn with the value.
    pub async fn lock(&self) -> Guard<'_, T> {
        let permit = self.turn.acquire().await;
        Guard { value: self.value.borrow_mut(), _permit: permit }
    }
}

/// A turn with the value, until it is dropped: first the value, then the permit.
pub struct Guard<'mutex, T> {
    /// The value.
    pub value: RefMut<'mutex, T>,
    _permit: Permit<'mutex>,
}
// ANCHOR_END: mutex

#[cfg(test)]
mod tests {
    use super::*;
    use std::pin::{Pin, pin};
    use std::task::{Context, Poll, Waker};

    fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
        future.poll(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn a_mutex_lets_one_in_at_a_time_and_keeps_what_it_left() {
        let mutex = Mutex::new(1);
        let Poll::Ready(mut guard) = poll(pin!(mutex.lock())) else { panic!("it is free") };
        let mut next = pin!(mutex.lock());
        assert!(poll(next.as_mut()).is_pending());
        *guard.value += 1;
        drop(guard);
        let Poll::Ready(guard) = poll(next) else { panic!("it was handed over") };
        assert_eq!(*guard.value, 2);
    }
}
