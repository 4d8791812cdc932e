//! Chapter 10: the ports, what was measured of them, and what the chapter claims of both.

#![allow(clippy::unwrap_used)] // in helpers, too: a test says what went wrong by failing at that line

use book_checks::measured::blocked::{self, Blocked};
use book_checks::report::{Report, Row, Verdict};
use book_checks::{
    Result, assert_none, chart, choice, counts, difference, goals, has_tool, ideas, patch, ports, reasons, snapshot,
};
use futures::{AsyncWrite, AsyncWriteExt};
use harness::{Program, suite};
use measure::Scenario;
use measure::figure::Measure;
use std::collections::BTreeSet;
use std::io::{self, ErrorKind, Read};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use std::{env, fs, mem, process, thread};
use tokio_util::compat::TokioAsyncWriteCompatExt; // the stream of tokio gets the traits of `futures`

/// The ports, as programs.
static PROGRAMS: LazyLock<Vec<Program>> =
    LazyLock::new(|| Program::several_in_workspace(&["async_std_server", "smol_server", "tokio_server"]).unwrap());

/// What was measured.
static REPORT: LazyLock<Report> = LazyLock::new(|| Report::committed("report").unwrap());
static COUNTS: LazyLock<Report> = LazyLock::new(|| Report::committed("counts").unwrap());
static IDEAS: LazyLock<Report> = LazyLock::new(|| Report::committed("ideas").unwrap());
static IDEA_COUNTS: LazyLock<Report> = LazyLock::new(|| Report::committed("idea_counts").unwrap());

const CPU: Measure = Measure::CpuPerRequest;
const LOADS: [Scenario; 4] = [
    runtimes_compare::KEEP_ALIVE,
    runtimes_compare::KEEP_ALIVE_SHARED,
    runtimes_compare::CONNECTION_PER_REQUEST,
    runtimes_compare::PIPELINED,
];
/// Those that the tables show.
const SHOWN: [Scenario; 5] = [
    runtimes_compare::KEEP_ALIVE,
    runtimes_compare::KEEP_ALIVE_SHARED,
    runtimes_compare::CONNECTION_PER_REQUEST,
    runtimes_compare::CONNECTION_PER_REQUEST_SHARED,
    runtimes_compare::PIPELINED,
];

fn generated(name: &str, expected: &str) {
    snapshot::check(&format!("generated/{name}"), expected).unwrap_or_else(|failure| panic!("{failure}"));
}

#[test]
fn each_diff_is_what_changes_from_one_runtime_to_another() {
    for (name, old, new) in
        [("async_std_to_smol", ports::ASYNC_STD, ports::SMOL), ("async_std_to_tokio", ports::ASYNC_STD, ports::TOKIO)]
    {
        generated(&format!("diff_{name}.diff"), &difference::of_programs(old, new).unwrap());
    }
    generated("changed_lines.md", &ports::changed_lines().unwrap());
}

#[test]
fn each_table_of_an_idea_shows_its_data() {
    for name in ideas::IDEAS {
        generated(&format!("idea_{name}.md"), &ideas::table(&IDEAS, name));
    }
    for (name, scenario) in ideas::COUNTED {
        let calls = counts::calls(&IDEA_COUNTS, scenario, &[ideas::STEP, name]);
        generated(&format!("idea_{name}_calls.md"), &calls);
    }
    generated("idea_counts_command.txt", &IDEA_COUNTS.command());
    generated("before_after.md", &goals::table_of_changes().unwrap());
}

