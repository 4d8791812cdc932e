//! Step 6.1, as its users see it.

#![allow(clippy::unwrap_used)] // in helpers, too: a test says what went wrong by failing at that line

use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

fn kitchen(arguments: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_06_01_shared_kitchen"));
    command.args(arguments.split_whitespace());
    command
}

fn output(arguments: &str) -> Output {
    kitchen(arguments).output().unwrap()
}

/// What a run prints that succeeds and complains of nothing.
fn printed(arguments: &str) -> String {
    let output = output(arguments);
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && complaints.is_empty(), "{arguments}: {} {complaints}", output.status);
    String::from_utf8(output.stdout).unwrap()
}

/// Name, arrival and time of service of each customer, and the mean.
fn measured(arguments: &str) -> (Vec<(String, f64, f64)>, f64) {
    let report: Value = serde_json::from_str(&printed(&format!("{arguments} --json"))).unwrap();
    let number = |value: &Value| value.as_f64().unwrap();
    let customers = report["customers"].as_array().unwrap().iter().map(|customer| {
        let name = customer["name"].as_str().unwrap().to_owned();
        (name, number(&customer["arrived_seconds"]), number(&customer["service_seconds"]))
    });
    (customers.collect(), number(&report["mean_seconds"]))
}

/// `A8 B6 C4 …`
fn service_times(arguments: &str) -> String {
    let (customers, _) = measured(arguments);
    customers.iter().map(|(name, _, service)| format!("{name}{service}")).collect::<Vec<_>>().join(" ")
}

#[test]
fn the_times_of_service_are_exact_on_every_run() {
    for _ in 0..3 {
        assert_eq!(service_times("--every 0s"), "A8 B8 C8 D8 E10 F16 G16 H16 I18 J20");
        assert_eq!(service_times("--every 2s"), "A8 B6 C4 D4 E4 F8 G6 H4 I4 J4");
        assert_eq!(service_times("--every 1s"), "A8 B7 C6 D5 E6 F11 G10 H9 I10 J11");
    }
    assert_eq!(service_times(""), service_times("--every 2s"));
    assert_eq!(measured("").1, 5.2);
}

#[test]
fn each_improvement_of_the_slow_kitchen_shows_the_next_bottleneck() {
    let cured = "--every 1s --soda-machines 2";
    assert_eq!(service_times(cured), "A8 B7 C6 D5 E5 F11 G10 H9 I8 J7");
    let cured = format!("{cured} --portions 6 --batch-time 7s");
    assert_eq!(service_times(&cured), "A7 B6 C5 D5 E5 F5 G8 H7 I6 J7");
    assert_eq!(service_times(&format!("{cured} --cooks 4")), "A7 B6 C5 D4 E4 F4 G8 H7 I6 J5");
}

#[test]
fn with_a_fourth_cook_alone_each_customer_waits_as_before() {
    assert_eq!(service_times("--every 1s --cooks 4"), service_times("--every 1s"));
}

#[test]
fn json_is_one_line_and_nothing_else() {
    let report = printed("--customers 2 --every 250ms --json");
    let customers = [
        r#"{"name":"A","arrived_seconds":0,"service_seconds":8}"#,
        r#"{"name":"B","arrived_seconds":0.25,"service_seconds":7.75}"#,
    ];
    assert_eq!(report, format!("{{\"customers\":[{}],\"mean_seconds\":7.875}}\n", customers.join(",")));
}

#[test]
fn each_event_has_a_line_and_each_customer_a_row() {
    let text = printed("--customers 30 --every 1s");
    let lines_with = |words: &str| text.lines().filter(|line| line.contains(words)).count();
    for words in [" arrives\n", " has a soda", " has a burger", " has fries", " has everything, after "] {
        assert_eq!(text.matches(words).count(), 30, "{words}");
    }
    assert_eq!(lines_with("the fryer begins a batch"), 6);
    assert_eq!(lines_with("│ A        ┆     0 s ┆"), 1);
    assert_eq!(lines_with("│ AD       ┆    29 s ┆"), 1);
    assert_eq!(lines_with("│ mean"), 1);
    assert!(text.ends_with("One thing after the other, it would take 420 s.\n"), "{text}");
}

#[test]
fn a_million_customers_are_served_in_seconds_and_a_thousand_are_shown() {
    let text = printed("--customers 1000000 --every 3s");
    assert!(text.lines().count() < 11_000, "{} lines", text.lines().count());
    assert!(text.contains("│ … and 999000 more"));
    assert!(text.contains("Everyone was served after 3000001 s. One thing after the other, it would take 14000000 s."));
}

