//! Chapter 10: what its pages say of the committed figures.

#![allow(clippy::unwrap_used)] // in helpers, too: a test says what went wrong by failing at that line

use book_checks::ports::PORTS;
use book_checks::report::{Report, Verdict};
use book_checks::{assert_none, chart, snapshot};
use measure::Scenario;
use measure::figure::Measure;
use runtimes_compare::CHANGED_STEP;
use std::sync::LazyLock;

/// What was measured.
static REPORT: LazyLock<Report> = LazyLock::new(|| Report::committed("report").unwrap());
static SLEEP: LazyLock<Report> = LazyLock::new(|| Report::committed("sleep").unwrap());
static COUNTS: LazyLock<Report> = LazyLock::new(|| Report::committed("counts").unwrap());
static IDEAS: LazyLock<Report> = LazyLock::new(|| Report::committed("ideas").unwrap());

const CPU: Measure = Measure::CpuPerRequest;
const LOADS: [Scenario; 6] = [
    runtimes_compare::RATE,
    runtimes_compare::KEEP_ALIVE,
    runtimes_compare::KEEP_ALIVE_SHARED,
    runtimes_compare::CONNECTION_PER_REQUEST,
    runtimes_compare::CONNECTION_PER_REQUEST_SHARED,
    runtimes_compare::PIPELINED,
];

#[test]
fn each_chart_of_the_comparison_shows_its_data() {
    for (name, row) in [
        ("keep_alive", (CPU, runtimes_compare::KEEP_ALIVE)),
        ("connection_per_request", (CPU, runtimes_compare::CONNECTION_PER_REQUEST)),
        ("memory", (Measure::BytesPerConnection, runtimes_compare::MEMORY)),
    ] {
        snapshot::check(&format!("generated/chart_{name}.svg"), &chart::draw(&REPORT, row)).unwrap();
    }
}

#[test]
fn what_a_runtime_costs_was_measured_without_a_failure() {
    for name in ["report", "counts", "ideas", "sleep"] {
        assert_none(Report::committed(name).unwrap().failures());
    }
}

#[test]
fn tokio_needs_the_fewest_crates() {
    let crates = |server| REPORT.range((Measure::Crates, runtimes_compare::CRATES), server).unwrap()[1];
    for other in ["async-std", "smol"] {
        assert!(crates("tokio") < crates(other), "{other}");
    }
}

#[test]
fn on_completions_many_open_connections_take_less_cpu_time_in_each_round() {
    assert!(REPORT.is_least(
        (CPU, runtimes_compare::KEEP_ALIVE_SHARED),
        "compio",
        &["hyper", "async-std", "tokio", "smol"]
    ));
}

#[test]
fn on_completions_a_request_takes_less_than_one_system_call() {
    let row = (Measure::SystemCallsPerRequest, runtimes_compare::KEEP_ALIVE);
    assert!(COUNTS.median(row, "compio").unwrap() < 1.0);
}

#[test]
fn no_server_is_cheaper_than_the_limit() {
    for (server, scenario) in SERVERS.into_iter().flat_map(|server| LOADS.map(|scenario| (server, scenario))) {
        let verdict = REPORT.verdict((CPU, scenario), "limit", server);
        assert!(verdict.is_some_and(|verdict| verdict != Verdict::More), "{server}, {}: {verdict:?}", scenario.title);
    }
}

#[test]
fn cpu_time_of_the_three_runtimes_differs_by_less_than_a_third_and_none_takes_the_least_under_every_load() {
    let pairs = || PORTS.into_iter().flat_map(|one| PORTS.map(|other| (one, other)));
    for (scenario, (one, other)) in LOADS.into_iter().flat_map(|scenario| pairs().map(move |pair| (scenario, pair))) {
        let [_, ratio, _] = REPORT.ratio((CPU, scenario), one, other).unwrap();
        assert!(ratio < 4.0 / 3.0, "{}: {one} is {ratio} times {other}", scenario.title);
    }
    for port in PORTS {
        let is_beaten = |scenario: &Scenario| {
            PORTS.iter().any(|other| REPORT.verdict((CPU, *scenario), port, other) == Some(Verdict::More))
        };
        assert!(LOADS.iter().any(is_beaten), "{port}");
    }
}

