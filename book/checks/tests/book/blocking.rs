//! Chapter 2: what a panic costs, and that the checks of its steps find what they are for.

use book_checks::{Failure, Result, patch, step};
use harness::{Program, Protocol, suite};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

/// A step with a patch.
fn patched(name: &str) -> Result<Program> {
    Ok(patch::program(name)?.speaking(Protocol::Echo))
}

/// Ten clients make the handler panic, one after the other. Then another client comes.
fn survives_panics(program: &Program) -> Result {
    let server = program.start()?;
    for _ in 0..10 {
        let mut client = server.client()?;
        client.send("panic\n")?;
        client.end()?;
    }
    server.client()?.ask()
}

#[test]
fn a_panic_ends_the_blocking_server() -> Result {
    let mut server = patched("02_01_blocking_echo+mistake")?.start()?;
    server.client()?.send("panic\n")?;
    assert_eq!(server.wait_for_exit()?.code(), Some(101));
    Ok(())
}

#[test]
fn a_panic_costs_one_connection() -> Result {
    survives_panics(&patched("02_02_thread_per_connection+mistake_on_a_thread")?)?;
    survives_panics(&patched("02_03_thread_pool+mistake_in_a_pool")?)
}

#[test]
#[cfg(unix)]
fn a_panic_costs_one_process_and_another_takes_its_place() -> Result {
    survives_panics(&patched("02_04_prefork+mistake_in_a_process")?)
}

/// The queue of a listener holds as many connections as Rust asks for, and one more. The next client is not answered.
#[test]
#[cfg(target_os = "linux")]
fn a_full_backlog_holds_129_clients() -> Result {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let connect = || TcpStream::connect_timeout(&listener.local_addr()?, Duration::from_millis(300));
    let inside: Vec<TcpStream> = std::iter::from_fn(|| connect().ok()).take(1_000).collect();
    assert_eq!(inside.len(), 129);
    Ok(())
}

#[test]
fn a_pool_that_does_not_catch_panics_loses_its_workers() -> Result {
    is_found("02_03_thread_pool+lost_workers", survives_panics)
}

#[test]
fn no_more_threads_than_the_limit_run_at_a_time() -> Result {
    two_at_a_time(&patched("02_02_thread_per_connection+limit_of_two")?)?;
    let unlimited = step::program("02_02_thread_per_connection")?.speaking(Protocol::Echo);
    assert!(two_at_a_time(&unlimited).is_err());
    Ok(())
}

fn two_at_a_time(program: &Program) -> Result {
    let server = program.start()?;
    let (mut first, mut second) = (server.client()?, server.client()?);
    first.ask()?;
    second.ask()?;
    let mut third = server.client()?;
    third.send_question()?;
    let waits = third.stays_silent_for(Duration::from_millis(250))?;
    let threads = server.threads();
    drop(first);
    third.answer()?;
    if waits && threads.is_none_or(|threads| threads == 3) {
        return second.ask();
    }
    Err(Failure::new(format!("{threads:?} threads serve three clients")))
}

#[test]
#[ignore = "checks a check, `cargo test --test book --test harness -- --ignored found` does it"]
fn a_pool_that_grows_is_found() -> Result {
    let grows = "02_03_thread_pool+growing_pool";
    check_finds("a_crowd_adds_no_thread_and_few_descriptors", grows)
}

#[test]
fn a_lock_that_is_held_too_long_lets_the_pool_serve_one_client_at_a_time() -> Result {
    let slow = "02_03_thread_pool+lock_held_too_long";
    suite::only("the_second_client_waits_for_the_first", &patched(slow)?)?;
    check_finds("eight_clients_are_served_at_a_time_and_the_ninth_waits", slow)
}

#[test]
#[ignore = "checks a check, `cargo test --test book --test harness -- --ignored found` does it"]
#[cfg(target_os = "linux")]
fn a_prefork_with_a_fault_is_found() -> Result {
    check_finds("a_worker_that_dies_is_replaced_and_only_its_client_notices", "02_04_prefork+dies_with_a_worker")?;
    check_finds("a_worker_that_dies_is_replaced_and_only_its_client_notices", "02_04_prefork+no_replacement")?;
    check_finds("all_workers_are_replaced_but_not_in_a_hurry", "02_04_prefork+hasty")?;
    check_finds("workers_end_with_their_parent_however_it_ends", "02_04_prefork+orphans")
}

fn check_finds(check: &str, name: &str) -> Result {
    is_found(name, |program| suite::only(check, program))
}

/// One that is too quick is found when the machine lets it be quick, so it is met a few times.
fn is_found(name: &str, property: impl Fn(&Program) -> Result) -> Result {
    let program = patched(name)?.patience(Duration::from_secs(1)); // what a server with a fault does not do, it never does
    assert!((0..5).any(|_| property(&program).is_err()), "{name} was not found");
    Ok(())
}