#[test]
fn each_table_of_the_comparison_shows_its_data() {
    let rows = |measures: &[Measure], scenarios: &[Scenario]| -> Vec<Row> {
        measures.iter().flat_map(|&measure| scenarios.iter().map(move |&scenario| (measure, scenario))).collect()
    };
    generated("choice.md", &choice::table().unwrap());
    generated("compare_circumstances.md", &REPORT.circumstances());
    generated("compare_command.txt", &REPORT.command());
    generated("ideas_command.txt", &IDEAS.command());
    generated("ideas_circumstances.md", &IDEAS.circumstances());
    generated("compare_cpu.md", &REPORT.table(&rows(&[CPU], &SHOWN)));
    generated("compare_throughput.md", &REPORT.table(&rows(&[Measure::RequestsPerSecond], &SHOWN)));
    let latency = [Measure::LatencyMedian, Measure::LatencyP99, Measure::LatencyP999];
    generated("compare_latency.md", &REPORT.table(&rows(&latency, &[runtimes_compare::RATE])));
    generated("compare_memory.md", &REPORT.table(&[(Measure::BytesPerConnection, runtimes_compare::MEMORY)]));
    generated("compare_sleep.md", &REPORT.table(&[(Measure::AllAnswered, runtimes_compare::SLEEP)]));
    let made_of = [
        (Measure::Crates, runtimes_compare::CRATES),
        (Measure::BinaryBytes, runtimes_compare::SIZE),
        (Measure::StartUp, runtimes_compare::START_UP),
    ];
    generated("compare_made_of.md", &REPORT.table(&made_of));
    generated("counts_command.txt", &COUNTS.command());
    generated("compare_counts.md", &counts::table(&REPORT, &COUNTS));
    generated("compare_calls.md", &counts::calls(&COUNTS, runtimes_compare::CONNECTION_PER_REQUEST, &COUNTS.servers()));
}

#[test]
fn the_goals_beside_the_tool_show_the_data() {
    let part = |name, expected: Result<String>| snapshot::check_part("runtimes-compare/README.md", name, &expected?);
    part("goals", goals::table()).unwrap();
    part("missed", reasons::missed()).unwrap();
}

#[test]
fn each_chart_of_the_comparison_shows_its_data() {
    for (name, row) in [
        ("keep_alive", (CPU, runtimes_compare::KEEP_ALIVE)),
        ("connection_per_request", (CPU, runtimes_compare::CONNECTION_PER_REQUEST)),
        ("memory", (Measure::BytesPerConnection, runtimes_compare::MEMORY)),
    ] {
        generated(&format!("chart_{name}.svg"), &chart::draw(&REPORT, row));
    }
}

#[test]
fn a_blocked_handler_never_stopped_everyone_on_async_std_and_smol() {
    let blocked = Blocked::committed().unwrap();
    assert_eq!((blocked.of("async_std_server"), blocked.of("smol_server")), (Some(0), Some(0)), "{blocked}");
    assert!(blocked.of("tokio_server").is_some_and(|stopped| stopped > 0), "{blocked}");
    generated("blocked.txt", &blocked.to_string());
}

#[test]
fn a_blocked_handler_stops_nobody_on_async_std_and_smol() -> Result {
    // smol's port has as many threads as the machine has processors; on tokio, chance decides.
    let several = thread::available_parallelism()?.get() > 1;
    for program in PROGRAMS.iter().take(if several { 2 } else { 1 }) {
        let program = blocked::with_two_threads(program);
        thread::scope(|scope| {
            let attempts = [(); 10].map(|()| scope.spawn(|| suite::only(blocked::CHECK, &program)));
            attempts.into_iter().try_for_each(|attempt| attempt.join().unwrap())
        })?;
    }
    Ok(())
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "only Linux tells the names of threads")]
fn only_async_std_and_smol_have_a_thread_for_the_reactor() -> Result {
    const REACTOR: &str = "async-io";
    for (program, thread) in PROGRAMS.iter().zip([REACTOR, REACTOR, "tokio-rt-worker"]) {
        let mut server = program.start()?;
        server.client()?.get("/")?;
        let mut names = BTreeSet::new();
        // A thread is called as its parent until it runs and names itself.
        server.wait_until(&format!("a thread is called {thread}"), |server| {
            names = server.thread_names().into_iter().flatten().map(|(_, name)| name).collect();
            names.contains(thread)
        })?;
        assert_eq!(names.contains(REACTOR), thread == REACTOR, "{names:?}");
    }
    Ok(())
}

#[test]
fn what_a_runtime_costs_was_measured_without_a_failure() {
    for name in ["report", "counts", "ideas", "idea_counts", "sleep", "before_after"] {
        assert_none(Report::committed(name).unwrap().failures());
    }
}

#[test]
fn tokio_needs_the_fewest_crates() {
    let crates = |server| REPORT.range((Measure::Crates, runtimes_compare::CRATES), server).unwrap()[1];
    for other in ["async-std", "smol", "hyper"] {
        assert!(crates("tokio") < crates(other), "{other}");
    }
}

