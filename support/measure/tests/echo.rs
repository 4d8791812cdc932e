//! The tool measures what speaks another protocol than HTTP: echo by line.

#![allow(clippy::expect_used, clippy::unwrap_used)] // in helpers, too: a test says what went wrong by failing at that line

use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};

const BRIEF: [&str; 9] = ["--quick", "--duration", "0.05", "--rounds", "1", "--connections", "20", "--patience", "2"];

fn compare_echo(arguments: &[&str]) -> Output {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(arguments.concat().replace('/', "_"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_compare_echo"));
    command.env_remove("CARGO"); // started by hand, it builds nothing
    command.args(BRIEF).args(["--json", "-", "--output"]).arg(&folder).args(arguments).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn every_scenario_yields_its_figures() {
    let output = compare_echo(&[]);
    assert!(output.status.success(), "{}", said(&output));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let sample = |scenario: &str| {
        let samples = report["samples"].as_array().unwrap().iter();
        let mut values = samples.filter(|sample| sample["scenario"] == scenario).map(|sample| sample["values"].clone());
        values.next_back().unwrap_or_else(|| panic!("{scenario} was not measured"))
    };
    for scenario in ["keep-alive", "connection-per-request", "pipelined", "rate"] {
        assert!(sample(scenario)["cpu_per_request"].as_f64() > Some(0.0), "{scenario}");
    }
    let (serve, hold) = (sample("serve"), sample("hold"));
    assert!(serve["all_answered"].as_f64() >= Some(0.1), "an echo takes 100 ms: {serve}");
    assert_eq!(hold["threads"].as_f64(), Some(21.0), "one that accepts, and one for each connection");
    assert!(hold["virtual_bytes"].as_f64() > hold["resident_bytes"].as_f64(), "{hold}");
    assert!(sample("start-up")["start_up"].as_f64() > Some(0.0));
}

#[test]
fn another_line_than_the_one_sent_makes_the_figure_an_error() {
    let server = format!("shouting='{}' {{addr}} --shout", env!("CARGO_BIN_EXE_tiny_echo_server"));
    let output = compare_echo(&["--scenario", "keep-alive", "--only", "shouting", "--server", &server]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains(r#"the answer is "THE QUICK"#), "{}", said(&output));
}
