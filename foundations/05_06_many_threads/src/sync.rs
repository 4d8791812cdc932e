//! What threads share. A test puts those of loom in the place of these, to try every order of events.

pub use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Locks it. A panic while it was locked is no reason to stop: no change here can be half done.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
