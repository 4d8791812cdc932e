//! A semaphore and a mutex, for tasks of one thread. Both are fair: whoever asked first gets it first.

use std::cell::{RefCell, RefMut};
use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

// ANCHOR: semaphore
/// A number of permits, and those who wait in line for one.
#[derive(Debug)]
pub struct Semaphore(RefCell<State>);

#[derive(Debug)]
struct State {
    free: usize,
    /// By the number of their ticket. While anyone waits, no permit is free.
    waiting: BTreeMap<u64, Waker>,
    tickets: u64,
}

impl Semaphore {
    /// So many permits, all of them free.
    pub fn new(permits: usize) -> Self {
        Self(RefCell::new(State { free: permits, waiting: BTreeMap::new(), tickets: 0 }))
    }

    /// Waits for a permit. It is given back when it is dropped.
    pub fn acquire(&self) -> Acquire<'_> {
        Acquire { semaphore: self, ticket: None }
    }

    fn release(&self) {
        let mut state = self.0.borrow_mut();
        match state.waiting.pop_first() {
            Some((_, waker)) => waker.wake(), // the permit is theirs now
            None => state.free += 1,
        }
    }
}
// ANCHOR_END: semaphore

/// What [`Semaphore::acquire`] returns.
#[derive(Debug)]
pub struct Acquire<'semaphore> {
    semaphore: &'semaphore Semaphore,
    /// What was drawn when no permit was free.
    ticket: Option<u64>,
}

// ANCHOR: acquire
impl<'semaphore> Future for Acquire<'semaphore> {
    type Output = Permit<'semaphore>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Permit<'semaphore>> {
        let semaphore = self.semaphore;
        let state = &mut *semaphore.0.borrow_mut();
        let ticket = match self.ticket {
            None if state.free > 0 => {
                state.free -= 1;
                return Poll::Ready(Permit(semaphore));
            }
            None => state.tickets, // joins the line
            Some(ticket) if state.waiting.contains_key(&ticket) => ticket,
            Some(_) => {
                self.ticket = None;
                return Poll::Ready(Permit(semaphore)); // it was handed over
            }
        };
        state.tickets = state.tickets.max(ticket + 1);
        state.waiting.insert(ticket, context.waker().clone());
        self.ticket = Some(ticket);
        Poll::Pending
    }
}
// ANCHOR_END: acquire

/// Whoever leaves the line may have been handed a permit already. It goes to the next.
impl Drop for Acquire<'_> {
    fn drop(&mut self) {
        let Some(ticket) = self.ticket else { return };
        let is_in_line = self.semaphore.0.borrow_mut().waiting.remove(&ticket).is_some();
        if !is_in_line {
            self.semaphore.release();
        }
    }
}

/// One of the permits of a semaphore, until it is dropped.
#[derive(Debug)]
pub struct Permit<'semaphore>(&'semaphore Semaphore);

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.0.release();
    }
}

// ANCHOR: mutex
/// A value that one task at a time may use: a semaphore with a single permit.
#[derive(Debug)]
pub struct Mutex<T> {
    semaphore: Semaphore,
    value: RefCell<T>,
}

impl<T> Mutex<T> {
    /// A value that nobody uses yet.
    pub fn new(value: T) -> Self {
        Self { semaphore: Semaphore::new(1), value: RefCell::new(value) }
    }

    /// Waits until nobody else uses the value. Whoever asked first gets it first.
    pub async fn lock(&self) -> Guard<'_, T> {
        let permit = self.semaphore.acquire().await;
        Guard { value: self.value.borrow_mut(), _permit: permit }
    }
}
// ANCHOR_END: mutex

/// The value of a mutex, until it is dropped. (Its fields are dropped in this order: first the value is free, then the lock.)
#[derive(Debug)]
pub struct Guard<'mutex, T> {
    value: RefMut<'mutex, T>,
    _permit: Permit<'mutex>,
}

impl<T> Deref for Guard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for Guard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::pin::pin;

    fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
        future.poll(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn nobody_overtakes_those_who_wait() {
        let semaphore = Semaphore::new(2);
        let [first, second] = [(); 2].map(|()| poll(pin!(semaphore.acquire())));
        assert!(first.is_ready() && second.is_ready());
        let (mut third, mut fourth) = (pin!(semaphore.acquire()), pin!(semaphore.acquire()));
        assert!(poll(third.as_mut()).is_pending() && poll(fourth.as_mut()).is_pending());
        drop(first);
        assert!(poll(pin!(semaphore.acquire())).is_pending(), "the free permit belongs to the third");
        assert!(poll(fourth.as_mut()).is_pending(), "and not to the fourth");
        assert!(poll(third.as_mut()).is_ready());
        drop(second);
        assert!(poll(fourth.as_mut()).is_ready());
    }

    #[test]
    fn who_leaves_the_line_holds_nobody_up() {
        let semaphore = Semaphore::new(1);
        let permit = poll(pin!(semaphore.acquire()));
        let mut leaving = [(); 2].map(|()| Box::pin(semaphore.acquire()));
        let mut last = pin!(semaphore.acquire());
        assert!(leaving.iter_mut().all(|leaving| poll(leaving.as_mut()).is_pending()));
        assert!(poll(last.as_mut()).is_pending());
        let [first, second] = leaving;
        drop(second); // while it waits
        drop(permit); // which hands the permit to the first …
        drop(first); // … who leaves without having noticed
        assert!(poll(last.as_mut()).is_ready());
    }

    #[test]
    fn a_mutex_lets_one_in_at_a_time_and_keeps_what_it_left() {
        let mutex = Mutex::new(1);
        let Poll::Ready(mut guard) = poll(pin!(mutex.lock())) else { panic!("nobody holds it") };
        let mut next = pin!(mutex.lock());
        assert!(poll(next.as_mut()).is_pending());
        *guard += 1;
        drop(guard);
        let Poll::Ready(guard) = poll(next) else { panic!("it is free again") };
        assert_eq!(*guard, 2);
    }
}
