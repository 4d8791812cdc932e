//! Nothing that makes `accept` fail stops the server: a lack of descriptors, or a connection that has failed already.

use super::basics::{keeps_serving, serves, serves_again, skip};
use super::resting::{REST, rest, rests_while};
use crate::failure::ensure;
use crate::{Client, Failure, Program, Result, Server};
use std::process::{self, Command};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

/// Its descriptors are taken away while it runs, so that it cannot accept the next client.
fn without_descriptors(program: &Program) -> Result<Server> {
    let server = program.start()?;
    keeps_serving(&server)?;
    server.limit_descriptors(3)?; // standard input, output and error
    for _ in 0..server.threads().unwrap_or(1) {
        drop(server.client()?); // each thread that waits in `accept` already has a descriptor for one of these
    }
    Ok(server)
}

/// Its descriptors are taken away, and are then given back.
pub(super) fn running_out_of_descriptors(program: &Program) -> Result {
    if !cfg!(target_os = "linux") {
        return skip("only Linux can take descriptors away from a running program");
    }
    let server = without_descriptors(program)?;
    let mut client = server.client()?;
    client.send_question()?;
    rests_while(&server, || {
        ensure!(client.stays_silent_for(REST)?, "it hung up, or it answered without a descriptor for the client");
        Ok(())
    })?;
    server.limit_descriptors(1_000)?;
    client.answer()
}

pub(super) fn two_hundred_clients_with_sixty_four_descriptors(program: &Program) -> Result {
    if !cfg!(target_os = "linux") {
        return skip("only Linux can limit the descriptors of a running program");
    }
    let server = program.clone().descriptor_limit(64).start()?;
    let clients: Vec<Client> = (0..200).map(|_| server.knock()).collect::<Result<_>>()?;
    rests_while(&server, || rest(REST))?;
    drop(clients);
    serves_again(&server)
}

/// The log says what failed. No client has been given up.
pub(super) fn a_failed_accept_is_logged_as_what_it_is(program: &Program) -> Result {
    if !cfg!(target_os = "linux") {
        return skip("only Linux can take descriptors away from a running program");
    }
    let server = without_descriptors(program)?;
    let _waiting = server.client()?;
    server.wait_for_log("cannot accept: ")?;
    ensure!(!server.log().contains("gave "), "it says that it gave up on a client: {:?}", server.log());
    Ok(())
}

/// The system tells `accept` of a connection that has failed already. The next one is not to blame, and does not wait.
pub(super) fn connections_that_fail_before_they_are_accepted(program: &Program) -> Result {
    if !cfg!(target_os = "linux") || !Command::new("strace").arg("-V").output().is_ok_and(|said| said.status.success())
    {
        return skip("strace is not there to make accept fail");
    }
    for error in ["ECONNABORTED", "EPROTO"] {
        // With `-D`, the server is the process that is started here, and `strace` looks on.
        let inject = format!("inject=accept4:error={error}:when=1..20");
        let seen = env::temp_dir().join(format!("accept-{}-{:?}", process::id(), thread::current().id()));
        let written = seen.to_string_lossy();
        let arguments = ["-D", "-f", "-qq", "-o", &*written, "-e", "trace=accept4", "-e", &inject];
        let served_soon = || {
            let server = program.wrapped("strace", &arguments).start()?;
            let mut client = server.client()?;
            let start = Instant::now();
            client.ask()?;
            Ok::<_, Failure>((server, start.elapsed()))
        };
        let (mut server, mut waited) = served_soon()?;
        for _ in 0..3 {
            if waited > Duration::from_millis(1_500) {
                (server, waited) = served_soon()?; // the machine may have been busy
            }
        }
        ensure!(waited < Duration::from_millis(1_500), "after twenty times {error}, a client waits for {waited:?}");
        let has_accepted = fs::read_to_string(&seen).is_ok_and(|seen| seen.contains("accept4"));
        let _ = fs::remove_file(&seen);
        if !has_accepted && !server.log().contains("cannot accept: ") {
            return skip("this server does not call accept4");
        }
        server.wait_for_log("cannot accept: ")?; // strace counts for each thread: the number of lines is unknown
    }
    Ok(())
}

/// A server that is busy for a moment accepts nobody. A client that finds no place in the backlog tries again only after a second.
pub(super) fn three_hundred_clients_fit_in_the_backlog(program: &Program) -> Result {
    if !cfg!(unix) {
        return skip("only Unix can suspend a program");
    }
    let (mut server, mut crowd) = (program.start()?, Vec::new());
    server.while_suspended(|server| {
        for number in 1..=300 {
            let client = Client::connect_with_patience(server.address(), Duration::from_secs(3));
            crowd.push(client.map_err(|failure| failure.context(format!("client {number}")))?);
        }
        Ok(())
    })?;
    serves(&server)
}
