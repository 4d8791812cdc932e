//! Whoever asks while the copies are replaced gets an answer, and copies that end at once show that losses are seen.

use super::PROGRAM;
use harness::{Ended, SAFETY, has_tool};
use std::net::TcpListener;
use std::path::Path;
use std::time::{Duration, Instant};
use std::{fs, thread};

/// How many clients ask at a time, each one thing.
const CLIENTS: usize = 8;

fn run(arguments: &[&str]) -> Ended {
    let ended = PROGRAM.run(arguments).unwrap();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(ended.log.is_empty(), number(&ended, "lost") == 0, "it says why: {ended:?}");
    ended
}

/// The number behind this word.
fn number(ended: &Ended, word: &str) -> usize {
    let line = ended.output.lines().find_map(|line| line.strip_prefix(word)).unwrap_or_default();
    line.trim().parse().unwrap_or_else(|_| panic!("no number behind {word:?}: {}", ended.output))
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
fn nginx_asks_another_copy_for_what_a_copy_did_not_answer() {
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

/// All its processes hold its standard output or stand in its folder: what is left would be found there.
#[test]
fn nothing_is_left_when_it_was_told_to_stop() {
    if !["haproxy", "nginx", "redis-server"].iter().all(|tool| has_tool(tool)) || !Path::new("/proc/self").is_dir() {
        return;
    }
    for arguments in [["--balancer", "haproxy"], ["--balancer", "nginx"], ["--chat", "broker"]] {
        let [option, value] = arguments;
        let mut server = PROGRAM.clone().argument(option).argument(value).argument("--serve").start().unwrap();
        assert_eq!(server.client().unwrap().get("/").unwrap().status, 200);
        let parent = server.process();
        let children = children(parent);
        assert!(children.len() > 3, "three copies and {value}: {children:?}");
        server.interrupt().unwrap();
        assert_eq!(server.wait_for_exit().unwrap().code(), Some(0));
        for child in children {
            assert!(ends(child), "{value}: {child} is left");
        }
    }
}

/// The processes that this one has started, and those that they have started.
fn children(parent: u32) -> Vec<u32> {
    let own = fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).unwrap_or_default();
    let own: Vec<u32> = own.split_whitespace().map(|number| number.parse().unwrap()).collect();
    own.iter().flat_map(|child| children(*child)).chain(own.clone()).collect()
}

/// Whether this process ends: it was killed, but may not have been on a processor since. (`Z` has ended, and nobody has asked how.)
fn ends(process: u32) -> bool {
    let start = Instant::now();
    let is_running = || {
        let state = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        state.rsplit_once(") ").is_some_and(|(_, state)| !state.starts_with('Z'))
    };
    while is_running() && start.elapsed() < SAFETY {
        thread::sleep(Duration::from_millis(2));
    }
    !is_running()
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
    for arguments in
        [&["--copies", "0"][..], &["--balancer", "none"], &["--serve", "somewhere"], &["--chat", "sticky", "--kill"]]
    {
        assert_eq!(PROGRAM.run(arguments).unwrap().code, Some(2), "{arguments:?}");
    }
}
