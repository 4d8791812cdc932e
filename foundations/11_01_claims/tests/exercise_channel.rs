//! Exercise 1 of section 11.1: one more part. Write `channel`, then run
//! `cargo test -p claims --test exercise_channel -- --ignored`.

use std::io;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

/// A value goes to another thread through a channel, and comes back through a second one, so many times. The other thread calls
/// `visit` for each value.
fn channel(times: u32, visit: impl Fn() + Send + Sync) -> io::Result<Duration> {
    let begun = Instant::now();
    (0..times).for_each(|_| visit()); // on this thread
    Ok(begun.elapsed())
}

#[test]
#[ignore = "exercise 11.1/1: it passes once you have written `channel`"]
fn each_value_goes_to_another_thread_and_comes_back() -> io::Result<()> {
    let (here, visits): (ThreadId, _) = (thread::current().id(), AtomicU32::new(0));
    let visit = || {
        assert_ne!(thread::current().id(), here, "it was called on the thread that measures");
        visits.fetch_add(1, Relaxed);
    };
    let took = channel(1_000, visit)?;
    assert_eq!(visits.into_inner(), 1_000);
    println!("a value takes {:?}", took / 1_000);
    Ok(())
}
