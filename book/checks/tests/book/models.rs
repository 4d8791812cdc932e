//! Chapters 2 and 3: what a connection costs on each model, and what has been said of it.

#![allow(clippy::unwrap_used)] // in helpers, too: a test says what went wrong by failing at that line

use book_checks::report::{Report, Verdict};
use book_checks::{assert_none, chart, facts, models, snapshot, step, target};
use harness::not_checked;
use measure::Hands;
use measure::figure::Measure;
use models::{CONNECTIONS, held, served};
use models_compare::{COMPARISON, WORKERS};
use serde_json::Value;
use std::fs;
use std::sync::LazyLock;
use std::thread;

static REPORT: LazyLock<Report> = LazyLock::new(|| Report::committed("models").unwrap());

const MIB: f64 = 1024.0 * 1024.0;
const FEW: usize = CONNECTIONS[0];
const MANY: usize = CONNECTIONS[1];
const MOST: usize = CONNECTIONS[2];
/// The models that hold as many connections as come, each with its stack if it has one for each of them.
const THREADS: [(&str, f64); 2] = [("threads", 2.0 * MIB), ("threads-8M", 8.0 * MIB)];
const LOOPS: [&str; 2] = ["loop", "loops"];
const POOLS: [&str; 2] = ["pool", "prefork"];

fn value(measure: Measure, connections: usize, server: &str) -> f64 {
    REPORT.median(held(measure, connections), server).unwrap()
}

#[test]
fn what_a_connection_costs_was_measured_without_a_failure() {
    assert_none(REPORT.failures());
}

#[test]
fn the_picture_of_the_models_shows_their_memory() {
    let picture = chart::draw(&REPORT, held(Measure::ResidentBytes, MOST));
    snapshot::check("generated/chart_models_memory.svg", &picture).unwrap();
}

#[test]
fn ten_thousand_threads_are_possible() {
    for (server, _) in THREADS {
        assert!(value(Measure::Threads, MOST, server) > MOST as f64, "{server}: one for each, and one that accepts");
        assert!(REPORT.median(served(Measure::AllAnswered, MOST), server).is_some(), "{server}: and all are served");
    }
}

#[test]
fn ten_thousand_stacks_of_eight_mib_are_eighty_gigabytes_of_addresses_and_a_fraction_of_one_in_memory() {
    assert!(value(Measure::VirtualBytes, MOST, "threads-8M") > 80e9);
    assert!(value(Measure::ResidentBytes, MOST, "threads-8M") < 0.5e9);
}

#[test]
fn a_larger_stack_takes_more_addresses_and_no_more_memory() {
    for (server, stack) in THREADS {
        let more = value(Measure::VirtualBytes, MOST, server) - value(Measure::VirtualBytes, MANY, server);
        let each = more / (MOST - MANY) as f64;
        assert!((stack..1.1 * stack).contains(&each), "{server}: {each} bytes of addresses for each");
    }
    let [_, ratio, _] = REPORT.ratio(held(Measure::ResidentBytes, MOST), "threads-8M", "threads").unwrap();
    assert!((0.9..1.1).contains(&ratio), "{ratio}");
}

#[test]
fn a_connection_takes_a_loop_less_than_a_tenth_of_the_memory_of_a_thread() {
    for server in LOOPS {
        for connections in [MANY, MOST] {
            let row = held(Measure::BytesPerConnection, connections);
            let [.., largest] = REPORT.ratio(row, server, "threads").unwrap();
            assert!(largest < 0.1, "{server}, {connections}: {largest}");
        }
    }
}

#[test]
fn with_a_hundred_connections_threads_take_less_than_twice_the_memory_of_a_loop() {
    let [.., largest] = REPORT.ratio(held(Measure::ResidentBytes, FEW), "threads", "loop").unwrap();
    assert!(largest < 2.0, "{largest}");
}

