//! The servers on the three runtimes keep the promises of step 5.6, so that what they cost is the price of the same thing.

use harness::{Program, Result, suite};
use std::thread;

/// What costs something with each echo, besides the lines: turns for all clients, and patience. And what costs nothing, but is easily forgotten.
const PROMISES: [&str; 4] = [
    "a_client_that_never_stops_delays_no_other_client",
    "silent_clients_are_disconnected",
    "running_out_of_descriptors",
    "connections_that_fail_before_they_are_accepted",
];

/// At the same time, because they wait for delays.
#[test]
fn the_servers_on_three_runtimes_keep_the_promises_of_step_5_6() -> Result {
    let servers =
        [env!("CARGO_BIN_EXE_async_std_echo"), env!("CARGO_BIN_EXE_tokio_echo"), env!("CARGO_BIN_EXE_smol_echo")];
    thread::scope(|scope| {
        let mut running = Vec::new();
        for server in servers.map(Program::echo) {
            let whole = server.clone();
            scope.spawn(move || suite::echoes(whole).assert_passed());
            for promise in PROMISES {
                let server = server.clone();
                running.push(scope.spawn(move || suite::only(promise, &server)));
            }
        }
        running.into_iter().try_for_each(|promise| promise.join().unwrap_or(Ok(())))
    })
}
