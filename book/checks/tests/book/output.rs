//! What becomes of each program when what it prints cannot be written, when nothing reads it, and when its terminal is closed. No step
//! panics then. A server serves on, unless it has lost its terminal. Any other program ends: with code 1 and a line that says why, or
//! with code 0 if its reader has seen enough.

#![cfg(target_os = "linux")] // it has /dev/full, and `setsid`

use book_checks::terminal::both_sides;
use book_checks::{Failure, Result, assert_none, step};
use harness::{Program, at_a_time, has_tool, own_address};
use std::fs::File;
use std::io::{self, ErrorKind, Read, pipe};
use std::net::{Shutdown, TcpStream};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How many programs are tried at the same time. Most of them wait.
const AT_A_TIME: usize = 8;
/// How long a program may take until it has ended, or listens.
const PATIENCE: Duration = Duration::from_secs(20);
/// The code with which a panic ends a program.
const PANICKED: i32 = 101;

/// What a program needs so that it ends soon.
const ARGUMENTS: [(&str, &[&str]); 6] = [
    ("01_03_cpu_or_io", &["--jobs", "2", "--wait", "1ms", "--compute", "1000"]),
    ("01_04_two_requests", &["tasks"]),
    ("07_05_lateness", &["--players", "1", "--seconds", "0.01"]),
    ("07_05_missed", &["skip"]),
    ("07_06_futurelock", &["drop"]),
    ("11_01_claims", &["--rounds", "1", "--time", "0s"]),
];

/// Programs that need others, which are not there: they end before they print anything, with this code.
const LONELY: [(&str, &[&str], i32); 6] = [
    ("07_01_echo_client", &["127.0.0.1:1"], 1),
    ("07_03_crowd", &["127.0.0.1:1"], 1),
    ("07_03_sleeper", &["127.0.0.1:1"], 1),
    ("07_05_player", &["127.0.0.1:1"], 1),
    ("11_03_many_machines", &["--no-such-option"], 2), // it would start servers
    ("11_03_shared_chat", &["127.0.0.1:0"], 1),        // its broker is at a port where nothing listens
];

/// How its output is spoilt.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Output {
    /// As `/dev/full` does: it cannot be written.
    Full,
    /// As after `head`: the reader has left.
    Unread,
    /// It is a terminal that was closed: so are its input and what takes its errors.
    Closed,
}

/// A program that is killed when dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill(); // it may have ended already
        let _ = self.0.wait();
    }
}

impl Running {
    /// Starts a program whose output is spoilt.
    fn start(program: &Program, arguments: &[&str], output: Output) -> Result<Self> {
        let mut command = program.command();
        command.args(arguments).stderr(Stdio::piped());
        match output {
            Output::Full => command.stdout(File::create("/dev/full")?),
            Output::Unread => command.stdout(pipe()?.1),
            Output::Closed => give(&mut command, both_sides()?.1)?,
        };
        Ok(Self(command.spawn()?))
    }

    /// Waits for its end, or for something else that is bound to happen.
    fn end_or(&mut self, patience: Duration, mut happens: impl FnMut() -> bool) -> Result<Option<ExitStatus>> {
        let end = Instant::now() + patience;
        while Instant::now() < end {
            let status = self.0.try_wait()?;
            if status.is_some() || happens() {
                return Ok(status);
            }
            thread::sleep(Duration::from_millis(5));
        }
        Err(Failure::new("nothing happens"))
    }

    /// Kills it, and returns what it has said, if that can be read.
    fn log(mut self) -> Result<String> {
        let _ = self.0.kill();
        let mut log = String::new();
        self.0.stderr.take().map(|mut stderr| stderr.read_to_string(&mut log)).transpose()?;
        Ok(log)
    }
}

/// Lets a program use this terminal.
fn give(command: &mut Command, terminal: File) -> Result<&mut Command> {
    Ok(command.stdin(terminal.try_clone()?).stdout(terminal.try_clone()?).stderr(terminal))
}

/// What is wrong with a program that should end.
fn problem_at_its_end(
    program: &Program,
    arguments: &[&str],
    code: Option<i32>,
    output: Output,
) -> Result<Option<String>> {
    let mut running = Running::start(program, arguments, output)?;
    let status = running.end_or(PATIENCE, || false)?;
    let log = running.log()?;
    let expected = code.unwrap_or(if output == Output::Unread { 0 } else { 1 });
    let lines = if expected == 0 || output == Output::Closed { 0 } else { 1 };
    let is_good = status.and_then(|status| status.code()) == Some(expected) && log.lines().count() == lines;
    Ok((!is_good).then(|| format!("it ends with {status:?} and not with code {expected}: {log}")))
}

/// What is wrong with a server: it must serve a client that says nothing, to its end, although what it prints cannot be written.
fn problem_of_a_server(program: &Program, output: Output) -> Result<Option<String>> {
    let address = own_address()?;
    let mut running = Running::start(program, &[&address.to_string()], output)?;
    let mut client = None;
    let mut status = running.end_or(PATIENCE, || {
        client = TcpStream::connect(address).ok();
        client.is_some()
    })?;
    if let Some(mut client) = client {
        client.set_read_timeout(Some(PATIENCE))?;
        client.shutdown(Shutdown::Write)?;
        match io::copy(&mut client, &mut io::sink()) {
            Err(error) if error.kind() != ErrorKind::ConnectionReset => return Err(error.into()),
            _ => status = running.0.try_wait()?, // a server that has ended may have reset the connection
        }
    }
    let log = running.log()?;
    let is_good = status.is_none() && log.is_empty();
    Ok((!is_good).then(|| format!("it does not serve on, but ends with {status:?}: {log}")))
}

