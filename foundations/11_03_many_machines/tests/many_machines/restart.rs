//! A client that asks while the copies are replaced gets an answer, and copies that end at once show that losses are seen.

use super::PROGRAM;
use super::properties::{children, nothing_is_left_after, nothing_is_left_of, pid, serving};
use harness::{Ended, Program, Result, SAFETY, has_tool};
use rustix::process::{Signal, kill_process};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::{fs, thread};

/// How many clients ask at a time, each one thing.
const CLIENTS: usize = 8;

fn run(arguments: &[&str]) -> Ended {
    let ended = PROGRAM.run(arguments).unwrap();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(ended.log.is_empty(), number(&ended, "lost") == 0, "it says why: {ended:?}");
    ended
}

/// The number after this word.
fn number(ended: &Ended, word: &str) -> usize {
    let line = ended.output.lines().find_map(|line| line.strip_prefix(word)).unwrap_or_default();
    line.trim().parse().unwrap_or_else(|_| panic!("no number after {word:?}: {}", ended.output))
}

fn lost(arguments: &[&str]) -> usize {
    let ended = run(arguments);
    assert!(number(&ended, "answered") > 24, "each client was answered a few times: {}", ended.output);
    number(&ended, "lost")
}

/// What is lost in each of these runs, which happen at the same time.
fn losses<const RUNS: usize>(runs: [&[&str]; RUNS]) -> [usize; RUNS] {
    thread::scope(|scope| runs.map(|arguments| scope.spawn(move || lost(arguments))).map(|run| run.join().unwrap()))
}

#[test]
fn a_rolling_restart_behind_haproxy_loses_nothing() {
    if has_tool("haproxy") {
        assert_eq!(losses([&[]; 3]), [0; 3]);
    }
}

/// The fault that the test above finds.
#[test]
fn copies_that_end_at_once_lose_what_they_have_begun() {
    assert!(!has_tool("haproxy") || lost(&["--server", "at-once"]) > 0);
}

#[test]
fn a_rolling_restart_behind_nginx_loses_no_get() {
    if has_tool("nginx") {
        assert_eq!(losses([&["--balancer", "nginx"]; 3]), [0; 3]);
    }
}

#[test]
fn nginx_retries_unanswered_requests_on_another_copy() {
    if has_tool("nginx") {
        let runs: [&[&str]; 2] = [&["--balancer", "nginx", "--server", "at-once"], &["--balancer", "nginx", "--kill"]];
        assert_eq!(losses(runs), [0; 2]);
    }
}

#[test]
fn a_copy_that_is_killed_loses_what_it_had_begun_and_no_more() {
    if has_tool("haproxy") {
        // It may have nothing to do at the moment of its death, but not each time.
        let losses = losses([&["--kill"]; 4]);
        assert!(losses.iter().all(|lost| *lost <= CLIENTS) && losses.iter().any(|lost| *lost > 0), "{losses:?}");
    }
}

#[test]
fn one_copy_alone_is_not_enough() {
    assert!(!has_tool("haproxy") || number(&run(&["--copies", "1"]), "lost") > 0);
}

/// What is left would be found by the numbers of its processes, or in the folder for what is temporary.
#[test]
fn nothing_is_left_after_a_signal() -> Result {
    for arguments in THINGS_TO_SERVE {
        for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
            if has_all_tools() {
                nothing_is_left_after(&PROGRAM, arguments, signal)?;
            }
        }
    }
    Ok(())
}

#[test]
fn a_balancer_or_a_broker_that_dies_is_noticed() -> Result {
    for (arguments, name) in THINGS_TO_SERVE.into_iter().zip(["haproxy", "nginx", "redis-server"]) {
        if !has_all_tools() {
            return Ok(());
        }
        let (mut server, folder) = serving(&PROGRAM, arguments)?;
        let children = children(server.process());
        let is_named =
            |child: &&u32| fs::read_to_string(format!("/proc/{child}/comm")).unwrap_or_default().trim() == name;
        let all: Vec<u32> = children.iter().filter(is_named).copied().collect();
        kill_process(pid(*all.iter().min().unwrap()), Signal::KILL).unwrap(); // nginx's workers are younger than their master
        assert_eq!(server.wait_for_exit()?.code(), Some(1));
        server.wait_for_log(&format!("cannot continue: {name} has ended: "))?;
        nothing_is_left_of(&children, &folder, SAFETY)?;
    }
    Ok(())
}

const THINGS_TO_SERVE: [[&str; 2]; 3] = [["--balancer", "haproxy"], ["--balancer", "nginx"], ["--chat", "broker"]];

fn has_all_tools() -> bool {
    Path::new("/proc/self").is_dir() && ["haproxy", "nginx", "redis-server"].iter().all(|tool| has_tool(tool))
}

#[test]
fn a_balancer_that_is_not_installed_is_named() {
    for balancer in ["haproxy", "nginx"] {
        let nowhere = PROGRAM.clone().environment("PATH", "/nonexistent");
        let ended = nowhere.run(&["--balancer", balancer]).unwrap();
        assert_eq!(ended.code, Some(1), "{ended:?}");
        assert!(ended.log.contains(&format!("{balancer} is not installed: apt install {balancer}")), "{ended:?}");
    }
}

#[test]
fn a_port_in_use_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let ended = PROGRAM.run(&["--serve", &address]).unwrap();
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.log.contains(&format!("cannot listen on {address}: Address already in use")), "{ended:?}");
}

#[test]
fn nonsense_on_the_command_line_is_refused() {
    for arguments in [
        "--copies 0",
        "--balancer none",
        "--serve somewhere",
        "--chat sticky --kill",
        "--chat sticky --balancer nginx",
        "--serve 127.0.0.1:0 --kill",
        "--serve 127.0.0.1:0 --json",
        "--server chat",
        "--server shared-chat",
        "--chat apart --server graceful",
        "--chat sticky --server shared-chat",
        "--chat broker --server at-once",
    ] {
        let ended = PROGRAM.run(&arguments.split(' ').collect::<Vec<_>>()).unwrap();
        assert_eq!(ended.code, Some(2), "{arguments}: {ended:?}");
    }
}

/// The program alone in a folder, and a `cargo` that says what it was asked for.
#[test]
fn what_is_not_built_yet_is_built_first() {
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("release/11_03_many_machines");
    fs::create_dir(own.parent().unwrap()).unwrap();
    // By another process: a program that a test process has open for writing when another test starts a program cannot be executed.
    assert!(Command::new("cp").arg(PROGRAM.command().get_program()).arg(&own).status().unwrap().success());
    let cargo = folder.path().join("cargo");
    fs::write(&cargo, "#!/bin/sh\necho \"$@\" >&2\nexit 1\n").unwrap();
    fs::set_permissions(&cargo, fs::Permissions::from_mode(0o755)).unwrap();
    let ended = Program::at(&own).environment("CARGO", &cargo).run(&["--chat", "apart"]).unwrap();
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let asked = format!("build --bin 07_03_chat --release --target-dir {}\n", folder.path().display());
    let expected =
        format!("building 07_03_chat, which is needed here:\n{asked}cannot continue: 07_03_chat cannot be built");
    assert!(ended.log.starts_with(&expected), "{ended:?}");
}
