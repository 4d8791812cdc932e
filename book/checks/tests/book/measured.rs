//! What was measured once still holds: the same order, if not the same numbers.

use book_checks::measured::forgotten_await::Endings;
use book_checks::measured::little_load::waits;
use book_checks::measured::threads::Threads;
use book_checks::measured::traces::{self, Traced};
use book_checks::{Failure, Result};
use std::collections::HashMap;
use std::sync::LazyLock;
use std::thread;
use timeline::Timeline;

/// What each step does now that has a timeline in the book, by the name of the timeline. Some wait for seconds, all of them together.
static NOW: LazyLock<Result<HashMap<String, Result<Timeline>>>> = LazyLock::new(|| {
    let observe = |traced: Traced| (traced.name(), thread::spawn(move || traced.observe()));
    let observing: Vec<_> = traces::all()?.into_iter().map(observe).collect();
    let observed = observing
        .into_iter()
        .map(|(name, timeline)| (name, timeline.join().unwrap_or_else(|_| Err(Failure::new("it panicked")))));
    Ok(observed.collect())
});

/// The timeline of this name, in the book and now.
fn timelines(name: &str) -> Result<[Timeline; 2]> {
    let now = NOW.as_ref().map_err(Failure::clone)?.get(name);
    let now = now.ok_or_else(|| Failure::new(format!("{name} is not traced")))?.clone()?;
    Ok([traces::find(name)?.committed()?, now])
}

/// Who waits for the slow client: nobody, or everybody.
fn quick_clients_wait(name: &str, expected: bool) -> Result {
    for timeline in timelines(name)? {
        assert_eq!(waits(&timeline), [expected; 3], "{}", timeline.text(80));
    }
    Ok(())
}

#[test]
fn a_silent_client_holds_up_the_sync_server() -> Result {
    quick_clients_wait("09_01", true)
}

#[test]
fn a_silent_client_holds_up_the_async_server_too() -> Result {
    quick_clients_wait("09_02", true)
}

#[test]
fn a_slow_request_holds_everyone_up() -> Result {
    quick_clients_wait("09_03", true)
}

#[test]
fn the_concurrent_server_lets_nobody_wait_for_a_slow_request() -> Result {
    quick_clients_wait("09_04", false)
}

#[test]
fn the_parallel_server_lets_nobody_wait_for_a_slow_request() -> Result {
    quick_clients_wait("09_05", false)
}

#[test]
fn the_graceful_server_finishes_a_slow_answer_after_it_was_told_to_stop() -> Result {
    quick_clients_wait("09_06", false)?;
    for timeline in timelines("09_06")? {
        assert!(timeline.marks[0].at < timeline.rows[0].end(), "{}", timeline.text(80));
    }
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