#[test]
fn at_half_load_tokio_takes_less_cpu_time_in_each_round() {
    assert!(REPORT.is_least((CPU, runtimes_compare::RATE), "tokio", &["async-std", "smol"]));
}

#[test]
fn pipelined_requests_take_more_cpu_time_on_tokio_in_each_round() {
    for other in ["async-std", "smol"] {
        assert_eq!(REPORT.verdict((CPU, runtimes_compare::PIPELINED), "tokio", other), Some(Verdict::More), "{other}");
    }
}

#[test]
fn an_idle_connection_takes_least_memory_on_tokio_in_each_round() {
    let memory = (Measure::BytesPerConnection, runtimes_compare::MEMORY);
    assert!(REPORT.is_least(memory, "tokio", &["async-std", "smol", "hyper"]));
}

/// The servers that answer as the steps do.
const SERVERS: [&str; 4] = ["hyper", "async-std", "tokio", "smol"];

#[test]
fn with_keep_alive_no_server_makes_fewer_than_two_system_calls() {
    for server in SERVERS.into_iter().chain(["limit"]) {
        let calls = COUNTS.parts(runtimes_compare::KEEP_ALIVE, server);
        for call in ["recvfrom", "sendto"] {
            assert!(calls[call] > 0.98, "{server}: {calls:?}");
        }
        assert!(calls["sendto"] < 1.02, "{server}: {calls:?}");
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
            assert!(share > 0.6, "{server}, {}: {share}", scenario.title);
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
fn the_rounds_of_the_latency_contradict_each_other() {
    let pairs = [("async-std", "tokio"), ("smol", "tokio"), ("async-std", "smol")];
    for (measure, (one, other)) in
        [Measure::LatencyMedian, Measure::LatencyP99].into_iter().flat_map(|measure| pairs.map(|pair| (measure, pair)))
    {
        let verdict = REPORT.verdict((measure, runtimes_compare::RATE), one, other);
        assert_eq!(verdict, Some(Verdict::Open), "{one}, {other}");
    }
}

#[test]
fn ten_thousand_clients_sleep_at_the_same_time_on_every_runtime() {
    for (report, server) in PORTS.into_iter().flat_map(|server| [(&REPORT, server), (&SLEEP, server)]) {
        let [_, _, longest] = report.range((Measure::AllAnswered, runtimes_compare::SLEEP), server).unwrap();
        assert!(longest < 10.0, "{server}: {longest} s is more than two naps, one after the other");
    }
}

#[test]
fn a_page_from_the_disk_costs_more_than_the_rest_of_the_request() {
    let [_, ratio, _] = IDEAS.ratio((CPU, runtimes_compare::KEEP_ALIVE), "page_from_disk", CHANGED_STEP).unwrap();
    assert!(ratio > 2.0, "{ratio}");
}

#[test]
fn a_write_for_each_answer_costs_more_in_each_round_when_requests_are_pipelined() {
    assert_eq!(
        IDEAS.verdict((CPU, runtimes_compare::PIPELINED), "write_per_answer", CHANGED_STEP),
        Some(Verdict::More)
    );
}

#[test]
fn a_write_for_each_answer_loses_more_throughput_than_its_cpu_time_explains() {
    let ratio =
        |measure| IDEAS.ratio((measure, runtimes_compare::PIPELINED), "write_per_answer", CHANGED_STEP).unwrap()[1];
    assert!(1.0 / ratio(Measure::RequestsPerSecond) > 3.0 * ratio(CPU));
}

#[test]
fn without_a_buffer_of_its_own_a_connection_takes_less_memory_in_each_round() {
    let row = (Measure::BytesPerConnection, runtimes_compare::MEMORY);
    assert_eq!(IDEAS.verdict(row, "buffer_of_the_poll", CHANGED_STEP), Some(Verdict::Less));
}

#[test]
fn without_yielding_a_request_costs_more_in_each_round() {
    let verdict = IDEAS.verdict((CPU, runtimes_compare::KEEP_ALIVE), "without_yield", CHANGED_STEP);
    assert_eq!(verdict, Some(Verdict::More));
}
