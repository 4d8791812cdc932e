//! Step 8.2: the culprit is named, and no other task is.

#![allow(clippy::unwrap_used)] // in helpers, too: a test says what went wrong by failing at that line

use harness::{Ended, Program, Result, Server, at_a_time, suite};
use std::{env, fs, process};

const MISTAKES: &str = include_str!("../src/connection.rs");

fn server() -> Program {
    Program::echo(env!("CARGO_BIN_EXE_08_02_find_the_blocker"))
}

/// With mistakes of 30 ms, and a threshold of 10 ms.
fn watched_with(tool: &str) -> Program {
    let arguments = ["--delay", "30ms", "--threshold", "10ms", "--with", tool];
    arguments.into_iter().fold(server(), Program::argument)
}

/// What a server has written when it has ended, after it was sent these lines one by one.
fn after(server: &mut Server, lines: &[&str]) -> Result<Ended> {
    let mut client = server.client()?;
    for line in lines {
        client.send(line)?;
        assert_eq!(client.line()?, line.as_bytes());
    }
    drop(client);
    server.interrupt()?;
    let ended = server.ended()?;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    Ok(ended)
}

/// The number of the line in which a task of this name is spawned.
fn line_of(name: &str) -> usize {
    MISTAKES.lines().position(|line| line.contains(&format!("tool.spawn(\"{name}\""))).unwrap() + 1
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "only Linux reports why")]
fn a_sleep_and_a_computation_are_named_with_the_place_where_they_were_spawned() -> Result {
    for (word, name, cause) in [("sleep\n", "nap", "was blocked"), ("compute\n", "computation", "computed")] {
        let mut server = watched_with("profile").start()?;
        let Ended { output: report, log, .. } = after(&mut server, &["hello\n", word, "hello\n"])?;
        let place = format!("foundations/08_02_find_the_blocker/src/connection.rs:{}", line_of(name));
        let warning = format!("{name}, spawned at {place}, {cause} for ");
        assert_eq!(log.matches("all other tasks waited").count(), 1, "{log}");
        assert!(log.contains(&warning), "not {warning:?}: {log}");
        let first = report.lines().find(|line| line.contains(".rs:")).unwrap();
        assert!(first.contains(name) && first.contains(&format!("1 {cause}")), "the worst comes first: {report}");
    }
    Ok(())
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "only tried on Linux")]
fn the_call_that_blocks_is_named_before_the_poll_has_ended() -> Result {
    let named = at_a_time(2, [("sleep\n", "connection.rs"), ("compute\n", "usage.rs")], |(word, file)| {
        let arguments = ["--delay", "500ms", "--threshold", "50ms", "--with", "calls"];
        let mut server = arguments.into_iter().fold(server(), Program::argument).start()?;
        server.client()?.send(word)?;
        server.wait_for_log("a task has kept the loop busy for ")?;
        let log = server.log();
        let line = log.lines().find(|line| line.contains("has kept the loop busy")).unwrap();
        let place = format!(": it is at foundations/08_02_find_the_blocker/src/{file}:");
        assert!(line.contains(&place), "{log}");
        assert_eq!(
            line.contains(&format!("connection.rs:{}, in std::thread", line_of("nap"))),
            word == "sleep\n",
            "{log}"
        );
        server.interrupt()?;
        server.ended()
    });
    named.into_iter().try_for_each(|ended| ended.map(drop))
}

/// A busy machine keeps it from running now and then, but no task is blamed for that.
#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "only Linux reports why")]
fn a_healthy_server_gets_no_warning() -> Result {
    let mut server = watched_with("profile").start()?;
    let Ended { output: report, log, .. } = after(&mut server, &["hello\n"; 20])?;
    assert!(!log.contains("all other tasks waited"), "{log}");
    assert!(report.contains("accept loop") && report.contains("connection"), "{report}");
    Ok(())
}

