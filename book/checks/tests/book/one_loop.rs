//! Chapter 4: one loop, and three kinds of handlers in it.

use book_checks::measured::idle::Idle;
use book_checks::{Result, patch, pieces, snapshot};
use harness::{End, Protocol, has_descriptors, suite};
use std::thread;
use std::time::Duration;

#[test]
fn what_the_book_shows_of_the_handlers_is_there() -> Result {
    let changes = pieces::difference("02_01_blocking_echo", "04_03_green_threads")?;
    snapshot::check("generated/handler_02_01_04_03.diff", &changes)
}

/// A callback keeps what it needs, a coroutine its buffer too, a green thread whole pages. Two of them are what the system gives, and
/// counts: a page has 4 KiB on most machines, 16 KiB on some.
#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "only Linux reports how much memory a program has")]
fn an_idle_client_costs_least_with_callbacks_and_most_with_green_threads() -> Result {
    let now = if has_descriptors(4_000) { Some(Idle::observe()?) } else { None };
    for idle in [Some(Idle::committed()?), now].into_iter().flatten() {
        let [callback, coroutine, green_thread] = &idle.costs[..] else { panic!("three steps: {idle:?}") };
        assert!(callback.resident < 1024, "{idle:?}");
        assert!((1024..3 * 1024).contains(&coroutine.resident), "{idle:?}");
        assert!((4 * 1024..64 * 1024).contains(&green_thread.resident), "{idle:?}");
        assert!((64 * 1024..=96 * 1024).contains(&green_thread.reserved), "{idle:?}");
        assert!(callback.reserved < 4 * 1024 && coroutine.reserved < 4 * 1024, "{idle:?}");
    }
    Ok(())
}

/// The handlers look as if they might sleep. None of them does; here are some that do.
#[test]
fn a_handler_that_really_sleeps_holds_up_all_others() -> Result {
    let check = "during_a_delay_others_come_and_go";
    let sleepers = ["04_01_callbacks+sleep_in_callback", "04_02_coroutines+sleep_in_coroutine"];
    let sleepers = sleepers.into_iter().chain(["04_03_green_threads+sleep_in_green_thread"]);
    let found = |name: &str| -> Result<bool> {
        let program = patch::program(name)?.speaking(Protocol::Echo).patience(Duration::from_secs(1));
        Ok(suite::only(check, &program).is_err())
    };
    let running: Vec<_> = sleepers.map(|name| (name, thread::spawn(move || found(name)))).collect();
    for (name, found) in running {
        assert!(found.join().unwrap()?, "{name} passes");
    }
    Ok(())
}

#[test]
#[cfg_attr(not(unix), ignore = "only Unix has signals")]
fn a_stack_that_is_too_small_ends_the_server_without_a_word() -> Result {
    let mut server = patch::program("04_03_green_threads+large_buffer")?.speaking(Protocol::Echo).start()?;
    let mut client = server.client()?;
    assert_eq!(client.end()?, End::Closed);
    let ended = server.ended()?;
    assert_eq!((ended.code, ended.log.as_str()), (None, ""), "a signal ended it");
    Ok(())
}
