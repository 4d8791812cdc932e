//! Chapter 5: what becomes of our own runtime if something in it is changed.

#![allow(clippy::unwrap_used)]

use crate::faults::found_by_test;
use book_checks::ideas::UNWATCHED;
use book_checks::{Result, patch};
use harness::{Ended, Protocol};

/// The accept loop is a task like any other. If it ended alone, the server would stay, and serve no client.
#[test]
fn a_panic_in_the_accept_loop_ends_the_server_with_a_message_and_the_code_1() -> Result {
    for name in ["05_05_reactor+accept_panics", "05_06_many_threads+accept_panics_too"] {
        let mut server = patch::program(name)?.speaking(Protocol::Echo).start()?;
        let _client = server.client()?;
        let Ended { code, log, .. } = server.ended()?;
        assert_eq!(code, Some(1), "{name}");
        assert!(log.ends_with("cannot continue to serve: the accept loop has panicked\n"), "{name}: {log}");
    }
    Ok(())
}

#[test]
fn an_unwatched_reactor_lets_one_blocked_handler_stop_all_others() {
    found_by_test(3, UNWATCHED, &["--test", "executor"], "a_thread_that_blocks_leaves_the_reactor_to_another");
}
