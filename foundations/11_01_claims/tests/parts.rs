//! Step 11.1: each part is measured, and those that differ by much come in their order.

use harness::{Failure, Program, Result};
use serde_json::Value;

const PARTS: [&str; 9] = [
    "lock",
    "wanted_lock",
    "system_call",
    "task_switch",
    "task_switch_for_io",
    "thread_switch",
    "task",
    "thread",
    "process",
];

fn program() -> Program {
    Program::at(env!("CARGO_BIN_EXE_11_01_claims"))
}

fn measured(arguments: &[&str]) -> Result<Value> {
    let ended = program().run(&[arguments, &["--json"]].concat())?;
    serde_json::from_str(&ended.output).map_err(|error| Failure::new(format!("{error}: {ended:?}")))
}

#[test]
fn every_round_measures_every_part() -> Result {
    let measured = measured(&["--rounds", "2", "--time", "0s"])?;
    assert!(measured["memory_of_a_task"].as_f64() > Some(64.0), "{measured}");
    let rounds = measured["rounds"].as_array().map_or(&[][..], Vec::as_slice);
    assert_eq!(rounds.len(), 2, "{measured}");
    for part in PARTS {
        assert!(rounds.iter().all(|round| round[part].as_f64() > Some(0.0)), "{part}: {measured}");
    }
    Ok(())
}

/// On a busy machine, what needs another thread only takes longer. (So would a process, and a thread as long as a process.)
#[test]
fn a_task_starts_and_yields_faster_than_a_thread() -> Result {
    for attempt in 0.. {
        let measured = measured(&["--rounds", "5", "--time", "200us"])?;
        let rounds = measured["rounds"].as_array().map_or(&[][..], Vec::as_slice);
        let seconds = |part: &str| rounds.iter().filter_map(|round| round[part].as_f64()).fold(f64::INFINITY, f64::min);
        if 2.0 * seconds("task") < seconds("thread") && 2.0 * seconds("task_switch") < seconds("thread_switch") {
            return Ok(());
        }
        assert!(attempt < 5, "{measured}");
    }
    Ok(())
}

#[test]
fn the_table_has_a_row_for_each_part() -> Result {
    let ended = program().run(&["--rounds", "1", "--time", "0s"])?;
    let rows = ended.output.lines().filter(|line| line.contains(" ns ") || line.contains(" bytes ")).count();
    assert_eq!((ended.code, rows), (Some(0), PARTS.len() + 1), "{ended:?}");
    Ok(())
}

#[test]
fn nonsense_is_misuse() -> Result {
    for nonsense in [["--rounds", "0"], ["--time", "soon"], ["a", "b"]] {
        let ended = program().run(&nonsense)?;
        assert_eq!((ended.code, ended.output.as_str()), (Some(2), ""), "{nonsense:?}");
        assert!(ended.log.contains("; usage: "), "{ended:?}");
    }
    Ok(())
}
