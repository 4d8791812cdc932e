//! The ports pass the suites of step 9.6. (That two handlers run at the same instant is in the unit tests of each port.)

use harness::suite;
use std::thread;

const ASYNC_STD: &str = env!("CARGO_BIN_EXE_async_std_server");
const TOKIO: &str = env!("CARGO_BIN_EXE_tokio_server");
const SMOL: &str = env!("CARGO_BIN_EXE_smol_server");

fn passes_the_suites_of_step_9_5(port: &str) {
    suite::answers(port).assert_passed();
    suite::survives(port).assert_passed();
    suite::keeps_connections(port).assert_passed();
    suite::concurrent(port).assert_passed();
    suite::command_line(port).assert_passed();
}

#[test]
fn async_std_passes_the_suites_of_step_9_5() {
    passes_the_suites_of_step_9_5(ASYNC_STD);
}

#[test]
fn tokio_passes_the_suites_of_step_9_5() {
    passes_the_suites_of_step_9_5(TOKIO);
}

#[test]
fn smol_passes_the_suites_of_step_9_5() {
    passes_the_suites_of_step_9_5(SMOL);
}

/// All at the same time: each waits for the five seconds of a nap.
#[test]
fn each_port_stops_well() {
    let stopped = thread::scope(|scope| {
        let ports = [ASYNC_STD, TOKIO, SMOL].map(|port| (port, scope.spawn(move || suite::stops_well(port))));
        ports.map(|(port, stopped)| (port, stopped.join().unwrap()))
    });
    for (port, report) in stopped {
        eprintln!("{port}:");
        report.assert_passed();
    }
}
