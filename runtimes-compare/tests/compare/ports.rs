//! The ports pass the suites of step 9.7. `async_std_server` is that step itself, so the step's own tests see to it. The book's
//! tests check that a handler that blocks its thread stops no other one: on tokio, chance decides.

use harness::suite;
use std::thread;

/// At the same time, because both wait for naps.
#[test]
fn tokio_and_smol_pass_the_suites_of_step_9_7() {
    thread::scope(|scope| {
        for port in [env!("CARGO_BIN_EXE_tokio_server"), env!("CARGO_BIN_EXE_smol_server")] {
            scope.spawn(move || suite::stops_well(port).assert_passed());
            scope.spawn(move || {
                suite::answers(port).assert_passed();
                suite::survives(port).assert_passed();
                suite::keeps_connections(port).assert_passed();
                suite::concurrent(port).assert_passed();
                suite::command_line(port).assert_passed();
            });
        }
    });
}