#[test]
fn a_pool_does_not_grow_with_the_crowd() {
    for server in POOLS {
        for measure in [Measure::Threads, Measure::Processes] {
            assert_eq!(value(measure, FEW, server), value(measure, MOST, server), "{server}: {measure:?}");
        }
        let ratio = value(Measure::ResidentBytes, MOST, server) / value(Measure::ResidentBytes, FEW, server);
        assert!((0.8..1.2).contains(&ratio), "{server}: {ratio}");
    }
}

#[test]
fn a_pool_of_eight_serves_a_hundred_in_thirteen_delays() {
    for server in POOLS {
        let [smallest, median, _] = REPORT.range(served(Measure::AllAnswered, FEW), server).unwrap();
        let expected = models::by_arithmetic(FEW);
        assert_eq!(expected, 13.0);
        assert!(smallest >= expected && median < expected + 1.0, "{server}: {smallest}, {median}");
    }
}

#[test]
fn the_wait_for_a_full_pool_is_computed_and_not_measured() {
    for server in POOLS {
        assert_eq!(REPORT.median(served(Measure::AllAnswered, MANY), server), None, "{server}");
    }
    let table = facts::table("models_serving.md").unwrap();
    assert!(table.contains("*125\u{a0}s* | *1250\u{a0}s*"), "{table}");
}

#[test]
fn delays_pass_at_the_same_time_on_threads_and_on_loops() {
    for server in THREADS.map(|(server, _)| server).into_iter().chain(LOOPS) {
        for connections in CONNECTIONS {
            let [_, median, _] = REPORT.range(served(Measure::AllAnswered, connections), server).unwrap();
            assert!(
                (1.0..8.0).contains(&median),
                "{server}, {connections}: {median} s, where one after the other takes one each"
            );
        }
    }
}

#[test]
fn threads_do_not_take_twice_as_long_as_a_loop() {
    for connections in CONNECTIONS {
        let [_, ratio, _] = REPORT.ratio(served(Measure::AllAnswered, connections), "threads", "loop").unwrap();
        assert!(ratio < 2.0, "{connections}: {ratio}");
    }
}

#[test]
fn without_the_delay_threads_take_about_twice_as_long_as_a_loop() {
    let beyond = |server| REPORT.median(served(Measure::AllAnswered, MOST), server).unwrap() - 1.0;
    let ratio = beyond("threads") / beyond("loop");
    assert!((1.5..2.6).contains(&ratio), "{ratio}");
}

#[test]
fn with_its_socket_a_thread_costs_about_ten_times_as_much_as_a_connection() {
    let [_, thread, _, connection] = models::prices(&REPORT).map(|price| price.whole());
    assert!((7.0..14.0).contains(&(thread / connection)), "{thread}, {connection}");
}

/// Linux reports how much of its memory a process shares with others.
#[test]
#[cfg(target_os = "linux")]
fn most_of_the_memory_of_a_worker_is_shared() {
    let server = step::program("02_04_prefork").unwrap().speaking(harness::Protocol::Echo).start().unwrap();
    server.client().unwrap().ask().unwrap();
    let of = |name: &str, process: &u32| -> f64 {
        let rollup = fs::read_to_string(format!("/proc/{process}/smaps_rollup")).unwrap_or_default();
        let line = rollup.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
        line.trim().trim_end_matches(" kB").parse().unwrap_or_default()
    };
    let processes = server.processes();
    let [resident, shared_out] =
        ["Rss:", "Pss:"].map(|name| processes.iter().map(|process| of(name, process)).sum::<f64>());
    assert!(processes.len() == 9 && shared_out > 0.0, "{processes:?}");
    assert!(shared_out < resident / 4.0, "{shared_out} kB of {resident} kB");
}

