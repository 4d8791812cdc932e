//! A counter for the tasks of one thread needs no lock, as long as no task waits between reading and writing.

use crate::mutex::Mutex;
use crate::turns::{pass, say};
use std::cell::Cell;
use std::rc::Rc;
use wakers::Executor;

// ANCHOR: counter
/// Has three tasks add one to each of three counters.
pub async fn count(executor: &Executor) {
    let (at_once, with_a_wait, locked) = (Rc::default(), Rc::default(), Rc::new(Mutex::new(0)));
    let add = || add(Rc::clone(&at_once), Rc::clone(&with_a_wait), Rc::clone(&locked));
    for task in [(); 3].map(|()| executor.spawn(add())) {
        task.await;
    }
    say(format_args!("    read and written at once: {}", at_once.get()));
    say(format_args!("    with a wait in between: {}", with_a_wait.get()));
    say(format_args!("    with a wait in between, behind a mutex: {}", locked.lock().await.value));
}

async fn add(at_once: Rc<Cell<u32>>, with_a_wait: Rc<Cell<u32>>, locked: Rc<Mutex<u32>>) {
    at_once.set(at_once.get() + 1);

    let read = with_a_wait.get();
    pass().await; // the others run, and read the same number
    with_a_wait.set(read + 1);

    let mut guard = locked.lock().await;
    let read = *guard.value;
    pass().await; // the others run, and wait in line
    *guard.value = read + 1;
    drop(guard); // to the next in line
}
// ANCHOR_END: counter
