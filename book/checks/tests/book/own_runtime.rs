//! Chapter 5: what becomes of our own runtime if something in it is changed.

#![allow(clippy::unwrap_used)]

use book_checks::ideas::UNWATCHED;
use book_checks::{Result, patch};
use harness::Protocol;

/// The accept loop is a task like any other. If it ended alone, the server would stay, and serve no client.
#[test]
fn a_panic_in_the_accept_loop_ends_the_server_with_a_message_and_the_code_1() -> Result {
    for name in ["05_05_reactor+accept_panics", "05_06_many_threads+accept_panics_too"] {
        let mut server = patch::program(name)?.speaking(Protocol::Echo).start()?;
        let _client = server.client()?;
        let ended = server.wait_for_exit()?;
        assert_eq!(ended.code(), Some(1), "{name}");
        let log = server.log();
        assert!(log.ends_with("cannot continue to serve: the accept loop has panicked\n"), "{name}: {log}");
    }
    Ok(())
}

/// Section 5.3: a destructor that panics must harm nothing but its own task, and what a panic says must not get lost.
#[test]
fn an_executor_that_drops_tasks_carelessly_is_found() {
    let package = patch::binary("wait+careless_drop");
    let found = patch::cargo(&["test", "--offline", "--bins", "-p", &package]).unwrap_err().to_string();
    for test in
        ["a_destructor_that_panics_harms_no_other_task", "the_message_of_a_panic_is_the_reason_formatted_or_not"]
    {
        // A second panic while the first one unwinds ends the whole program of tests.
        assert!(!found.contains(&format!("test tests::{test} ... ok")), "{test} does not find it:\n{found}");
    }
}

#[test]
fn an_unwatched_reactor_lets_one_blocked_handler_stop_all_others() {
    let test = ["test", "--offline", "--quiet", "--test", "executor", "a_thread_that_blocks", "-p"];
    let package = patch::binary(&UNWATCHED[6..]);
    let failed = patch::cargo(&[&test[..], &[&package]].concat()).map_err(|failure| failure.to_string());
    assert!(failed.is_err_and(|printed| printed.contains("a_thread_that_blocks_leaves_the_reactor_to_another")));
}
