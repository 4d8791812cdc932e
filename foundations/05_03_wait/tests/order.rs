//! Step 5.3: waiting for many, a panic, and cancelling.

#![allow(clippy::unwrap_used)] // in helpers, too: a test says what went wrong by failing at that line

use harness::Program;

fn printed() -> Vec<String> {
    let ended = Program::at(env!("CARGO_BIN_EXE_05_03_wait")).run(&[]).unwrap();
    assert_eq!((ended.code, ended.log.as_str()), (Some(0), ""));
    ended.output.lines().map(|line| line.trim().to_owned()).collect()
}

/// The lines after this one, up to the next one that ends in a colon.
fn after(head: &str) -> Vec<String> {
    let lines = printed().into_iter().skip_while(|line| line != head).skip(1);
    lines.take_while(|line| !line.ends_with(':')).collect()
}

#[test]
fn waiting_for_many_reports_which_have_finished_and_which_have_failed() {
    let printed = printed();
    let line = |start: &str| printed.iter().find(|line| line.starts_with(start)).unwrap().as_str();
    assert_eq!(line("finished"), "finished: [Finished(\"quick\"), Finished(\"Boom!\")]");
    assert_eq!(line("failed"), "failed: [Failed(\"no more spam\"), Failed(\"burnt\")]");
}

#[test]
fn a_task_that_panics_fails_alone() {
    let printed = printed();
    let place = |words: &str| printed.iter().position(|line| line.contains(words)).unwrap();
    assert!(place("a task panics") < place("failed"), "the others continue, and their outcomes are printed");
    assert!(printed[place("failed")].contains("burnt"), "its own outcome is that it has failed");
}

#[test]
fn a_task_whose_handle_is_dropped_is_cancelled_and_gives_back_what_it_held() {
    assert_eq!(after("Dropped:"), ["the fire is lit", "it is Running", "the fire is out"]);
}

#[test]
fn a_task_that_is_detached_goes_on_to_its_end() {
    assert_eq!(after("Detached:"), ["the fire is lit", "it is Running", "fries!", "the fire is out"]);
}
