//! What was measured once still holds: the same order, if not the same numbers.

use book_checks::measured::forgotten_await::Endings;
use book_checks::measured::threads::Threads;
use book_checks::measured::trace::{TRACES, Trace};
use book_checks::{Failure, Result};
use std::sync::LazyLock;
use std::thread;

/// What the steps do now, each under the little load. They wait for five seconds, all of them together.
static NOW: LazyLock<Vec<Result<Trace>>> = LazyLock::new(|| {
    let observing = TRACES.map(|(step, scene)| thread::spawn(move || Trace::observe(step, scene)));
    let observed = observing.into_iter().map(|trace| trace.join().unwrap_or_else(|_| Err(Failure::new("it panicked"))));
    observed.collect()
});

/// What this step does now.
fn now(step: &str) -> Result<&'static Trace> {
    let now = NOW.iter().zip(TRACES).find(|(_, (name, _))| *name == step);
    now.ok_or_else(|| Failure::new(format!("{step} is not traced")))?.0.as_ref().map_err(Failure::clone)
}

/// Who waits for the slow client: nobody, or everybody.
fn quick_clients_wait(step: &str, expected: bool) -> Result {
    assert_eq!(Trace::committed(step)?.waits(), [expected; 3], "the trace in the book");
    assert_eq!(now(step)?.waits(), [expected; 3], "the server now");
    Ok(())
}

#[test]
fn a_silent_client_holds_up_the_sync_server() -> Result {
    quick_clients_wait("09_01_sync_server", true)
}

#[test]
fn a_silent_client_holds_up_the_async_server_too() -> Result {
    quick_clients_wait("09_02_async_server", true)
}

#[test]
fn a_slow_request_holds_everyone_up() -> Result {
    quick_clients_wait("09_03_slow_request", true)
}

#[test]
fn the_concurrent_server_lets_nobody_wait_for_a_slow_request() -> Result {
    quick_clients_wait("09_04_concurrent_server", false)
}

#[test]
fn the_parallel_server_lets_nobody_wait_for_a_slow_request() -> Result {
    quick_clients_wait("09_05_parallel_server", false)
}

#[test]
fn the_graceful_server_finishes_a_slow_answer_after_it_was_told_to_stop() -> Result {
    let step = "09_06_graceful_server";
    quick_clients_wait(step, false)?;
    let answered_after_stop = |trace: &Trace| trace.stopped.is_some_and(|stopped| stopped < trace.clients[0].answered);
    assert!(answered_after_stop(&Trace::committed(step)?), "the trace in the book");
    assert!(answered_after_stop(now(step)?), "the server now");
    Ok(())
}

#[test]
fn a_connection_that_nobody_awaits_is_accepted_and_dropped_never_refused() {
    for endings in [Endings::committed().unwrap(), Endings::observe().unwrap()] {
        assert_eq!((endings.refused, endings.answered), (0, 0), "{endings}");
        assert_eq!(endings.closed + endings.reset, 200, "{endings}");
    }
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "only Linux tells the processor time of a thread")]
fn the_concurrent_server_does_its_work_on_one_thread() {
    let step = "09_04_concurrent_server";
    for threads in [Threads::committed(step).unwrap(), Threads::observe(step).unwrap()] {
        assert!(threads.shares("main")[0] > 50, "{threads}");
    }
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "only Linux tells the processor time of a thread")]
fn the_parallel_server_does_its_work_on_several_threads() {
    let step = "09_05_parallel_server";
    for threads in [Threads::committed(step).unwrap(), Threads::observe(step).unwrap()] {
        let busy = threads.shares("async-std/runti").into_iter().filter(|share| *share > 10).count();
        assert_eq!(busy, 2, "{threads}");
        assert!(threads.shares("main")[0] < 50, "{threads}");
    }
}
