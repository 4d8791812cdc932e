//! What the exercises of section 2.2 ask you to build. A test here fails until it is built.

use std::sync::Arc;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// A limited number of permits.
struct Semaphore {}

/// A permit, which goes back when it is dropped.
struct Permit {}

impl Semaphore {
    /// A semaphore with so many permits.
    fn new(_permits: usize) -> Arc<Self> {
        Arc::new(Self {})
    }

    /// Waits until a permit is free, and takes it. The thread that waits takes no processor time.
    fn acquire(self: &Arc<Self>) -> Permit {
        Permit {}
    }
}

#[test]
#[ignore = "exercise 2.2/3: a semaphore"]
fn a_semaphore_of_your_own_lets_no_more_threads_in_than_it_has_permits() {
    let semaphore = Semaphore::new(2);
    let (tx, rx) = mpsc::channel();
    let mut permits: Vec<Permit> = (0..2).map(|_| semaphore.acquire()).collect();
    for _ in 0..2 {
        let (semaphore, tx) = (Arc::clone(&semaphore), tx.clone());
        thread::spawn(move || drop(tx.send(semaphore.acquire())));
    }
    let is_let_in = |patience| rx.recv_timeout(Duration::from_millis(patience)).ok();
    for _ in 0..2 {
        assert!(is_let_in(100).is_none(), "a third thread has a permit, and there are two");
        permits.remove(0);
        permits.push(is_let_in(5_000).expect("a permit is free, and a thread still waits for one"));
    }
}