#[test]
fn no_server_is_cheaper_than_the_limit() {
    for server in ["hyper", "async-std", "tokio", "smol"] {
        for scenario in LOADS {
            let [_, ratio, _] = REPORT.ratio((CPU, scenario), "limit", server).unwrap();
            assert!(ratio < 1.0, "{server}, {}: {ratio}", scenario.title);
        }
    }
}

#[test]
fn cpu_time_and_memory_of_the_three_runtimes_differ_by_less_than_a_quarter() {
    let rows = LOADS
        .map(|scenario| (CPU, scenario))
        .into_iter()
        .chain([(Measure::BytesPerConnection, runtimes_compare::MEMORY)]);
    for row in rows {
        for (one, other) in goals::PORTS.into_iter().flat_map(|one| goals::PORTS.map(|other| (one, other))) {
            let [_, ratio, _] = REPORT.ratio(row, one, other).unwrap();
            assert!(ratio < 1.25, "{row:?}: {one} is {ratio} times {other}");
        }
    }
}

/// The servers that answer as the steps do.
const SERVERS: [&str; 4] = ["hyper", "async-std", "tokio", "smol"];

#[test]
fn with_keep_alive_every_server_makes_the_same_two_system_calls() {
    for server in SERVERS.into_iter().chain(["limit"]) {
        let calls = COUNTS.parts(runtimes_compare::KEEP_ALIVE, server);
        let rounded = calls.iter().map(|(name, calls)| (*name, calls.round()));
        let mostly: Vec<_> = rounded.filter(|(_, calls)| *calls > 0.0).collect();
        assert_eq!(mostly, [("recvfrom", 1.0), ("sendto", 1.0)], "{server}: {calls:?}");
    }
}

#[test]
fn with_a_connection_per_request_every_server_makes_more_system_calls_than_the_limit() {
    let row = (Measure::SystemCallsPerRequest, runtimes_compare::CONNECTION_PER_REQUEST);
    let limit = COUNTS.median(row, "limit").unwrap();
    for server in SERVERS {
        assert!(COUNTS.median(row, server).unwrap() > limit + 1.0, "{server}");
        assert!(COUNTS.parts(row.1, server)["epoll_ctl"] >= 2.0, "{server}");
    }
}

#[test]
fn most_of_the_cpu_time_passes_in_the_kernel_unless_requests_are_pipelined() {
    for scenario in
        [runtimes_compare::KEEP_ALIVE, runtimes_compare::KEEP_ALIVE_SHARED, runtimes_compare::CONNECTION_PER_REQUEST]
    {
        for server in SERVERS.into_iter().chain(["limit"]) {
            let share = REPORT.median((Measure::KernelShare, scenario), server).unwrap();
            assert!(share > 0.7, "{server}, {}: {share}", scenario.title);
        }
    }
}

#[test]
fn every_server_executes_three_times_as_many_instructions_as_the_limit_in_less_than_twice_its_time() {
    for server in SERVERS {
        let instructions =
            |server| COUNTS.median((Measure::InstructionsPerRequest, runtimes_compare::KEEP_ALIVE), server).unwrap();
        assert!(instructions(server) > 3.0 * instructions("limit"), "{server}");
        let time = REPORT.ratio((CPU, runtimes_compare::KEEP_ALIVE), server, "limit").unwrap()[1];
        assert!(time < 2.0, "{server}: {time}");
    }
}

#[test]
fn the_rounds_of_the_slowest_answers_contradict_each_other() {
    for server in goals::PORTS {
        let verdict = REPORT.verdict((Measure::LatencyP99, runtimes_compare::RATE), server, "hyper");
        assert_eq!(verdict, Some(Verdict::Open), "{server}");
    }
}

#[test]
fn a_thousand_clients_sleep_at_the_same_time_on_every_runtime() {
    for server in goals::PORTS {
        let [_, _, longest] = REPORT.range((Measure::AllAnswered, runtimes_compare::SLEEP), server).unwrap();
        assert!(longest < 10.0, "{server}: {longest} s is more than two naps, one after the other");
    }
}

#[test]
fn a_page_from_the_disk_costs_more_than_the_rest_of_the_request() {
    let [_, ratio, _] = IDEAS.ratio((CPU, runtimes_compare::KEEP_ALIVE), "page_from_disk", ideas::STEP).unwrap();
    assert!(ratio > 2.0, "{ratio}");
}