#[test]
fn real_time_shows_each_event_as_it_happens() {
    let mut child = kitchen("--real-time --batch-time 1000s").stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "     0 s  A arrives\n");
    assert!(child.try_wait().unwrap().is_none(), "it goes on for a quarter of an hour");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn real_time_takes_as_long_as_it_says_and_prints_the_same_events() {
    let plan = "--customers 3 --every 20ms --soda-time 20ms --burger-time 40ms --batch-time 80ms";
    let started = Instant::now();
    let lived = printed(&format!("{plan} --real-time"));
    assert!(started.elapsed() >= Duration::from_millis(80));
    assert_eq!(lived, printed(plan));
}

#[test]
fn nonsense_is_named_and_refused_with_code_2() {
    let cases = [
        ("--cooks 0", "--cooks"),
        ("--portions 0", "--portions"),
        ("--soda-machines 0", "--soda-machines"),
        ("--customers 0", "--customers"),
        ("--customers -1", "--customers"),
        ("--customers 1.5", "--customers"),
        ("--customers 6000000", "too many"),
        ("--cooks three", "--cooks"),
        ("--every -1s", "--every"),
        ("--every soon", "soon"),
        ("--soda-time 5", "--soda-time"),
        ("--burger-time=-4s", "--burger-time"),
        ("--batch-time", "--batch-time"),
        ("--batch-time 99999999999999999999s", "--batch-time"),
        ("--every 500000000000y", "too long"),
        ("--every 1000000000y --customers 1000", "too long"),
        ("--fast", "--fast"),
        ("now", "now"),
        ("--svg", "--svg"),
    ];
    for (arguments, named) in cases {
        let output = output(arguments);
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments}: {complaint}");
        assert!(complaint.contains(named) && !complaint.contains("panicked"), "{arguments}: {complaint}");
        assert!(output.stdout.is_empty(), "{arguments}");
    }
}

#[test]
fn the_limits_of_what_makes_sense_work() {
    for arguments in [
        "--customers 1",
        "--every 1ns",
        "--every 1000years",
        "--soda-time 0s --burger-time 0s --batch-time 0s --every 0s",
        "--cooks 4294967295 --soda-machines 4294967295 --portions 4294967295",
        "--customers 800 --portions 1 --cooks 1",
    ] {
        assert!(printed(arguments).contains("Everyone was served"), "{arguments}");
        measured(arguments);
    }
}

#[test]
fn help_describes_every_flag_and_its_default() {
    let help = printed("--help");
    let flags = "customers 10 every 2s soda-machines 1 soda-time 2s cooks 3 burger-time 4s portions 5 batch-time 8s";
    let flags: Vec<&str> = flags.split(' ').collect();
    for flag in flags.chunks(2) {
        let line = help.lines().find(|line| line.contains(&format!("--{} ", flag[0]))).unwrap_or_default();
        assert!(line.ends_with(&format!("[default: {}]", flag[1])), "{line}");
    }
    assert!(["--real-time", "--svg <FILE>", "--json"].iter().all(|flag| help.contains(flag)));
}

#[test]
fn it_runs_in_any_folder() {
    let elsewhere = kitchen("").current_dir(std::env::temp_dir()).output().unwrap();
    assert!(elsewhere.status.success());
    assert_eq!(String::from_utf8(elsewhere.stdout).unwrap(), printed(""));
}

#[test]
fn the_output_may_be_closed_before_its_end() {
    for arguments in ["--customers 1000", "--customers 10000 --json"] {
        let mut child = kitchen(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), output.stderr), (Some(0), Vec::new()));
    }
}

#[test]
fn a_picture_that_cannot_be_written_is_named_and_no_customer_is_served() {
    let path = std::env::temp_dir().join("there is no such folder/kitchen.svg");
    let output = kitchen("--svg").arg(&path).output().unwrap();
    assert_eq!((output.status.code(), output.stdout), (Some(1), Vec::new()));
    assert!(String::from_utf8_lossy(&output.stderr).contains("there is no such folder/kitchen.svg"));
}

#[test]
fn a_picture_leaves_the_output_as_it_is() {
    let path = std::env::temp_dir().join(format!("kitchen-{}.svg", std::process::id()));
    let output = kitchen("--json --svg").arg(&path).output().unwrap();
    let picture = std::fs::read_to_string(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), printed("--json"));
    assert!(picture.starts_with("<svg xmlns=") && picture.ends_with("</svg>\n"));
    assert!(picture.contains("aria-label=") && picture.contains("<desc>"));
}
