//! Step 3.6: no client waits for another, and the system reports what is done.

#![cfg(target_os = "linux")]

use harness::{Program, Result, has_io_uring, has_tool, suite, with_time_enough};
use std::thread;
use std::time::Duration;

const SERVER: &str = env!("CARGO_BIN_EXE_03_06_completions");

/// The server, if the system lets it use `io_uring`. If not, this is said aloud, and nothing is tested.
fn server() -> Option<Program> {
    has_io_uring().then(|| Program::echo(SERVER))
}

#[test]
fn each_line_comes_back() {
    server().inspect(|server| suite::echoes(server.clone()).assert_passed());
}

#[test]
fn it_survives_its_clients() {
    server().inspect(|server| suite::echo_survives(server.clone()).assert_passed());
}

#[test]
fn no_client_waits_for_another() {
    server().inspect(|server| suite::echo_concurrent(server.clone()).assert_passed());
}

#[test]
fn its_command_line_follows_the_conventions() {
    server().inspect(|server| suite::command_line(server.clone()).assert_passed());
}

#[test]
fn a_signal_ends_it_at_once() {
    server().inspect(|server| suite::ends_at_once(server.clone()).assert_passed());
}

#[test]
fn all_clients_share_one_thread() {
    server().inspect(|server| suite::on_one_thread(server.clone()).assert_passed());
}

#[test]
fn idle_clients_cost_nothing() {
    server().inspect(|server| suite::idle_clients_cost_nothing(server.clone()).assert_passed());
}

/// No operation remains of a client that has left: the ring would keep its connection open.
#[test]
fn a_client_that_leaves_keeps_no_buffer_and_no_descriptor() -> Result {
    let Some(server) = server() else { return Ok(()) };
    let server = server.patience_for_clients(Duration::from_millis(200)).patience(Duration::from_secs(5));
    let mut server = server.start()?;
    server.client()?.ask()?;
    let before = server.descriptors();
    let mut silent = (0..50).map(|_| server.client()).collect::<Result<Vec<_>>>()?;
    silent.iter_mut().try_for_each(|client| client.end().map(drop))?;
    server.client()?.ask()?;
    server.wait_until("no descriptor is left", |server| server.descriptors() <= before)
}

/// The operation of a client that was disconnected is reported later. By then, another client may have its number.
#[test]
fn a_late_completion_is_not_taken_for_that_of_another_client() -> Result {
    let Some(server) = server() else { return Ok(()) };
    with_time_enough(Duration::from_millis(500), |patience| newcomers_are_served(&server, patience))
}

fn newcomers_are_served(server: &Program, patience: Duration) -> Result {
    let mut server = server.clone().patience_for_clients(patience).start()?;
    let mut silent = server.client()?;
    silent.wait_until_read()?;
    let mut newcomers = Vec::new();
    server.while_suspended(|server| {
        newcomers = (0..3).map(|_| server.client()).collect::<Result<_>>()?;
        thread::sleep(patience);
        Ok(())
    })?;
    newcomers.iter_mut().try_for_each(harness::Client::ask)?;
    silent.end().map(drop)
}

/// A container may forbid the call. Then there is nothing to serve with.
#[test]
fn where_the_system_forbids_it_the_server_says_so_and_the_code_is_1() -> Result {
    if !has_tool("strace") {
        return Ok(());
    }
    let strace = Program::at("strace").argument("-qqf").argument("-o").argument("/dev/null");
    let forbidden = strace.argument("-e").argument("inject=io_uring_setup:error=EPERM").argument(SERVER);
    let ended = forbidden.run(&["127.0.0.1:0"])?;
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert_eq!(ended.log, "no io_uring on this system: Operation not permitted (os error 1)\n");
    assert_eq!(ended.output, "");
    Ok(())
}
