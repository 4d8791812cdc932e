//! Step 4.3: green threads take turns on one thread of the system.

use harness::{Program, suite};

fn server() -> Program {
    Program::echo(env!("CARGO_BIN_EXE_04_03_green_threads"))
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
fn all_handlers_share_one_thread() {
    suite::on_one_thread(server()).assert_passed();
}

/// A green thread needs room for its stack, and here is none.
#[test]
#[cfg(target_os = "linux")]
fn a_client_without_a_stack_is_the_only_one_disconnected() -> harness::Result {
    let server = server().start()?;
    let mut inside = server.client()?;
    inside.ask()?;
    limit_addresses(&server, server.virtual_memory().map(|bytes| bytes + 32_768));
    server.client()?.end()?;
    server.wait_for_log("gave up on a connection: ")?;
    inside.ask()?;
    limit_addresses(&server, None);
    server.client()?.ask()
}

#[cfg(target_os = "linux")]
fn limit_addresses(server: &harness::Server, limit: Option<u64>) {
    use rustix::process::{Pid, Resource, Rlimit, getrlimit, prlimit};
    let process = server.process().try_into().ok().and_then(Pid::from_raw);
    let limit = Rlimit { current: limit, maximum: getrlimit(Resource::As).maximum };
    assert!(prlimit(process, Resource::As, limit).is_ok(), "cannot limit the addresses of the server");
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "only Linux reports how many addresses a program has")]
fn a_client_that_leaves_gives_its_stack_back() -> harness::Result {
    const STACKS: u64 = 200 * 64 * 1024;
    let mut server = server().start()?;
    server.client()?.ask()?;
    let before = server.virtual_memory();
    let mut clients = (0..200).map(|_| server.client()).collect::<harness::Result<Vec<_>>>()?;
    clients.iter_mut().try_for_each(harness::Client::ask)?;
    assert!(server.virtual_memory() >= before.map(|before| before + STACKS), "two hundred stacks");
    drop(clients);
    server.wait_until("the stacks are gone", |server| {
        server.virtual_memory() <= before.map(|before| before + STACKS / 10) // but for what is kept for others
    })
}

#[test]
fn idle_clients_cost_nothing() {
    suite::idle_clients_cost_nothing(server()).assert_passed();
}
