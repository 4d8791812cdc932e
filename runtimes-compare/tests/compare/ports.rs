//! The ports pass the suites of step 9.5. (That two handlers run at the same instant is in the unit tests of each port.)

use harness::{Program, suite};

fn passes_the_suites_of_step_9_5(port: &Program) {
    suite::answers(port.clone()).assert_passed();
    suite::survives(port.clone()).assert_passed();
    suite::keeps_connections(port.clone()).assert_passed();
    suite::concurrent(port.clone()).assert_passed();
    suite::command_line(port.clone()).assert_passed();
}

#[test]
fn async_std_passes_the_suites_of_step_9_5() {
    passes_the_suites_of_step_9_5(&Program::at(env!("CARGO_BIN_EXE_async_std_server")));
}

#[test]
fn tokio_passes_the_suites_of_step_9_5() {
    passes_the_suites_of_step_9_5(&Program::at(env!("CARGO_BIN_EXE_tokio_server")));
}

#[test]
fn smol_passes_the_suites_of_step_9_5() {
    passes_the_suites_of_step_9_5(&Program::at(env!("CARGO_BIN_EXE_smol_server")));
}
