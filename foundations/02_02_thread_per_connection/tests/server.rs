//! Step 2.2: nobody waits for another peer.

use harness::{Program, suite};

fn server() -> Program {
    Program::echo(env!("CARGO_BIN_EXE_02_02_thread_per_connection"))
}

#[test]
fn each_line_comes_back() {
    suite::echoes(server()).assert_passed();
}

#[test]
fn it_survives_its_peers() {
    suite::echo_survives(server()).assert_passed();
}

#[test]
fn its_command_line_follows_the_conventions() {
    suite::command_line(server()).assert_passed();
}

#[test]
fn a_signal_ends_it_at_once() {
    suite::ends_at_once(server()).assert_passed();
}

#[test]
fn nobody_waits_for_another_peer() {
    suite::echo_concurrent(server()).assert_passed();
}

#[test]
fn a_handler_that_blocks_its_thread_blocks_nobody_else() {
    suite::parallel(server()).assert_passed();
}

/// A thread needs room for its stack, and here is none.
#[test]
#[cfg(target_os = "linux")]
fn a_thread_that_cannot_be_started_costs_one_connection() -> harness::Result {
    let server = server().start()?;
    let mut inside = server.client()?;
    inside.ask()?;
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.process()))?;
    let size = status.lines().find_map(|line| line.strip_prefix("VmSize:")?.strip_suffix(" kB")?.trim().parse().ok());
    limit_address_space(&server, size.map(|kilobytes: u64| kilobytes * 1024 + 500_000));
    server.client()?.end()?;
    server.wait_for_log("cannot serve a connection: ")?;
    inside.ask()?;
    limit_address_space(&server, None);
    server.client()?.ask()?;
    inside.ask()
}

#[cfg(target_os = "linux")]
fn limit_address_space(server: &harness::Server, limit: Option<u64>) {
    use rustix::process::{Pid, Resource, Rlimit, getrlimit, prlimit};
    let process = server.process().try_into().ok().and_then(Pid::from_raw);
    let limit = Rlimit { current: limit, maximum: getrlimit(Resource::As).maximum };
    assert!(prlimit(process, Resource::As, limit).is_ok(), "cannot limit the address space of the server");
}