/// A test that cannot fail shows nothing: each of the two above would, with the lines of the other.
#[test]
fn only_the_tasks_that_block_are_warned_about() -> Result {
    for (words, warnings) in [(["hello\n", "hello\n"], 0), (["sleep\n", "hello\n"], 1), (["sleep\n", "compute\n"], 2)] {
        let mut server = watched_with("profile").start()?;
        let log = after(&mut server, &words)?.log;
        assert_eq!(log.matches("all other tasks waited").count(), warnings, "{words:?}: {log}");
    }
    Ok(())
}

#[test]
fn what_was_kept_can_be_reported_on_later() -> Result {
    let file = |name: &str| env::temp_dir().join(format!("08_02_{}_{name}", process::id()));
    let (kept, picture) = (file("kept.json"), file("picture.svg"));
    let mut server = watched_with("profile").argument("--save").argument(&kept).start()?;
    let report = after(&mut server, &["sleep\n"])?.output;
    let table = report.split_once('\n').unwrap().1;
    let later = server_of(&["--load", kept.to_str().unwrap(), "--svg", picture.to_str().unwrap()])?;
    assert_eq!(later, table);
    assert!(fs::read_to_string(&picture)?.contains("nap"));
    fs::remove_file(kept)?;
    fs::remove_file(picture)?;
    Ok(())
}

/// What the program prints with these arguments, on which it ends.
fn server_of(arguments: &[&str]) -> Result<String> {
    let ended = Program::at(env!("CARGO_BIN_EXE_08_02_find_the_blocker")).run(arguments)?;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    Ok(ended.output)
}

#[test]
fn a_file_that_cannot_be_read_or_makes_no_sense_is_a_failure() -> Result {
    let program = Program::at(env!("CARGO_BIN_EXE_08_02_find_the_blocker"));
    for file in ["nonsense.json", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")] {
        let ended = program.run(&["--load", file])?;
        assert_eq!((ended.code, ended.log.lines().count()), (Some(1), 1), "{ended:?}");
        assert!(ended.log.contains(&format!("cannot read {file}")), "{ended:?}");
    }
    Ok(())
}

#[test]
fn tracing_reports_how_long_a_span_was_busy_but_not_its_longest_poll() -> Result {
    let mut server = watched_with("tracing").start()?;
    let log = after(&mut server, &["sleep\n"])?.log;
    let line = log.lines().find(|line| line.contains("name=\"nap\"")).unwrap_or_default();
    assert!(line.contains("time.busy=") && line.contains("time.idle="), "{log}");
    assert!(line.contains(&format!("connection.rs:{}", line_of("nap"))), "we gave it the place: {log}");
    let fields = line.rsplit_once(": close ").unwrap().1.split_whitespace();
    let fields: Vec<&str> = fields.map(|field| field.split('=').next().unwrap()).collect();
    assert_eq!(fields, ["time.busy", "time.idle"], "{log}");
    Ok(())
}

#[test]
fn tokio_metrics_counts_slow_polls_but_does_not_say_why() -> Result {
    for (word, name) in [("sleep\n", "nap"), ("compute\n", "computation")] {
        let mut server = watched_with("metrics").start()?;
        let report = after(&mut server, &[word])?.output;
        assert!(report.contains(&format!("{name}: slow polls: 1, ")), "{report}");
        assert!(!report.contains(".rs:"), "{report}");
    }
    Ok(())
}

#[test]
fn each_line_comes_back() {
    suite::echoes(server()).assert_passed();
}

#[test]
fn it_survives_its_clients() {
    suite::echo_survives(server()).assert_passed();
}

#[test]
fn no_client_waits_for_another() {
    suite::echo_concurrent(server()).assert_passed();
}

#[test]
fn its_command_line_follows_the_conventions() {
    suite::command_line(server()).assert_passed();
}

#[test]
fn all_handlers_share_one_thread() {
    suite::on_one_thread(server()).assert_passed();
}

#[test]
fn on_a_signal_it_answers_connected_clients_and_waits_for_none_that_trickles() -> Result {
    suite::only("requests_that_arrive_with_the_signal_are_answered", &server())?;
    suite::only("half_a_question_does_not_make_the_stop_fail", &server())?;
    suite::only("a_client_that_trickles_does_not_keep_it_from_stopping", &server())
}
