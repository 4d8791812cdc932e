//! The kitchen of chapter 6: its pictures, and how it comes to a standstill.

#![allow(clippy::unwrap_used)] // in helpers, too: a test says what went wrong by failing at that line

use book_checks::{patch, snapshot, step};
use std::{env, fs, process};

const KITCHEN: &str = "06_01_shared_kitchen";

#[test]
fn each_picture_of_the_kitchen_is_the_one_that_it_draws() {
    for (name, every) in [("every_two_seconds", "2s"), ("every_second", "1s")] {
        let file = env::temp_dir().join(format!("{KITCHEN}_{name}_{}.svg", process::id()));
        let mut kitchen = step::program(KITCHEN).unwrap().command();
        let output = kitchen.args(["--every", every, "--svg"]).arg(&file).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let picture = fs::read_to_string(&file).unwrap();
        fs::remove_file(&file).unwrap();
        snapshot::check(&format!("generated/kitchen_{name}.svg"), &picture).unwrap();
    }
}

#[test]
fn two_locks_in_opposite_orders_cause_a_deadlock_in_the_kitchen() {
    let ended = patch::program(&format!("{KITCHEN}+opposite_order")).unwrap().run(&[]).unwrap();
    assert_eq!(ended.code, Some(1));
    assert_eq!(ended.log, "deadlock: each task waits for another\n");
    let served = ["A", "B", "C"].map(|customer| ended.output.contains(&format!("{customer} has everything")));
    assert_eq!(served, [true, true, false], "{}", ended.output);
}
