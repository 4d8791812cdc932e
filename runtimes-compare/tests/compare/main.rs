//! `compare` as its users see it: what it prints and writes, and what it does when something goes wrong.

#![allow(clippy::expect_used, clippy::unwrap_used)] // in helpers, too: a test says what went wrong by failing at that line

mod ports; // in this program, because the tests of one program wait at the same time

use harness::has_tool;
use procfs::process::{Process, all_processes};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{self, Command, Output, Stdio};
use std::thread;

/// The shortest run that measures anything.
const BRIEF: [&str; 5] = ["--quick", "--duration", "0.05", "--rounds", "2"];

/// A run with a folder of its own for the report.
fn compare(report: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_compare"));
    command.args(BRIEF).arg("--output").arg(folder(report)).args(arguments);
    command.env_remove("CARGO"); // started by hand, it builds nothing
    command
}

fn folder(report: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(report)
}

fn read(report: &str, file: &str) -> String {
    fs::read_to_string(folder(report).join(file)).expect("the report is there")
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("UTF-8")
}

/// The figures that one server yielded in a report.
fn figures(report: &Value, server: &str) -> BTreeSet<String> {
    let samples = report["samples"].as_array().expect("samples").iter().filter(|sample| sample["server"] == server);
    let values = samples.flat_map(|sample| sample["values"].as_object().expect("values").keys().cloned());
    values.collect()
}

/// A `--server` argument for the server with a fault below.
fn faulty(fault: &str) -> String {
    let tests = env::current_exe().expect("this program has a path");
    format!("faulty=env ADDRESS={{addr}} 'FAULT={fault}' '{}' --ignored --exact faulty_server", tests.display())
}

/// Not a test: a server that answers the first request of a connection, and does something wrong about the second.
#[test]
#[ignore = "a server for the other tests"]
fn faulty_server() {
    let (Ok(address), Ok(fault)) = (env::var("ADDRESS"), env::var("FAULT")) else { return };
    let listener = TcpListener::bind(address).expect("the address is free");
    for stream in listener.incoming().take(100) {
        let (stream, fault) = (stream.expect("a connection"), fault.clone());
        thread::spawn(move || serve_twice(stream, &fault));
    }
}

fn serve_twice(mut stream: TcpStream, fault: &str) {
    let mut request = [0; 1024];
    let received = stream.read(&mut request).unwrap_or(0);
    if received == 0 {
        return; // a check that there is a server
    }
    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi").expect("a reader");
    if String::from_utf8_lossy(&request[..received]).contains("close") || stream.read(&mut request).unwrap_or(0) == 0 {
        return;
    }
    match fault {
        "dies" => process::exit(7),
        "is lost" => stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n").expect("a reader"),
        fault => panic!("no such fault: {fault}"),
    }
}

#[test]
fn in_a_pipe_the_table_is_plain_text() {
    let output = compare("pipe", &["--only", "hyper", "--only", "limit", "--scenario", "keep-alive"]).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    for text in [stdout(&output), stderr(&output)] {
        assert!(!text.chars().any(|char| char.is_control() && char != '\n'), "{text:?}");
    }
    let table = stdout(&output);
    for expected in ["hyper", "limit", "CPU time per request", "Requests per second", " µs", "1.00×"] {
        assert!(table.contains(expected), "{expected} is not in\n{table}");
    }
}

#[test]
fn the_report_is_complete_without_a_network() {
    let output = compare("report", &["--only", "limit", "--scenario", "keep-alive", "--json", "-"]).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let page = read("report", "report.html");
    for outside in ["http://", "https://", "src=", "url(", "@import", "<link"] {
        assert!(!page.contains(outside), "{outside}");
    }
    for inside in ["<svg", "prefers-color-scheme: dark", "@media print", "CPU time per request", "compare --quick"] {
        assert!(page.contains(inside), "{inside}");
    }
    assert_eq!(
        stdout(&output),
        read("report", "report.json"),
        "the standard output holds the raw data and nothing else"
    );
    let report: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(report["samples"].as_array().map(Vec::len), Some(2), "one per round");
    for known in ["date", "command_line", "machine", "compiler", "crates"] {
        assert!(!report[known].is_null(), "{known}");
    }
    let committed = concat!(env!("CARGO_MANIFEST_DIR"), "/../book/src/measured/report.json");
    let committed: Value = serde_json::from_str(&fs::read_to_string(committed).unwrap()).unwrap();
    for place in ["", "/machine", "/servers/0", "/rows/0", "/rows/0/cells/0", "/samples/0", "/samples/0/busy"] {
        let keys = |report: &Value| {
            report.pointer(place)?.as_object().map(|object| object.keys().cloned().collect::<Vec<_>>())
        };
        assert_eq!(keys(&report), keys(&committed), "the book can read what is measured from now on, too: {place}");
    }
}

