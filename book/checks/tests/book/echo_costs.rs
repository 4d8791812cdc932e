//! Chapters 3 and 5: what an echo costs.

#![allow(clippy::unwrap_used)] // in helpers, too: a test says what went wrong by failing at that line

use book_checks::report::{Report, Row};
use book_checks::{assert_none, has_tool, step};
use echo_compare::{ALL_CORES, FEW_CLIENTS, ONE_CORE};
use harness::Program;
use measure::figure::Measure;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;
use std::time::Duration;
use std::{env, fs, process, thread};

/// The CPU time of an echo, the server on one core.
const ON_ONE_CORE: Row = (Measure::CpuPerRequest, ONE_CORE);
/// The same on all cores.
const ON_ALL_CORES: Row = (Measure::CpuPerRequest, ALL_CORES);
/// The same with few clients.
const WITH_FEW_CLIENTS: Row = (Measure::CpuPerRequest, FEW_CLIENTS);
/// What is counted.
const COUNTED: [Row; 2] = [(Measure::SystemCallsPerRequest, ONE_CORE), (Measure::InstructionsPerRequest, ONE_CORE)];

static COSTS: LazyLock<Report> = LazyLock::new(|| Report::committed("echo").unwrap());
static COUNTS: LazyLock<Report> = LazyLock::new(|| Report::committed("echo_counts").unwrap());
static FEW: LazyLock<Report> = LazyLock::new(|| Report::committed("echo_few").unwrap());

#[test]
fn what_an_echo_costs_was_measured_without_a_failure() {
    assert_none(COSTS.failures().chain(COUNTS.failures()).chain(FEW.failures()));
}

#[test]
fn there_were_64_clients_on_one_core_256_on_all_and_16_when_the_reactor_is_left() {
    let rows = [ON_ONE_CORE, ON_ALL_CORES, WITH_FEW_CLIENTS];
    assert_eq!(rows.map(|(_, scenario)| scenario.connections), [64, 256, 16].map(Some));
}

#[test]
fn an_echo_takes_a_loop_at_most_a_fifth_more_than_the_bare_loop() {
    for (row, server) in [(ON_ONE_CORE, "loop"), (ON_ONE_CORE, "loops"), (ON_ALL_CORES, "loops")] {
        let [_, ratio, _] = COSTS.ratio(row, server, "limit").unwrap();
        assert!(ratio < 1.2, "{server}: {ratio}");
    }
}

#[test]
fn most_of_the_time_of_an_echo_passes_in_the_kernel() {
    let share = |server| COSTS.median((Measure::KernelShare, ON_ALL_CORES.1), server);
    let shares: Vec<f64> = COSTS.servers().into_iter().filter_map(share).collect(); // of some, too little time was seen to tell
    assert!(shares.len() >= 4 && shares.iter().all(|share| *share > 0.6), "{shares:?}");
}

/// The servers of this book. They read until there is nothing left.
const OURS: [&str; 4] = ["loop", "loops", "executor", "executors"];

/// For each echo, one to receive it, one to send it back, and on our servers at most one that finds nothing. One call to wait serves many clients.
#[test]
fn an_echo_takes_our_servers_at_most_one_call_in_vain_and_the_yardstick_none() {
    for server in OURS.into_iter().chain(["limit", "tokio"]) {
        let calls = COUNTS.parts(COUNTED[0].1, server);
        let to_receive = if OURS.contains(&server) { 0.95..2.05 } else { 0.95..1.05 };
        assert_eq!(calls["sendto"].round(), 1.0, "{server}: {calls:?}");
        assert!(to_receive.contains(&calls["recvfrom"]), "{server}: {calls:?}");
        assert!(calls.values().sum::<f64>() < to_receive.end + 1.1, "{server}: {calls:?}");
    }
}

#[test]
fn each_promise_takes_instructions() {
    let instructions = |server| COUNTS.median(COUNTED[1], server).unwrap();
    let [limit, one_loop, executor, executors] = ["limit", "loop", "executor", "executors"].map(instructions);
    assert!(limit * 4.0 < one_loop && one_loop < executor && executor < executors, "{executors}");
    let [tokio, smol] = ["tokio", "smol"].map(instructions);
    assert!(tokio < executor && smol < executor, "{executor}, {tokio}, {smol}");
}

/// What holds for a client that waits for each of its answers can be counted in one run, and does not depend on how busy the machine is.
#[test]
fn with_one_client_each_echo_takes_one_call_to_wait_and_our_servers_read_twice() {
    if !has_tool("strace") {
        return;
    }
    let servers = ["bare_loop", "03_03_event_loop", "05_05_reactor", "05_06_many_threads", "tokio_echo"];
    let programs = servers.map(|name| step::program(name).unwrap());
    let counting = programs.into_iter().map(|program| thread::spawn(move || calls(&program, 100)));
    for (name, counting) in servers.into_iter().zip(counting.collect::<Vec<_>>()) {
        let calls = counting.join().unwrap();
        let to_receive = if name.starts_with('0') { 200 } else { 100 };
        // With many threads, the one that waits looks once more before it rests.
        let to_rest = if name == "05_06_many_threads" { 100 } else { 0 };
        for (call, expected, more) in [("epoll_wait", 100, to_rest), ("recvfrom", to_receive, 0), ("sendto", 100, 0)] {
            // A few more to listen, to accept, to say goodbye; a few less where the next line was there already.
            assert!((expected - 20..expected + more + 10).contains(&calls[call]), "{name}: {calls:?}");
        }
    }
}

/// How long a client waits before its next line, so that the server is at rest by then.
const REST: Duration = Duration::from_millis(5);

/// The system calls of all threads while a client is answered so often, by name.
pub fn calls(program: &Program, echoes: usize) -> BTreeMap<String, usize> {
    let command = program.command();
    let server = Path::new(command.get_program());
    // Two tests may ask for the same server at the same time.
    let file = env::temp_dir().join(format!("{}.{:?}.strace", process::id(), thread::current().id()));
    // With `-D`, the server is the process that is started here and ends here, and `strace` looks on.
    let traced = Program::at("strace")
        .argument("-D")
        .argument("-I1")
        .argument("-fqq")
        .argument("-e")
        .argument("trace=desc,network");
    let traced = traced.argument("-o").argument(&file).argument(server).argument("--delay=0s");
    let mut server = traced.start().unwrap();
    let mut client = server.client().unwrap();
    for _ in 0..echoes {
        client.ask().unwrap();
        thread::sleep(REST); // or the server, which `strace` slows, finds the next line when it looks whether anything is left
    }
    drop(client);
    server.terminate().unwrap();
    server.wait_for_exit().unwrap();
    let log = fs::read_to_string(&file).unwrap();
    let _ = fs::remove_file(&file);
    let mut calls = BTreeMap::new();
    for name in log.lines().filter_map(|line| Some(line.split_once(' ')?.1.trim().split_once('(')?.0)) {
        *calls.entry(name.to_owned()).or_default() += 1;
    }
    calls
}
