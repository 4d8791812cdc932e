//! The kitchen of chapter 6: its pictures, and faults that its own tests must find.

#![allow(clippy::unwrap_used)] // in helpers, too: a test says what went wrong by failing at that line

use book_checks::{patch, snapshot, step};
use harness::Program;
use std::{env, fs, process};

const KITCHEN: &str = "06_01_shared_kitchen";

/// Each fault, and tests of the kitchen that find it: none of them finds the other.
const FOUND_BY: [(&str, &[&str]); 2] = [
    ("two_batches", &["tests::nothing_is_used_by_more_than_there_are", "tests::the_tasks_do_what_arithmetic_says"]),
    (
        "last_come_first_served",
        &["tests::who_comes_first_is_first_in_every_line", "locks::tests::nobody_overtakes_those_who_wait"],
    ),
];

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
fn each_fault_of_the_kitchen_is_found_by_its_tests() {
    for (fault, tests) in FOUND_BY {
        let package = format!("shared_kitchen-{fault}");
        let found = patch::cargo(&["test", "--offline", "--bins", "-p", &package]).unwrap_err().to_string();
        for test in tests {
            assert!(found.contains(&format!("test {test} ... FAILED")), "{fault}: {test} does not find it:\n{found}");
        }
    }
}

/// What stands in the last row of the table: the mean of each column.
fn means(program: &Program) -> Vec<f64> {
    let output = program.command().args(["--every", "1s"]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let row = text.lines().find(|line| line.contains("mean")).unwrap();
    row.split('┆')
        .filter_map(|cell| cell.trim().trim_end_matches('│').trim().strip_suffix(" s")?.parse().ok())
        .collect()
}

#[test]
fn who_serves_the_last_first_makes_nobody_quicker() {
    let fair = means(&step::program(KITCHEN).unwrap());
    let unfair = means(&patch::program(&format!("{KITCHEN}+last_come_first_served")).unwrap());
    assert_eq!(fair, [4.5, 1.2, 5.9, 8.3]);
    assert_eq!(fair[..3], unfair[..3], "the lines are as long as before");
    assert!(fair[3] < unfair[3], "and everyone together is served later");
}