#[test]
fn every_scenario_yields_its_figures() {
    let mut command = compare("scenarios", &["--only", "hyper", "--connections", "20", "--rounds", "1"]);
    let output = command.env("NAP", "0.5").output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let report: Value = serde_json::from_str(&read("scenarios", "report.json")).unwrap();
    let expected = "all_answered binary_bytes bytes_per_connection cpu_per_request crates idle_cpu_per_second latency_median \
        latency_p99 latency_p999 requests_per_second start_up";
    assert_eq!(figures(&report, "hyper"), expected.split_whitespace().map(str::to_owned).collect());
    let slept = report["samples"].as_array().unwrap().iter().find(|sample| sample["scenario"] == "sleep").unwrap();
    assert!(slept["values"]["all_answered"].as_f64() >= Some(0.5), "/sleep takes its nap: {slept}");
}

#[test]
fn rounds_are_interleaved() {
    let arguments = ["--only", "limit", "--only", "hyper", "--scenario", "keep-alive", "--scenario", "start-up"];
    let output = compare("rounds", &arguments).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let report: Value = serde_json::from_str(&read("rounds", "report.json")).unwrap();
    let order = report["samples"].as_array().unwrap().iter().map(|sample| {
        format!("{} {} {}", sample["scenario"].as_str().unwrap(), sample["round"], sample["server"].as_str().unwrap())
    });
    let expected = "keep-alive 1 limit, keep-alive 1 hyper, keep-alive 2 limit, keep-alive 2 hyper, \
        start-up 1 limit, start-up 1 hyper, start-up 2 limit, start-up 2 hyper";
    assert_eq!(order.collect::<Vec<_>>().join(", "), expected);
}

#[test]
fn any_server_can_be_the_first_column_or_the_only_one() {
    let server = format!("mine='{}' {{addr}}", env!("CARGO_BIN_EXE_limit"));
    for only in [&["--only", "mine"][..], &["--only", "mine", "--only", "limit"]] {
        let output = compare("mine", &["--scenario", "start-up", "--server", &server]).args(only).output().unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        let report: Value = serde_json::from_str(&read("mine", "report.json")).unwrap();
        let servers = report["servers"].as_array().unwrap().iter().map(|server| server["name"].as_str().unwrap());
        let named = only.iter().filter(|word| **word != "--only");
        assert_eq!(servers.collect::<Vec<_>>(), named.copied().collect::<Vec<_>>());
    }
}

/// Measures `limit` beside a server with a fault, and returns what is said of the fault.
fn beside(name: &str, server: &str) -> String {
    let limit = ["--only", "limit", "--scenario", "keep-alive"];
    // A server that does not answer is waited for: here not as long as usual.
    let output = compare(name, &limit).args(["--patience", "1", "--server", server]).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let report: Value = serde_json::from_str(&read(name, "report.json")).unwrap();
    assert!(figures(&report, "limit").contains("cpu_per_request"), "the others are measured all the same");
    assert!(stdout(&output).contains("failed"), "{}", stdout(&output));
    assert!(read(name, "report.html").contains("What failed"));
    stderr(&output)
}

#[test]
fn a_command_that_does_not_exist_is_named() {
    let said = beside("absent", "absent=/no/such/server {addr}");
    assert!(said.contains("absent: cannot start /no/such/server: No such file"), "{said}");
}

#[test]
fn a_port_in_use_is_reported_in_the_words_of_the_server() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let (hyper, address) = (env!("CARGO_BIN_EXE_hyper_server"), taken.local_addr().unwrap());
    let said = beside("busy", &format!("busy=sh -c 'exec \"{hyper}\" {address}' {{addr}}"));
    assert!(said.contains("busy: ") && said.contains(&format!("cannot listen on {address}")), "{said}");
}

#[test]
fn a_server_that_dies_is_named() {
    let said = beside("dies", &faulty("dies"));
    assert!(said.contains("faulty, keep-alive") && said.contains("exit status: 7"), "{said}");
}

#[test]
fn an_error_page_makes_the_figure_an_error() {
    let said = beside("lost", &faulty("is lost"));
    assert!(said.contains("faulty, keep-alive") && said.contains("status 404 instead of 200"), "{said}");
}

#[test]
fn a_server_without_descriptors_is_named() {
    let hyper = env!("CARGO_BIN_EXE_hyper_server");
    let poor = format!("poor=sh -c 'ulimit -n 20; exec \"{hyper}\" $0' {{addr}}");
    // Another test may take the port before the server does.
    let said = (0..3).map(|_| beside("poor", &poor)).find(|said| !said.contains("Address already in use")).unwrap();
    assert!(said.contains("poor, keep-alive") && said.contains("open files"), "{said}");
}

#[test]
fn where_all_fail_the_table_says_so() {
    let lost = faulty("is lost"); // it passes the first look, so that the scenario itself fails
    let scenario = ["--only", "limit", "--scenario", "sleep", "--connections", "5", "--server", &lost];
    let output = compare("all-fail", &scenario).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(stdout(&output).contains("failed"), "{}", stdout(&output));
}

#[test]
fn a_report_that_cannot_be_written_is_named_before_anything_is_measured() {
    let file = env!("CARGO_BIN_EXE_compare"); // a file is no folder
    let output = compare("unused", &["--only", "limit", "--output", file]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains(&format!("cannot write {file}/report.html")), "{}", stderr(&output));
    assert_eq!(stdout(&output), "", "nothing was measured");
}