/// What is wrong with a program whose terminal is closed after it has printed something: it must end.
fn problem_without_a_terminal(program: &Program, arguments: &[&str], patience: Duration) -> Result<Option<String>> {
    let (mut screen, terminal) = both_sides()?;
    let program = program.command();
    // The terminal of a session of its own, with the signals that a shell leaves to its commands.
    let mut command = Command::new("env");
    command.args(["--default-signal", "setsid", "--ctty"]).arg(program.get_program()).args(program.get_args());
    command.args(arguments).envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let mut running = Running(give(&mut command, terminal)?.spawn()?);
    drop(command); // and with it our own hold on the side of the programs
    let _ = screen.read(&mut [0]); // it fails if the program has ended
    drop(screen);
    let status = running.end_or(patience, || false)?;
    let has_panicked = status.is_none_or(|status| status.code() == Some(PANICKED) || status.core_dumped());
    Ok(has_panicked.then(|| format!("it ends with {status:?}")))
}

/// What is wrong with how a program ends.
fn problem(name: &str, program: &Program) -> Result<Option<String>> {
    let lonely = LONELY.iter().find(|(lonely, ..)| *lonely == name);
    let is_server = lonely.is_none() && program.run(&["--help"])?.output.contains("Where to listen");
    let own = ARGUMENTS.iter().find(|(own, _)| *own == name).map_or(&[][..], |(_, arguments)| arguments);
    let arguments = if is_server { &["127.0.0.1:0"] } else { lonely.map_or(own, |(_, arguments, _)| arguments) };
    for output in [Output::Full, Output::Unread, Output::Closed] {
        let problem = match is_server {
            true if name == "07_05_tick" => Ok(None), // it has no connections; a test of its own does the same
            true => problem_of_a_server(program, output),
            false => problem_at_its_end(program, arguments, lonely.map(|(.., code)| *code), output),
        };
        if let Some(problem) = problem.map_err(|failure| failure.context(format!("{name}, {output:?}")))? {
            return Ok(Some(format!("{name}, {output:?}: {problem}")));
        }
    }
    let problem = if has_tool("setsid") { problem_without_a_terminal(program, arguments, PATIENCE) } else { Ok(None) };
    let problem = problem.map_err(|failure| failure.context(format!("{name}, whose terminal is closed")))?;
    Ok(problem.map(|problem| format!("{name}, whose terminal is closed: {problem}")))
}

#[test]
fn each_program_ends_well_when_its_output_cannot_be_written() {
    let names: Vec<&str> =
        step::all().unwrap().into_iter().flat_map(|step| &step.programs).map(String::as_str).collect();
    assert!(names.len() > 40, "{names:?}");
    let problems = at_a_time(AT_A_TIME, names, |name| {
        let program = step::program(name).unwrap().environment("BROKER", "redis://127.0.0.1:1");
        problem(name, &program).unwrap_or_else(|failure| Some(failure.to_string()))
    });
    assert_none(problems.into_iter().flatten());
}

/// A server that insists on being read panics.
#[test]
#[ignore = "checks a check, `cargo test --test book --test harness -- --ignored found` does it"]
fn a_program_that_insists_on_being_read_is_found() {
    let mutant = Program::in_workspace("mutant").unwrap();
    assert_eq!(problem("mutant", &mutant).unwrap(), None);
    let found = problem("mutant", &mutant.environment("FAULT", "insists_on_being_read")).unwrap();
    assert!(found.is_some_and(|problem| problem.contains("panicked")));
}

#[test]
#[ignore = "checks a check, `cargo test --test book --test harness -- --ignored found` does it"]
fn a_program_that_ignores_the_loss_of_its_terminal_is_found() {
    if has_tool("setsid") {
        let stays = Program::at("/bin/sh").argument("-c").argument("trap '' HUP; echo; exec sleep 60");
        let found = problem_without_a_terminal(&stays, &[], Duration::from_millis(100));
        assert!(found.is_err_and(|failure| failure.to_string().contains("nothing happens")));
    }
}

#[test]
fn each_program_says_what_to_try_and_refuses_nonsense() {
    let names = step::all().unwrap().into_iter().flat_map(|step| &step.programs);
    let problems = at_a_time(AT_A_TIME, names, |name| {
        let program = step::program(name).unwrap();
        let [helped, misused] =
            [&["--help"][..], &["--no-such-option"]].map(|arguments| program.run(arguments).unwrap());
        let helps = helped.code == Some(0) && ["usage: ", "\nTry: "].iter().all(|part| helped.output.contains(part));
        let refuses = misused.code == Some(2) && misused.log.contains("usage: ") && misused.output.is_empty();
        (!helps || !refuses).then(|| format!("{name}: {helped:?} {misused:?}"))
    });
    assert_none(problems.into_iter().flatten());
}
