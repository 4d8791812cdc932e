//! Step 1.4: two requests wait for one another in sequence, and in no other way.

use harness::{Failure, Program, Result};

/// What it draws: a line for each request.
fn lines(arguments: &[&str]) -> Result<Vec<String>> {
    let ended = Program::at(env!("CARGO_BIN_EXE_01_04_two_requests")).run(arguments)?;
    let lines: Vec<String> =
        ended.output.lines().filter(|line| line.starts_with("request ")).map(str::to_owned).collect();
    if ended.code == Some(0) { Ok(lines) } else { Err(Failure::new(format!("{ended:?}"))) }
}

/// Whether there was a time at which both waited for answers from elsewhere.
fn wait_together(lines: &[String]) -> bool {
    lines[0].chars().zip(lines[1].chars()).any(|(a, b)| a == '·' && b == '·')
}

/// Few signs are enough: a long wait, and little to compute.
fn with_a_long_wait(way: &str) -> Result<Vec<String>> {
    lines(&[way, "--compute", "1ms", "--wait", "100ms"])
}

#[test]
fn in_sequence_no_request_waits_for_an_answer_while_another_one_does() -> Result {
    let lines = with_a_long_wait("sequence")?;
    assert!(!wait_together(&lines), "{lines:#?}");
    Ok(())
}

#[test]
fn in_processes_on_threads_and_as_tasks_both_wait_at_the_same_time() -> Result {
    for way in ["processes", "threads", "tasks"] {
        for attempt in 0.. {
            let lines = with_a_long_wait(way)?;
            if wait_together(&lines) {
                break; // it cannot be by chance; that a busy machine starts one too late, can
            }
            assert!(attempt < 5, "{way}: {lines:#?}");
        }
    }
    Ok(())
}

#[test]
fn one_request_is_one_line() -> Result {
    assert_eq!(with_a_long_wait("one")?.len(), 1);
    Ok(())
}

#[test]
fn nonsense_is_misuse_and_help_says_what_to_try() -> Result {
    let program = Program::at(env!("CARGO_BIN_EXE_01_04_two_requests"));
    for nonsense in [&[][..], &["nothing"], &["one", "--wait", "soon"], &["one", "--compute", "-1ms"], &["one", "two"]]
    {
        let ended = program.run(nonsense)?;
        assert_eq!((ended.code, ended.output.as_str()), (Some(2), ""), "{nonsense:?}");
    }
    let help = program.run(&["--help"])?;
    assert!(help.code == Some(0) && help.output.contains("Try: "), "{help:?}");
    Ok(())
}
