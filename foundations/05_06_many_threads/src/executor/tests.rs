//! Turns that take long, on more threads than a machine may have processors.

use super::Executor;
use crate::reactor::Reactor;
use std::sync::{Arc, Barrier, mpsc};
use std::thread;
use std::time::Duration;

/// Lets so many tasks become ready in the reactor, all at about the same time. Each of them blocks its thread until all have a turn,
/// one of them only after it has been in the reactor again. Returns whether that happens.
fn all_have_a_turn_at_the_same_time(threads: usize, tasks: usize) -> bool {
    let (all_met, met) = mpsc::channel();
    thread::spawn(move || {
        let reactor = Reactor::new().unwrap();
        let executor = Executor::new(&reactor);
        let (barrier, spawner) = (Arc::new(Barrier::new(tasks)), executor.clone());
        executor.block_on(threads, async move {
            for _ in 1..tasks {
                let (reactor, barrier) = (reactor.clone(), Arc::clone(&barrier));
                let blocks = async move {
                    reactor.sleep(Duration::from_millis(1)).await;
                    barrier.wait();
                };
                spawner.spawn(blocks).detach();
            }
            reactor.sleep(Duration::from_millis(1)).await;
            reactor.sleep(Duration::from_millis(1)).await;
            barrier.wait();
            all_met.send(()).unwrap();
        })
    });
    met.recv_timeout(Duration::from_millis(if threads < tasks { 300 } else { 10_000 })).is_ok()
}

/// A thread that takes a task leaves another one that looks whether its turn takes long, and
/// that one does the same.
#[test]
fn each_of_several_blocked_threads_leaves_one_that_takes_over() {
    for _ in 0..20 {
        assert!(all_have_a_turn_at_the_same_time(4, 4));
    }
}

/// So the test above can fail.
#[test]
fn four_tasks_do_not_meet_on_three_threads() {
    assert!(!all_have_a_turn_at_the_same_time(3, 4));
}
