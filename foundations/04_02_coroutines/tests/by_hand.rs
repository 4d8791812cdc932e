//! The coroutine of section 4.2 that is polled by hand.

use harness::{Program, Result};

#[test]
fn a_coroutine_runs_a_piece_for_each_poll() -> Result {
    let ended = Program::example("04_02_by_hand")?.run(&[])?;
    let lines: Vec<&str> = ended.output.lines().map(str::trim).collect();
    assert_eq!(lines, ["nothing has run yet", "one", "Pending", "two", "Pending", "three", "Ready(Ok(()))"]);
    Ok(())
}
