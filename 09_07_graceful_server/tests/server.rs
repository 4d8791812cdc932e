//! Step 9.7: all that step 9.6 does; and it stops well.

use harness::{Program, suite};

const SERVER: &str = env!("CARGO_BIN_EXE_09_07_graceful_server");

#[test]
fn it_answers() {
    suite::answers(SERVER).assert_passed();
}

#[test]
fn it_survives_its_clients() {
    suite::survives(SERVER).assert_passed();
}

#[test]
fn its_command_line_follows_the_conventions() {
    suite::command_line(SERVER).assert_passed();
}

#[test]
fn it_keeps_connections() {
    suite::keeps_connections(SERVER).assert_passed();
}

#[test]
fn no_client_waits_for_another() {
    suite::concurrent(SERVER).assert_passed();
}

#[test]
fn two_handlers_run_at_the_same_instant() {
    suite::parallel(Program::at(SERVER).environment("ASYNC_STD_THREAD_COUNT", "2")).assert_passed();
}

#[test]
fn it_stops_well() {
    suite::stops_well(SERVER).assert_passed();
}

/// With just enough descriptors to listen for clients. How many that is depends on the system, so all numbers are tried.
#[cfg(unix)]
#[test]
fn it_says_so_when_it_cannot_listen_for_signals() {
    let started_with = |limit: u32| {
        let limited = format!("ulimit -n {limit}; exec \"$0\" \"$@\"");
        Program::at("/bin/sh").argument("-c").argument(limited).argument(SERVER).run(&["127.0.0.1:0"])
    };
    let named = |log: &str| log.starts_with("cannot listen for signals: ") && log.lines().count() == 1;
    let ended = (4..32).map_while(|limit| started_with(limit).ok()).find(|ended| named(&ended.log));
    assert_eq!(ended.and_then(|ended| ended.code), Some(1), "it listens for clients without a word about signals");
}