#[test]
fn misuse_ends_with_code_2_and_says_what_is_wrong() {
    let cases: [(&[&str], &str); 7] = [
        (&["--scenario", "telepathy"], "telepathy"),
        (&["--only", "apache"], "no server is called apache"),
        (&["--server", "x=serve"], "{addr}"),
        (&["--server", "limit=serve {addr}"], "two servers are called limit"),
        (&["--rounds", "0"], "--rounds"),
        (&["--duration", "NaN"], "--duration"),
        (&["--count", "--scenario", "sleep"], "in the scenario sleep nothing can be counted"),
    ];
    for (arguments, expected) in cases {
        let output = Command::new(env!("CARGO_BIN_EXE_compare")).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(stderr(&output).contains(expected), "{}", stderr(&output));
    }
}

#[test]
fn a_tool_that_is_missing_is_named_before_anything_is_counted() {
    let output = compare("uncounted", &["--only", "limit", "--count"]).env("PATH", "").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr(&output).contains("strace is not installed") && stderr(&output).contains("apt install"),
        "{}",
        stderr(&output)
    );
    assert_eq!(stdout(&output), "", "nothing was counted");
}

#[test]
fn a_request_with_keep_alive_costs_the_limit_one_call_to_receive_and_one_to_send() {
    if !has_tool("strace") || !has_tool("valgrind") {
        return;
    }
    // When enough requests are answered, as many others as there are connections are under way, and may have been counted or not.
    let few_connections = ["--connections", "8"];
    let limit = ["--only", "limit", "--count", "--rounds", "1", "--scenario", "keep-alive"];
    let output = compare("counts", &limit).args(few_connections).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let report: Value = serde_json::from_str(&read("counts", "report.json")).unwrap();
    let sample = &report["samples"][0];
    for call in ["recvfrom", "sendto"] {
        let calls = sample["parts"][call].as_f64().unwrap();
        assert!((0.9..1.1).contains(&calls), "{call}: {sample}");
    }
    let value = |measure: &str| sample["values"][measure].as_f64().unwrap();
    assert!((1.8..3.0).contains(&value("system_calls_per_request")), "{sample}");
    assert!((100.0..100_000.0).contains(&value("instructions_per_request")), "{sample}");
    assert!(read("counts", "report.html").contains("System calls by name"));
}

#[test]
fn servers_that_are_not_built_are_not_built_by_surprise() {
    let alone = folder("alone");
    fs::create_dir_all(&alone).unwrap();
    let _ = fs::remove_file(alone.join("compare"));
    // No copy: another test that starts a program in this moment would keep it open for writing, and it could not be started.
    fs::hard_link(env!("CARGO_BIN_EXE_compare"), alone.join("compare")).unwrap();
    let output = Command::new(alone.join("compare")).env_remove("CARGO").arg("--quick").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = stderr(&output);
    assert!(said.contains("hyper_server is not built") && said.contains("cargo build --release -p"), "{said}");
}

#[test]
fn started_from_another_folder_it_builds_its_servers_all_the_same() {
    let elsewhere = env::temp_dir().join(format!("elsewhere-{}", process::id())); // no Cargo.toml is above it
    fs::create_dir_all(&elsewhere).unwrap();
    // A server that no other test starts: cargo may put another one in its place, which was built for tests.
    let mut command = compare("elsewhere", &["--only", "async-std", "--scenario", "crates", "--json", "crates.json"]);
    let output = command.current_dir(&elsewhere).env("CARGO", env!("CARGO")).output().unwrap();
    let json = fs::read_to_string(elsewhere.join("crates.json"));
    fs::remove_dir_all(&elsewhere).unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(stderr(&output).contains("Building the servers"), "{}", stderr(&output));
    let report: Value = serde_json::from_str(&json.expect("the user's file is where the user is")).unwrap();
    assert!(report["samples"][0]["values"]["crates"].as_f64() > Some(1.0), "{report}");
}

/// The processes that a process has started.
fn children(parent: i32) -> Vec<i32> {
    let stats = all_processes().unwrap().flatten().filter_map(|process| process.stat().ok());
    stats.filter(|stat| stat.ppid == parent).map(|stat| stat.pid).collect()
}

#[test]
fn ctrl_c_leaves_no_process_behind() {
    let mut command = compare("interrupted", &["--only", "hyper", "--scenario", "keep-alive"]);
    let mut running = command.args(["--duration", "20"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let id = Pid::from_child(&running);
    let mut started = Vec::new();
    while started.len() < 2 && running.try_wait().unwrap().is_none() {
        started = children(id.as_raw_nonzero().get()); // the server and the load
        thread::yield_now();
    }
    kill_process(id, Signal::INT).unwrap();
    let output = running.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(stderr(&output).contains("interrupted"), "{}", stderr(&output));
    let alive = |id: &i32| Process::new(*id).and_then(|process| process.stat()).is_ok_and(|stat| stat.state != 'Z');
    let left: Vec<i32> = started.into_iter().filter(alive).collect();
    assert!(left.is_empty(), "{left:?}");
}
