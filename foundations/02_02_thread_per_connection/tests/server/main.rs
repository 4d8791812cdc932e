//! Step 2.2: no client waits for another.

mod naive;

use harness::{Program, suite};

fn server() -> Program {
    Program::echo(env!("CARGO_BIN_EXE_02_02_thread_per_connection"))
}

#[test]
fn each_line_comes_back() {
    suite::echoes(server()).assert_passed();
}

#[test]
fn it_survives_its_clients() {
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
fn no_client_waits_for_another() {
    suite::echo_concurrent(server()).assert_passed();
}

#[test]
fn a_handler_that_blocks_its_thread_blocks_no_other_client() {
    suite::parallel(server()).assert_passed();
}

/// A thread needs room for its stack, and here is none.
#[test]
#[cfg(target_os = "linux")]
fn a_thread_that_cannot_be_started_costs_one_connection() -> harness::Result {
    let server = server().start()?;
    let mut inside = server.client()?;
    inside.ask()?;
    limit_address_space(&server, Some(addresses(&server)? + 500_000));
    server.client()?.end()?;
    server.wait_for_log("cannot accept: ")?;
    inside.ask()?;
    limit_address_space(&server, None);
    server.client()?.ask()?;
    inside.ask()
}

#[test]
#[cfg(target_os = "linux")]
fn a_thread_reserves_addresses_and_takes_little_memory() -> harness::Result {
    // The allocator of glibc would reserve addresses as well, for each of the first threads: these are not what we look for.
    let server = server().environment("MALLOC_ARENA_MAX", "1").start()?;
    server.client()?.ask()?;
    let before = (addresses(&server)?, server.resident_memory().unwrap_or_default());
    let mut inside = Vec::new();
    for _ in 0..300 {
        let mut client = server.client()?;
        client.ask()?;
        inside.push(client);
    }
    let reserved = addresses(&server)? - before.0;
    let taken = server.resident_memory().unwrap_or_default().saturating_sub(before.1);
    assert!(reserved > 300_000_000, "300 threads reserved {reserved} bytes of addresses");
    assert!(taken * 10 < 300_000_000, "300 threads took {taken} bytes of memory");
    Ok(())
}

/// How many addresses the server may use, in bytes, whether or not there is memory behind them.
#[cfg(target_os = "linux")]
fn addresses(server: &harness::Server) -> harness::Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.process()))?;
    let size = status.lines().find_map(|line| line.strip_prefix("VmSize:")?.strip_suffix(" kB")?.trim().parse().ok());
    size.map(|kilobytes: u64| kilobytes * 1024).ok_or_else(|| harness::Failure::new("Linux does not report the size"))
}

#[cfg(target_os = "linux")]
fn limit_address_space(server: &harness::Server, limit: Option<u64>) {
    use rustix::process::{Pid, Resource, Rlimit, getrlimit, prlimit};
    let process = server.process().try_into().ok().and_then(Pid::from_raw);
    let limit = Rlimit { current: limit, maximum: getrlimit(Resource::As).maximum };
    assert!(prlimit(process, Resource::As, limit).is_ok(), "cannot limit the address space of the server");
}
