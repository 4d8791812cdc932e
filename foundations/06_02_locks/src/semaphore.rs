//! A semaphore for the tasks of one thread: a number of permits, and a queue. The task that asked first gets one first.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

// ANCHOR: semaphore
/// A number of permits, and the tasks that wait for one.
pub struct Semaphore(RefCell<State>);

struct State {
    free: usize,
    /// The wakers of the tasks that wait, by ticket. While a task waits, no permit is free.
    line: BTreeMap<u64, Waker>,
    next_ticket: u64,
}

impl Semaphore {
    /// So many permits, all of them free.
    pub fn new(permits: usize) -> Self {
        Self(RefCell::new(State { free: permits, line: BTreeMap::new(), next_ticket: 0 }))
    }

    /// Waits for a permit. It is given back when it is dropped.
    pub fn acquire(&self) -> Acquire<'_> {
        Acquire { semaphore: self, ticket: None }
    }

    /// Hands a permit to the first task in line. If no task waits, it is free.
    pub fn release(&self) {
        let first = self.0.borrow_mut().line.pop_first();
        match first {
            Some((_, waker)) => waker.wake(),
            None => self.0.borrow_mut().free += 1,
        }
    }
}
// ANCHOR_END: semaphore

// ANCHOR: acquire
/// What [`Semaphore::acquire`] returns.
pub struct Acquire<'semaphore> {
    semaphore: &'semaphore Semaphore,
    /// Its place in the line, if it had to join it.
    ticket: Option<u64>,
}

impl<'semaphore> Future for Acquire<'semaphore> {
    type Output = Permit<'semaphore>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Permit<'semaphore>> {
        let semaphore = self.semaphore;
        let mut state = semaphore.0.borrow_mut();
        let ticket = match self.ticket {
            None if state.free > 0 => {
                state.free -= 1;
                return Poll::Ready(Permit(semaphore));
            }
            None => {
                state.next_ticket += 1; // joins the line
                state.next_ticket - 1
            }
            Some(ticket) if state.line.contains_key(&ticket) => ticket,
            Some(_) => {
                self.ticket = None;
                return Poll::Ready(Permit(semaphore)); // it was handed over
            }
        };
        self.ticket = Some(ticket);
        let earlier = state.line.insert(ticket, context.waker().clone());
        drop(state); // first, because dropping a waker may run any code
        drop(earlier);
        Poll::Pending
    }
}
// ANCHOR_END: acquire

// ANCHOR: leave
/// A task that is cancelled leaves the line. If its ticket is no longer there,
/// the task was handed a permit, and passes the permit on.
impl Drop for Acquire<'_> {
    fn drop(&mut self) {
        let Some(ticket) = self.ticket else { return };
        let waker = self.semaphore.0.borrow_mut().line.remove(&ticket);
        if waker.is_none() {
            self.semaphore.release();
        }
    }
}
// ANCHOR_END: leave

// ANCHOR: permit
/// One of the permits, until it is dropped.
pub struct Permit<'semaphore>(&'semaphore Semaphore);

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.0.release();
    }
}

impl Permit<'_> {
    /// Uses it up: it is not given back.
    pub fn spend(self) {
        mem::forget(self);
    }
}
// ANCHOR_END: permit

#[cfg(test)]
mod tests {
    use super::*;
    use std::pin::pin;
    use std::sync::Arc;
    use std::task::Wake;

    fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
        future.poll(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn the_task_that_asked_first_is_first_and_none_overtakes() {
        let semaphore = Semaphore::new(2);
        let [first, second] = [(); 2].map(|()| poll(pin!(semaphore.acquire())));
        assert!(first.is_ready() && second.is_ready());
        let (mut third, mut fourth) = (pin!(semaphore.acquire()), pin!(semaphore.acquire()));
        assert!(poll(third.as_mut()).is_pending() && poll(fourth.as_mut()).is_pending());
        drop(first);
        assert!(poll(pin!(semaphore.acquire())).is_pending(), "the permit is not free in between");
        assert!(poll(fourth).is_pending());
        assert!(poll(third).is_ready());
    }

    #[test]
    fn a_task_that_leaves_the_line_is_not_handed_a_permit() {
        let semaphore = Semaphore::new(1);
        let permit = poll(pin!(semaphore.acquire()));
        let mut leaves = Box::pin(semaphore.acquire());
        let mut stays = pin!(semaphore.acquire());
        assert!(poll(leaves.as_mut()).is_pending() && poll(stays.as_mut()).is_pending());
        drop(leaves);
        drop(permit);
        assert!(poll(stays).is_ready());
    }

    #[test]
    fn a_task_that_was_handed_a_permit_and_leaves_passes_it_on() {
        let semaphore = Semaphore::new(1);
        let permit = poll(pin!(semaphore.acquire()));
        let mut leaves = Box::pin(semaphore.acquire());
        let mut stays = pin!(semaphore.acquire());
        assert!(poll(leaves.as_mut()).is_pending() && poll(stays.as_mut()).is_pending());
        drop(permit); // hands it over …
        drop(leaves); // … to a task that never notices
        assert!(poll(stays).is_ready());
    }

    thread_local! {
        static SEMAPHORE: Semaphore = Semaphore::new(0);
    }

    /// What a waker holds: when it is dropped, it gives a permit to the semaphore.
    struct Gives;

    impl Wake for Gives {
        fn wake(self: Arc<Self>) {}
    }

    impl Drop for Gives {
        fn drop(&mut self) {
            let _ = SEMAPHORE.try_with(Semaphore::release); // it fails at the end of the thread
        }
    }

    fn poll_once<'semaphore>(future: Pin<&mut Acquire<'semaphore>>) -> Poll<Permit<'semaphore>> {
        let waker = Waker::from(Arc::new(Gives));
        future.poll(&mut Context::from_waker(&waker))
    }

    #[test]
    fn no_waker_is_dropped_while_something_is_borrowed() {
        SEMAPHORE.with(|semaphore| {
            let mut leaves = Box::pin(semaphore.acquire());
            assert!(poll_once(leaves.as_mut()).is_pending());
            drop(leaves); // its waker is dropped
            let Poll::Ready(permit) = poll(pin!(semaphore.acquire())) else { panic!("no permit was given") };
            permit.spend();
            let mut waits = pin!(semaphore.acquire());
            assert!(poll_once(waits.as_mut()).is_pending());
            assert!(poll_once(waits.as_mut()).is_pending()); // the first waker is dropped, and a permit handed over
            assert!(poll_once(waits).is_ready());
        });
    }

    #[test]
    fn a_future_that_is_polled_for_no_reason_keeps_its_place() {
        let semaphore = Semaphore::new(1);
        let permit = poll(pin!(semaphore.acquire()));
        let (mut first, mut second) = (pin!(semaphore.acquire()), pin!(semaphore.acquire()));
        for _ in 0..2 {
            assert!(poll(first.as_mut()).is_pending() && poll(second.as_mut()).is_pending());
        }
        drop(permit);
        assert!(poll(second).is_pending());
        assert!(poll(first).is_ready());
    }
}