#[test]
fn a_write_for_each_answer_costs_more_in_each_round_when_requests_are_pipelined() {
    assert_eq!(IDEAS.verdict((CPU, runtimes_compare::PIPELINED), "write_per_answer", ideas::STEP), Some(Verdict::More));
}

#[test]
fn a_write_for_each_answer_loses_more_throughput_than_its_cpu_time_explains() {
    let ratio =
        |measure| IDEAS.ratio((measure, runtimes_compare::PIPELINED), "write_per_answer", ideas::STEP).unwrap()[1];
    assert!(1.0 / ratio(Measure::RequestsPerSecond) > 3.0 * ratio(CPU));
}

#[test]
fn giving_way_at_the_end_sets_a_timer_and_wakes_the_reactor() {
    let scenario = runtimes_compare::CONNECTION_PER_REQUEST;
    for call in ["timerfd_settime", "write", "epoll_pwait"] {
        let calls = |server| IDEA_COUNTS.parts(scenario, server).get(call).copied().unwrap_or_default();
        assert!(calls(ideas::STEP) < counts::NOTABLE && calls("yield_at_the_end") > counts::NOTABLE, "{call}");
    }
    let instructions = |server| IDEA_COUNTS.median((Measure::InstructionsPerRequest, scenario), server).unwrap();
    assert!(instructions("yield_at_the_end") > 1.2 * instructions(ideas::STEP));
}

#[test]
fn a_connection_for_each_request_became_cheaper_on_async_std_and_tokio() {
    let report = Report::committed("before_after").unwrap();
    for server in ["async-std", "tokio"] {
        let before = format!("{server}{}", goals::BEFORE);
        let [_, ratio, _] =
            report.ratio((CPU, runtimes_compare::CONNECTION_PER_REQUEST_SHARED), server, &before).unwrap();
        assert!(ratio < 1.0, "{server}: {ratio}");
    }
}

/// With a client that sends each request only when nothing happens any more.
#[test]
fn a_request_that_is_waited_for_costs_more_system_calls_on_async_std_and_smol() {
    if !has_tool("strace") {
        return;
    }
    let calls: Vec<_> = PROGRAMS.iter().map(calls_for_a_request_that_is_waited_for).collect();
    let [async_std, smol, tokio] = calls[..] else { panic!("{calls:?}") };
    assert_eq!(tokio, [2, 1, 0]);
    for server in [async_std, smol] {
        assert!(server.iter().zip([2, 1, 1]).all(|(calls, least)| *calls >= least), "{server:?}");
    }
}

/// How often it reads, how often in vain, and how often it tells `epoll` of the connection: the middle of ten requests.
fn calls_for_a_request_that_is_waited_for(program: &Program) -> [usize; 3] {
    let program = program.command().get_program().to_owned();
    let name = Path::new(&program).file_stem().unwrap().display();
    let file = env::temp_dir().join(format!("{name}-{}.strace", process::id()));
    // With `-D`, the server is the process that is started here and ends here, and `strace` looks on.
    let strace = ["-D", "-f", "-yy", "-I1", "-qq", "-e", "trace=recvfrom,sendto,epoll_ctl", "-o"];
    let strace = strace.into_iter().fold(Program::at("strace"), |strace, argument| strace.argument(argument));
    let mut server = strace.argument(&file).argument(&program).start().unwrap();
    let read = || fs::read_to_string(&file).unwrap();
    let mut client = server.client().unwrap();
    for _ in 0..12 {
        client.get("/").unwrap();
        let mut before = String::new();
        server.wait_until("nothing happens any more", |_| read() == mem::replace(&mut before, read())).unwrap();
    }
    let calls = read();
    fs::remove_file(&file).unwrap();
    let between_answers: Vec<_> = calls.split("sendto(").skip(2).take(10).collect();
    let middle = |what: fn(&&str) -> bool| {
        let mut counts: Vec<_> = between_answers.iter().map(|calls| calls.lines().filter(what).count()).collect();
        counts.sort_unstable();
        counts[counts.len() / 2]
    };
    [
        middle(|call| call.contains("recvfrom(")),
        middle(|call| call.contains("EAGAIN")),
        middle(|call| call.contains("epoll_ctl(") && call.contains("<TCP")),
    ]
}

