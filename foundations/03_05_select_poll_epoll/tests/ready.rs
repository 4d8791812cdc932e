//! What each call says of a socket, and of a file.

#![cfg(target_os = "linux")]

use harness::{Program, Result};

#[test]
fn the_calls_agree_but_an_edge_is_reported_once_and_epoll_refuses_files() -> Result {
    let ended = Program::example("03_05_ready")?.run(&[])?;
    let rows: Vec<Vec<&str>> = ended.output.lines().skip(1).map(|row| row[22..].split_whitespace().collect()).collect();
    let expected = [
        vec!["-", "-", "-", "-"],
        vec!["ready", "ready", "ready", "ready"],
        vec!["ready", "ready", "ready", "-"],
        vec!["-", "-", "-", "-"],
        vec!["ready", "ready", "Operation", "not", "permitted", "(os", "error", "1)"],
    ];
    assert_eq!(rows, expected, "{}", ended.output);
    Ok(())
}