/// The kernel reports how large its objects are, but only to root.
#[test]
#[cfg_attr(not(all(target_os = "linux", target_arch = "x86_64")), ignore = "it is known of Linux on x86-64")]
fn the_kernel_keeps_so_much_for_a_thread_a_socket_and_a_registration() {
    let objects = models::OF_A_THREAD.iter().chain(&models::OF_A_SOCKET).chain(&models::OF_A_REGISTRATION);
    let Ok(slabs) = fs::read_to_string("/proc/slabinfo") else {
        not_checked("the size of the kernel's objects, because the kernel shows it only to root");
        return;
    };
    let size = |name: &str| -> Option<f64> {
        let line = slabs.lines().find(|line| line.split_whitespace().next() == Some(name))?;
        line.split_whitespace().nth(3)?.parse().ok() // none if it is merged with others of its size, or called otherwise
    };
    for (name, bytes) in objects {
        let here = size(name).unwrap_or(*bytes);
        assert!((0.5 * bytes..2.0 * bytes).contains(&here), "{name}: {here} bytes instead of {bytes}");
    }
    let here: f64 = models::OF_A_SOCKET.iter().map(|(name, bytes)| size(name).unwrap_or(*bytes)).sum();
    assert!(
        (0.8..1.25).contains(&(here / models::socket())),
        "{here} bytes for a socket instead of {}",
        models::socket()
    );
}

#[test]
fn a_client_takes_more_processor_time_of_threads_than_of_a_loop_in_each_round() {
    for connections in [MANY, MOST] {
        let row = served(Measure::CpuPerRequest, connections);
        assert_eq!(REPORT.verdict(row, "threads", "loop"), Some(Verdict::More), "{connections}");
    }
}

#[test]
fn a_process_costs_more_than_ten_threads_and_a_thread_more_than_five_tasks() {
    let [process, thread, task, connection] = models::prices(&REPORT).map(|price| price.whole());
    assert!(process > 10.0 * thread, "{process}, {thread}");
    assert!(thread > 5.0 * task && task > connection, "{thread}, {task}, {connection}");
}

/// A gigabyte pays for many more of each than has been said.
#[test]
fn all_three_go_further_than_has_been_said() {
    let [process, thread, task, _] = models::prices(&REPORT).map(|price| 1e9 / price.whole());
    assert!(process > 100.0 && thread > 1_000.0 && task > 100_000.0, "{process}, {thread}, {task}");
}

/// The kernel reports how much memory the stacks of all threads take, and how many threads there are.
#[test]
#[cfg_attr(not(all(target_os = "linux", target_arch = "x86_64")), ignore = "it is known of Linux on x86-64")]
fn the_kernel_keeps_sixteen_kib_for_each_thread() {
    let [memory, load] = ["/proc/meminfo", "/proc/loadavg"].map(|file| fs::read_to_string(file).unwrap());
    let Some(stacks) = memory.lines().find_map(|line| line.strip_prefix("KernelStack:")) else {
        not_checked("the stacks of all threads, because this kernel does not count them");
        return;
    };
    let stacks: f64 = stacks.trim().trim_end_matches(" kB").parse().unwrap();
    let threads: f64 = load.split(['/', ' ']).nth(4).unwrap().parse().unwrap();
    let each = stacks * 1024.0 / threads;
    assert!(
        (0.75 * models::KERNEL_STACK..1.5 * models::KERNEL_STACK).contains(&each),
        "{each} bytes for each of {threads}"
    );
}

/// Here and not among the tests of `models-compare`, because they wait for whole seconds, and here others wait as long.
#[test]
#[cfg(target_os = "linux")]
fn every_model_serves_all_and_a_pool_takes_a_second_delay_for_the_ninth() {
    let compare = &step::program("models-compare").unwrap(); // the servers are beside it
    thread::scope(|scope| {
        for own in COMPARISON.servers {
            scope.spawn(move || {
                let mut command = compare.command();
                command.env_remove("CARGO"); // started by hand, it builds nothing
                command.args(["--quick", "--rounds", "1", "--scenario", "serve-100", "--connections", "9"]);
                command.args(["--only", own.name, "--json", "-", "--output"]);
                let report = target().join("tmp").join(format!("served-{}", own.name));
                let output = command.arg(report).output().unwrap();
                assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
                let measured: Value = serde_json::from_slice(&output.stdout).unwrap();
                let all_answered = measured.pointer("/samples/0/values/all_answered").and_then(Value::as_f64);
                let delays = if own.hands == Hands::Few(WORKERS) { 2.0 } else { 1.0 };
                assert!(all_answered >= Some(delays), "{}", own.name);
            });
        }
    });
}