#[test]
fn without_a_buffer_of_its_own_a_connection_takes_less_memory_in_each_round() {
    let row = (Measure::BytesPerConnection, runtimes_compare::MEMORY);
    assert_eq!(IDEAS.verdict(row, "buffer_of_the_poll", ideas::STEP), Some(Verdict::Less));
}

#[test]
fn a_panic_in_a_task_that_nobody_awaits_ends_nothing_else() {
    let executor = smol::Executor::new();
    let place = Arc::new(());
    let held = Arc::clone(&place);
    let panics = async move {
        let _held = held;
        panic!("on purpose");
    };
    executor.spawn(panics).detach();
    assert!(executor.try_tick(), "it was polled, and the executor goes on");
    assert_eq!(Arc::strong_count(&place), 1, "smol: what it held is free");

    let held = Arc::clone(&place);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        drop(tokio::spawn(async move {
            let _held = held;
            panic!("on purpose");
        }));
        tokio::task::yield_now().await;
        assert_eq!(Arc::strong_count(&place), 1, "tokio: what it held is free");
    });

    let held = Arc::clone(&place);
    drop(async_std::task::spawn(async move {
        let _held = held;
        panic!("on purpose");
    }));
    let is_free = async {
        while Arc::strong_count(&place) > 1 {
            async_std::task::yield_now().await;
        }
    };
    let freed = async_std::task::block_on(async_std::future::timeout(harness::SAFETY, is_free));
    assert!(freed.is_ok(), "async-std: what it held is free");
}

/// On one thread, because another one would serve the others. (The main thread accepts.)
#[test]
fn without_yielding_one_client_keeps_the_others_waiting() {
    let program = patch::program("09_06_real_clients+starving").unwrap();
    let program = program.environment("ASYNC_STD_THREAD_COUNT", "1").patience(Duration::from_secs(2));
    suite::only("a_client_that_never_stops_delays_nobody", &program).unwrap_err();
}

#[test]
fn to_add_in_two_steps_loses_visits() {
    let program = patch::program("09_05_parallel_server+lost_visits").unwrap();
    suite::only("no_visit_is_lost", &program).unwrap_err();
}

/// Told to stop while it rests for want of descriptors, it drops the listener, and with it the clients that wait.
#[test]
fn a_server_that_looks_for_the_signal_first_forgets_those_who_wait() {
    let program = patch::program("09_07_graceful_server+stop_first").unwrap().patience(Duration::from_secs(2));
    suite::only("clients_that_cannot_be_accepted_before_the_signal_are_answered", &program).unwrap_err();
}

/// With ten permits, each of which is given out once: ten clients are served, and the next one is not.
#[test]
fn a_permit_that_does_not_come_back_is_missed() {
    let program = patch::program("09_07_graceful_server+lost_permit").unwrap();
    let server = program.patience(Duration::from_secs(1)).start().unwrap();
    for _ in 0..10 {
        server.client().unwrap().get("/").unwrap();
    }
    server.client().unwrap().get("/").unwrap_err();
}

// ANCHOR: close
/// Whether the peer learns of it when we close our half of a connection with `close`, and keep the stream.
async fn close_is_seen(mut stream: impl AsyncWrite + Unpin, peer: &mut TcpStream) -> io::Result<bool> {
    stream.close().await?;
    peer.set_nonblocking(true)?;
    match peer.read(&mut [0; 1]) {
        Ok(received) => Ok(received == 0),                                // the end
        Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(false), // nothing has come
        Err(error) => Err(error),
    }
}
// ANCHOR_END: close

#[test]
fn close_sends_the_end_on_smol_and_tokio_but_not_on_async_std() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let seen = smol::block_on(async {
        let stream = smol::net::TcpStream::connect(address).await.unwrap();
        close_is_seen(stream, &mut listener.accept().unwrap().0).await.unwrap()
    });
    assert!(seen, "smol");
    let seen = async_std::task::block_on(async {
        let stream = async_std::net::TcpStream::connect(address).await.unwrap();
        close_is_seen(stream, &mut listener.accept().unwrap().0).await.unwrap()
    });
    assert!(!seen, "async-std");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
    let seen = runtime.block_on(async {
        let stream = tokio::net::TcpStream::connect(address).await.unwrap();
        close_is_seen(stream.compat_write(), &mut listener.accept().unwrap().0).await.unwrap()
    });
    assert!(seen, "tokio");
}
