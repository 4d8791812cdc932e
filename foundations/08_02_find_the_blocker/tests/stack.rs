//! Where a blocked thread is.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)] // a test says what went wrong by failing at that line

use find_the_blocker::stack::{Call, Stack, Thread, prepare};
use find_the_blocker::usage::compute_for;
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

const LONG: Duration = Duration::from_secs(1);

/// Where a thread is found that does this.
fn found_while(act: impl FnOnce() + Send + 'static) -> Call {
    prepare().unwrap();
    let (tx, rx) = mpsc::channel();
    let thread = thread::spawn(move || {
        tx.send(Thread::current()).unwrap();
        act();
    });
    let blocked = rx.recv().unwrap();
    thread::sleep(Duration::from_millis(50));
    let stack = (0..8).find_map(|_| Stack::of(blocked)); // on a busy machine, the thread may not answer at once
    let call = stack.and_then(|stack| stack.own_call()).unwrap();
    thread.join().unwrap();
    call
}

#[test]
fn a_thread_that_sleeps_is_found_in_the_line_in_which_it_sleeps() {
    let line = line!() + 1;
    let call = found_while(|| thread::sleep(LONG));
    assert_eq!(call.line, line, "{call}");
    assert!(call.function.contains("sleep") && call.file.ends_with("tests/stack.rs"), "{call}");
}

#[test]
fn a_thread_that_waits_for_a_lock_is_found_in_the_line_in_which_it_waits() {
    let lock = Arc::new(Mutex::new(()));
    let held = lock.lock().unwrap();
    let wanted = Arc::clone(&lock);
    let line = line!() + 4;
    let call = thread::scope(|scope| {
        let found = scope.spawn(|| {
            found_while(move || {
                drop(wanted.lock());
            })
        });
        thread::sleep(LONG);
        drop(held);
        found.join().unwrap()
    });
    assert_eq!(call.line, line, "{call}");
    assert!(call.function.contains("lock"), "{call}");
}

#[test]
fn a_thread_that_computes_is_found_in_the_loop() {
    let call = found_while(|| compute_for(LONG));
    assert!(call.file.ends_with("src/usage.rs"), "{call}");
}
