//! Step 5.4: a task that is not woken is not polled, and the thread rests meanwhile; and how a wake-up gets lost.

#![allow(clippy::unwrap_used)] // in helpers, too: a test says what went wrong by failing at that line

use harness::{Program, SAFETY};
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

const WAKERS: &str = env!("CARGO_BIN_EXE_05_04_wakers");
const BUSY: &str = env!("CARGO_BIN_EXE_05_04_busy");
const LOST: &str = env!("CARGO_BIN_EXE_05_04_lost_wake_up");

/// A program that is running. It is killed when dropped.
struct Running {
    child: Child,
    output: BufReader<ChildStdout>,
}

impl Running {
    fn start(program: &str) -> Self {
        let mut child = Command::new(program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        Self { child, output }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// Whether its main thread computes or waits for a processor to compute on. (Linux reports it.)
    fn computes(&self) -> bool {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        stat.rsplit_once(") ").unwrap().1.starts_with('R')
    }

    /// Waits until its main thread rests, and then for 50 milliseconds more, in which it is to go
    /// on resting.
    fn rests(&self) -> bool {
        let deadline = Instant::now() + SAFETY;
        while self.computes() && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(1));
        }
        (0..50).all(|_| {
            thread::sleep(Duration::from_millis(1));
            !self.computes()
        })
    }

    /// What it prints after the Enter key.
    fn rest(mut self) -> String {
        drop(self.child.stdin.take());
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).unwrap();
        rest
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill(); // it may have ended already
        let _ = self.child.wait();
    }
}

#[test]
fn a_task_that_waits_is_polled_when_it_is_woken_and_not_before() {
    let ended = Program::at(WAKERS).run(&[]).unwrap();
    let expected = "The task that waited: polled 2 times\nThe task with 1000 turns: polled 1001 times\n";
    assert!(ended.output.ends_with(expected), "{ended:?}");
}

#[test]
fn without_wakers_a_task_that_waits_is_polled_all_the_time() {
    let ended = Program::at(BUSY).run(&[]).unwrap();
    let expected = "The task that waited: polled more than 1001 times\nThe task with 1000 turns: polled 1001 times\n";
    assert!(ended.output.ends_with(expected), "{ended:?}");
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "only Linux reports the state of a thread")]
fn only_the_busy_loop_keeps_a_processor_busy_while_it_waits() {
    let [mut wakers, mut busy] = [WAKERS, BUSY].map(Running::start);
    assert_eq!(wakers.line(), busy.line());
    assert!(wakers.rests());
    assert!((0..50).all(|_| busy.computes()));
    assert!(wakers.rest().contains("polled 2 times"));
    assert!(busy.rest().contains("polled more than 1001 times"));
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "only Linux reports the state of a thread")]
fn a_wake_up_that_is_lost_lets_a_task_wait_forever() {
    let mut lost = Running::start(LOST);
    let lines = [lost.line(), lost.line()];
    assert_eq!(lines, ["The task awaits the event.", "The event happens: there is no waker."]);
    assert!(lost.rests(), "it does not compute");
    assert!(lost.child.try_wait().unwrap().is_none(), "nor does it end");
}

#[test]
fn a_task_that_leaves_its_waker_before_it_looks_is_woken() {
    let ended = Program::at(LOST).run(&["cured"]).unwrap();
    let lines: Vec<&str> = ended.output.lines().collect();
    assert_eq!(lines[1..], ["The event happens: a task is woken.", "The task continues."]);
}
