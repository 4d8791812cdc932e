//! What becomes of each program when what it prints cannot be written, or nothing reads it any more. No step panics then. A server
//! serves on. Any other program ends: with code 1 and a line that says why, or with code 0 if its reader has seen enough.

use book_checks::{Result, assert_none, step};
use harness::Program;
use std::fs::File;
use std::io::{Read, pipe};
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

/// What a program needs so that it ends soon. One of them starts other servers, and waits for them.
const ARGUMENTS: [(&str, &[&str]); 3] = [
    ("01_03_cpu_or_io", &["--jobs", "2", "--wait", "1ms", "--compute", "1000"]),
    ("11_01_claims", &["--rounds", "1", "--time", "0s"]),
    ("11_03_many_machines", &["--no-such-option"]),
];

/// How its output is spoilt.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Output {
    /// As `/dev/full` does: it cannot be written.
    Full,
    /// As after `head`: the reader has left.
    Unread,
}

/// How a program ends whose output is spoilt: its exit code, if it has ended, and what it says.
fn outcome(program: &Program, arguments: &[&str], output: Output) -> Result<(Option<i32>, String)> {
    let output = match output {
        Output::Full => Stdio::from(File::create("/dev/full")?),
        Output::Unread => pipe()?.1.into(),
    };
    let mut child = program.command().args(arguments).stdout(output).stderr(Stdio::piped()).spawn()?;
    let end = Instant::now() + Duration::from_secs(5);
    let mut status = child.try_wait()?;
    while status.is_none() && Instant::now() < end {
        thread::sleep(Duration::from_millis(20));
        status = child.try_wait()?;
    }
    let _ = child.kill();
    child.wait()?;
    let mut log = String::new();
    child.stderr.take().map(|mut stderr| stderr.read_to_string(&mut log)).transpose()?;
    Ok((status.map(|status| status.code().unwrap_or(-1)), log))
}

/// What is wrong with how a program ends.
fn problem(name: &str, program: &Program) -> Result<Option<String>> {
    let is_server = program.run(&["--help"])?.output.contains("Where to listen");
    let own = ARGUMENTS.iter().find(|(own, _)| *own == name).map_or(&[][..], |(_, arguments)| arguments);
    let arguments = if is_server { &["127.0.0.1:0"][..] } else { own };
    for output in [Output::Full, Output::Unread] {
        let (code, log) = outcome(program, arguments, output)?;
        let expected = match output {
            _ if is_server => None,
            _ if own == ["--no-such-option"] => Some(2),
            Output::Full => Some(1),
            Output::Unread => Some(0),
        };
        let lines = usize::from(expected.unwrap_or_default() > 0);
        if code != expected || log.lines().count() != lines || log.contains("panicked") {
            return Ok(Some(format!("{name}, {output:?}: it ends with {code:?} and not with {expected:?}: {log}")));
        }
    }
    Ok(None)
}

#[test]
#[ignore = "it has not been seen with the programs that need a server; and only Linux has /dev/full"]
fn each_program_ends_well_when_its_output_cannot_be_written() {
    let names: Vec<&str> =
        step::all().unwrap().into_iter().flat_map(|step| &step.programs).map(String::as_str).collect();
    assert!(names.len() > 40, "{names:?}");
    let found = thread::scope(|scope| {
        let all: Vec<_> = names
            .chunks(names.len().div_ceil(8))
            .map(|some| {
                scope.spawn(|| {
                    let problems = some.iter().map(|name| problem(name, &step::program(name)?));
                    problems.collect::<Result<Vec<_>>>()
                })
            })
            .collect();
        all.into_iter().flat_map(|some| some.join().unwrap().unwrap()).collect::<Vec<_>>()
    });
    assert_none(found.into_iter().flatten());
}

/// A server that insists on being read panics.
#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "only Linux has /dev/full")]
fn a_program_that_insists_on_being_read_is_found() {
    let mutant = Program::in_workspace("mutant").unwrap();
    assert_eq!(problem("mutant", &mutant).unwrap(), None);
    let found = problem("mutant", &mutant.environment("FAULT", "insists_on_being_read")).unwrap();
    assert!(found.is_some_and(|problem| problem.contains("panicked")));
}
