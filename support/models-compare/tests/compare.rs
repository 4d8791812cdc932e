//! `models-compare` as its users see it: what it yields, and what it does when something is in its way.

#![allow(clippy::expect_used, clippy::unwrap_used)] // in helpers, too: a test says what went wrong by failing at that line
#![cfg(target_os = "linux")]

use harness::{Program, has_descriptors, has_tool};
use measure::Hands;
use models_compare::COMPARISON;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

const PROGRAM: &str = env!("CARGO_BIN_EXE_models-compare");

/// The command, with a folder of its own for the report. The servers stand beside it.
fn compare(report: &str, arguments: &[&str]) -> Command {
    static SERVERS: OnceLock<Vec<Program>> = OnceLock::new();
    SERVERS.get_or_init(|| {
        let binaries: BTreeSet<&str> = COMPARISON.servers.iter().map(|own| own.binary).collect();
        Program::several_in_workspace(&binaries.into_iter().collect::<Vec<_>>()).unwrap()
    });
    let mut command = Command::new(PROGRAM);
    command.args(["--quick", "--rounds", "1", "--json", "-", "--output"]).arg(folder(report)).args(arguments);
    command.env_remove("CARGO"); // started by hand, it builds nothing
    command
}

fn folder(report: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(report)
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn measured(report: &str, arguments: &[&str]) -> Value {
    let output = compare(report, arguments).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn value(report: &Value, server: &str, figure: &str) -> Option<f64> {
    let mut samples = report["samples"].as_array().unwrap().iter();
    samples.find(|sample| sample["server"] == server)?["values"][figure].as_f64()
}

#[test]
fn every_model_says_what_it_takes_up() {
    let report = measured("held", &["--scenario", "hold-100", "--connections", "20"]);
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../book/src/measured/models.json");
    let committed: Value = serde_json::from_str(&std::fs::read_to_string(committed).unwrap()).unwrap();
    let keys =
        |report: &Value, place| report.pointer(place).unwrap().as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    for place in ["", "/machine", "/servers/0", "/rows/0", "/rows/0/cells/0", "/samples/0"] {
        assert_eq!(keys(&report, place), keys(&committed, place), "the book can read it: {place}");
    }
    for own in COMPARISON.servers {
        for figure in ["resident_bytes", "virtual_bytes", "page_table_bytes", "threads", "processes"] {
            assert!(value(&report, own.name, figure) > Some(0.0), "{}: {figure}", own.name);
        }
        let is_told = value(&report, own.name, "arrival").is_some();
        assert_eq!(is_told, !matches!(own.hands, Hands::Few(_)), "{}: the others hold all", own.name);
    }
    let expected = [
        ("threads", "threads", 21.0),
        ("threads-8M", "threads", 21.0),
        ("loop", "threads", 1.0),
        ("threads", "processes", 1.0),
        ("prefork", "processes", 9.0),
    ];
    for (server, figure, number) in expected {
        assert_eq!(value(&report, server, figure), Some(number), "{server}: {figure}");
    }
}

#[test]
fn a_crowd_that_a_pool_does_not_let_in_is_not_measured() {
    let report = measured("crowd", &["--scenario", "serve-100", "--connections", "129", "--only", "pool"]);
    assert_eq!(value(&report, "pool", "all_answered"), None, "{report}");
}

#[test]
fn the_stack_of_a_thread_is_addresses_and_not_memory() {
    let report = measured(
        "stacks",
        &["--scenario", "hold-100", "--connections", "100", "--only", "threads", "--only", "threads-8M"],
    );
    let more = |figure| value(&report, "threads-8M", figure).unwrap() - value(&report, "threads", figure).unwrap();
    const MIB: f64 = 1024.0 * 1024.0;
    assert!(more("virtual_bytes") > 100.0 * 5.0 * MIB, "six MiB more for each stack");
    assert!(more("resident_bytes") < 100.0 * 0.1 * MIB, "and next to no memory");
}

/// What the command says when a limit is in its way. Without its privileges, even root cannot raise one.
fn refusal(report: &str, limit: &str, arguments: &[&str]) -> Option<String> {
    let command = compare(report, arguments);
    let words = [command.get_program()].into_iter().chain(command.get_args());
    let mut limited = Command::new("sh");
    limited.args(["-c", &format!("{limit} && exec \"$@\""), "sh"]).args(words).env_remove("CARGO");
    if is_root() {
        if !has_tool("setpriv") {
            return None;
        }
        let mut unprivileged = Command::new("setpriv");
        unprivileged.args(["--bounding-set=-sys_resource", "--inh-caps=-sys_resource"]);
        unprivileged.arg(limited.get_program()).args(limited.get_args()).env_remove("CARGO");
        limited = unprivileged;
    }
    let output = limited.output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "", "nothing was measured");
    Some(said(&output))
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.starts_with(b"0\n"))
}

#[test]
fn a_limit_that_is_in_the_way_is_named_before_anything_starts() {
    let cases = [
        ("ulimit -n 100", "hold-100", ["about 164 descriptors", "there are 100", "ulimit -n 164"]),
        ("ulimit -v 20000000", "hold-10000", ["bytes of addresses", "there are 20,480,000,000", "ulimit -v unlimited"]),
    ];
    // Ten thousand clients also need as many descriptors.
    let cases = if has_descriptors(10_064) { &cases[..] } else { &cases[..1] };
    for (limit, scenario, expected) in cases {
        let Some(said) = refusal(scenario, limit, &["--scenario", scenario, "--only", "threads"]) else { return };
        for words in expected {
            assert!(said.contains(words), "{limit}: {words} is not in {said}");
        }
        assert!(said.contains(scenario) && said.contains("Nothing was started"), "{said}");
    }
}
