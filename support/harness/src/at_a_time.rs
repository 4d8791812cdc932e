//! Work that mostly waits, done by several threads.

use std::panic::resume_unwind;
use std::sync::{Mutex, PoisonError};
use std::{iter, thread};

/// Does this with each item, with so many of them at the same time. The results are in the order of the items.
///
/// # Panics
///
/// If that panics.
pub fn at_a_time<Item: Send, Output: Send>(
    number: usize,
    items: impl IntoIterator<Item = Item, IntoIter: Send>,
    work: impl Fn(Item) -> Output + Sync,
) -> Vec<Output> {
    let items = Mutex::new(items.into_iter().enumerate());
    let next = || items.lock().unwrap_or_else(PoisonError::into_inner).next();
    let work = || iter::from_fn(next).map(|(index, item)| (index, work(item))).collect::<Vec<_>>();
    let mut outputs: Vec<_> = thread::scope(|scope| {
        let working: Vec<_> = (0..number).map(|_| scope.spawn(work)).collect();
        working.into_iter().flat_map(|worker| worker.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    });
    outputs.sort_unstable_by_key(|(index, _)| *index);
    outputs.into_iter().map(|(_, output)| output).collect()
}
