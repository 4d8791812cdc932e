//! A counter for the tasks of one thread needs no lock, as long as no task waits between reading and writing.

use crate::mutex::Mutex;
use crate::turns::{pass, say};
use std::cell::Cell;
use std::rc::Rc;
use wakers::Executor;

// ANCHOR: counter
/// Has three tasks add one to each of three counters.
pub async fn count(executor: &Executor) {
    let without_a_wait = Rc::default();
    let with_a_wait = Rc::default();
    let locked = Rc::new(Mutex::new(0));
    let add = || executor.spawn(add(Rc::clone(&without_a_wait), Rc::clone(&with_a_wait), Rc::clone(&locked)));
    for task in [add(), add(), add()] {
        task.await;
    }
    say(format_args!("    read and written without a wait: {}", without_a_wait.get()));
    say(format_args!("    with a wait in between: {}", with_a_wait.get()));
    say(format_args!("    with a wait in between, in a mutex: {}", locked.lock().await.value));
}

async fn add(without_a_wait: Rc<Cell<u32>>, with_a_wait: Rc<Cell<u32>>, locked: Rc<Mutex<u32>>) {
    without_a_wait.set(without_a_wait.get() + 1);

    let read = with_a_wait.get();
    pass().await; // the other tasks run, and read the same number
    with_a_wait.set(read + 1);

    let mut guard = locked.lock().await;
    let read = *guard.value;
    pass().await; // the other tasks run, and wait in line
    *guard.value = read + 1;
    drop(guard); // to the next in line
}
// ANCHOR_END: counter
