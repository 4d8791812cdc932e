//! Step 3.1: no call waits.

use harness::{Program, at_a_time};

fn program() -> Program {
    Program::at(env!("CARGO_BIN_EXE_03_01_would_block"))
}

#[test]
fn no_call_waits_and_each_does_its_work_when_it_is_ready() {
    let ended = program().run(&[]).unwrap();
    assert_eq!((ended.code, ended.log.as_str()), (Some(0), ""));
    let rows: Vec<Vec<&str>> = ended.output.lines().map(|line| line.split_whitespace().collect()).collect();
    let calls: Vec<&str> = rows.iter().map(|row| row[0]).collect();
    assert_eq!(calls, ["call", "connect", "connect", "connect", "accept", "read", "write", "read"]);
    if cfg!(target_os = "linux") {
        let at_once: Vec<&str> = rows[1..7].iter().map(|row| row[1]).collect();
        assert_eq!(at_once, ["EINPROGRESS:", "EINPROGRESS:", "EINPROGRESS:", "EAGAIN:", "EAGAIN:", "EAGAIN:"]);
    }
    let ready: Vec<String> = rows[1..].iter().map(|row| row[row.len() - 2..].join(" ")).collect();
    let connected = ["a connection", "connection refused", "(no answer)"];
    assert_eq!(ready, [&connected[..], &["a connection", "6 bytes", "6 bytes", "0 bytes"]].concat());
}

#[test]
fn it_says_the_same_each_time() {
    let outputs: Vec<String> = at_a_time(20, 0..20, |_| program().run(&[]).unwrap().output);
    assert!(outputs.iter().all(|output| *output == outputs[0]), "{outputs:?}");
}

#[test]
fn help_is_printed_and_nonsense_is_misuse() {
    let helped = program().run(&["--help"]).unwrap();
    assert!(helped.code == Some(0) && helped.output.contains("usage: "), "{helped:?}");
    let misused = program().run(&["nonsense"]).unwrap();
    assert!(misused.code == Some(2) && misused.log.contains("usage: ") && misused.output.is_empty(), "{misused:?}");
}
