//! Step 3.5: no client waits for another, whichever call the loop waits in.

#![cfg(unix)]

use harness::{Program, Result, at_a_time, has_descriptors, suite};
use std::thread;
use std::time::Duration;

#[cfg(target_os = "linux")]
const CALLS: [&str; 3] = ["select", "poll", "epoll"];
#[cfg(not(target_os = "linux"))]
const CALLS: [&str; 2] = ["select", "poll"];

/// How many clients say nothing, where the loop must be able to watch more descriptors than `select` can.
const CROWD: usize = 1_100;

fn server(call: &str) -> Program {
    Program::echo(env!("CARGO_BIN_EXE_03_05_select_poll_epoll")).argument("--with").argument(call)
}

/// Does this with the server on each call, at the same time if there are descriptors enough for it.
fn with_each(check: impl Fn(Program) + Sync) {
    let number = if has_descriptors(4_000) { CALLS.len() } else { 1 };
    at_a_time(number, CALLS, |call| check(server(call)));
}

#[test]
fn each_line_comes_back() {
    with_each(|server| suite::echoes(server).assert_passed());
}

#[test]
fn it_survives_its_clients() {
    with_each(|server| suite::echo_survives(server).assert_passed());
}

#[test]
fn no_client_waits_for_another() {
    with_each(|server| suite::echo_concurrent(server).assert_passed());
}

#[test]
fn its_command_line_follows_the_conventions() {
    suite::command_line(server("poll")).assert_passed();
}

#[test]
fn a_signal_ends_it_at_once() {
    with_each(|server| suite::ends_at_once(server).assert_passed());
}

#[test]
fn all_clients_share_one_thread() {
    with_each(|server| suite::on_one_thread(server).assert_passed());
}

/// Each client is registered with `epoll` once. `poll` gets a list of all clients at each call, and the system looks at each.
#[cfg(target_os = "linux")]
#[test]
fn idle_clients_cost_nothing_with_epoll_and_something_with_poll() {
    let [epoll, poll] =
        ["epoll", "poll"].map(|call| thread::spawn(move || suite::idle_clients_cost_nothing(server(call))));
    epoll.join().unwrap().assert_passed();
    let report = poll.join().unwrap();
    if has_descriptors(8_000) {
        assert!(report.outcomes.iter().all(|(_, outcome)| outcome.is_err()), "{report:?}");
    }
}

#[test]
fn select_refuses_a_client_that_it_cannot_watch_and_serves_the_others() -> Result {
    if !has_descriptors(4_000) {
        return Ok(());
    }
    let server = server("select").start()?;
    let mut inside = Vec::new();
    let refused = loop {
        let mut client = server.client()?;
        client.send("hello\n")?;
        let answer = client.line()?;
        if answer != b"hello\n" {
            break answer;
        }
        inside.push(client);
        assert!(inside.len() < 1_024, "select watches them all");
    };
    assert_eq!(refused, b"this server is full: select has no room for descriptor 1024\n");
    assert!(inside.len() > 1_000, "only {} are served", inside.len());
    server.wait_for_log("refused a client: select has no room for descriptor 1024\n")?;
    inside.iter_mut().try_for_each(harness::Client::ask)?;
    inside.swap_remove(0).reset()?;
    let accepted = || server.client().and_then(|mut client| client.ask());
    (0..100).find_map(|_| accepted().ok()).ok_or_else(|| harness::Failure::new("there is no room again"))
}

#[test]
fn poll_and_epoll_watch_more_than_1024_descriptors() -> Result {
    if !has_descriptors(4_000) {
        return Ok(());
    }
    for call in CALLS.into_iter().filter(|call| *call != "select") {
        let server = server(call).start()?;
        let mut inside = Vec::new();
        for _ in 0..CROWD {
            let mut client = server.client()?;
            client.ask()?;
            inside.push(client);
        }
        inside.iter_mut().rev().step_by(100).try_for_each(harness::Client::ask)?;
    }
    Ok(())
}

/// A delay for which some calls have no number.
#[test]
fn a_delay_of_a_year_does_not_end_it() -> Result {
    for call in CALLS {
        let server = server(call).delay(Duration::from_secs(360 * 24 * 60 * 60)).start()?;
        let mut clients = [server.client()?, server.client()?];
        for client in &mut clients {
            client.send("hello\n")?;
            client.wait_until_read()?;
        }
        assert!(clients[0].is_silent()?);
    }
    Ok(())
}

/// While a line is delayed, its client waits for nothing but the time. If the connection breaks meanwhile, nothing may report it again and again.
#[test]
fn a_client_that_leaves_during_its_delay_does_not_keep_the_server_busy() -> Result {
    for call in CALLS {
        let server = server(call).delay(Duration::from_secs(5)).start()?;
        let mut client = server.client()?;
        client.send("hello\n")?;
        client.wait_until_read()?;
        client.reset()?;
        let before = server.cpu_time();
        thread::sleep(Duration::from_millis(200));
        let used = server.cpu_time().zip(before).map_or(Duration::ZERO, |(after, before)| after - before);
        assert!(used < Duration::from_millis(50), "with {call}, it computed for {used:?}");
    }
    Ok(())
}
