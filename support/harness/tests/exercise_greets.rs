//! Exercise 2 of section 9.8: a fault, and the check that finds it. Write both, then run
//! `cargo test -p harness --test exercise_greets -- --ignored`.

use harness::{Program, Result, suite};

const CHECK: &str = "a_client_that_asks_for_nothing_gets_nothing";

fn mutant(fault: &str) -> Program {
    Program::at(env!("CARGO_BIN_EXE_mutant")).environment("FAULT", fault)
}

#[test]
#[ignore = "exercise 9.8/2: it passes once the mutant greets, and a check finds it"]
fn a_server_that_greets_its_clients_is_found() -> Result {
    assert_eq!(mutant("greets").start()?.client()?.line()?, b"hello\n");
    assert!(suite::names().any(|name| name == CHECK), "there is no check named {CHECK}");
    suite::only(CHECK, &mutant(""))?;
    assert!(suite::only(CHECK, &mutant("greets")).is_err(), "the check does not find it");
    Ok(())
}
