//! Chapter 8: what blocks a loop, what it costs the others, and which tools find it.

#![allow(clippy::unwrap_used)] // in helpers, too: a test says what went wrong by failing at that line

use book_checks::measured::blocked_loop::{self, PLACES};
use book_checks::measured::little_load;
use book_checks::{Result, patch, read, snapshot, step};
use find_the_blocker::report::{self, Order};
use harness::{Client, Program};
use std::time::Duration;

const POOL: &str = "08_01_blocking_pool";
const FINDER: &str = "08_02_find_the_blocker";
const HUGE: &str = "4294967295\n";
const FULL: &[u8] = b"error: too many requests, try again later\n";

fn with(program: Program, arguments: &[&str]) -> Program {
    arguments.iter().fold(program, Program::argument)
}

#[test]
fn each_picture_and_table_of_the_blocked_loop_shows_its_data() -> Result {
    for place in PLACES {
        let name = format!("08_01_{place}");
        let figure = blocked_loop::timeline(place)?.figure(&name);
        snapshot::check(&format!("generated/timeline_{name}.svg"), &figure)?;
    }
    let record = blocked_loop::record()?;
    snapshot::check("generated/timeline_08_02.svg", &report::timeline(&record).figure("08_02"))?;
    let command = format!("$ cargo run --bin {FINDER} -- --load book/src/generated/polls_08_02.json");
    let table = report::table(&record, Order::Worst);
    snapshot::check("generated/polls_08_02.txt", &format!("{command}\n{table}\n"))
}

#[test]
fn in_the_pictures_all_clients_wait_for_the_loop_and_none_for_the_other_threads() -> Result {
    for place in PLACES {
        assert_eq!(little_load::waits(&blocked_loop::timeline(place)?), [place == "loop"; 3], "{place}");
    }
    Ok(())
}

/// The line of code at a place: `FILE:LINE`, and a column perhaps.
fn code_at(place: &str) -> Result<String> {
    let mut parts = place.split(':');
    let text = read(parts.next().unwrap())?;
    let line = parts.next().unwrap().parse::<usize>().unwrap();
    Ok(text.lines().nth(line - 1).unwrap_or_default().to_owned())
}

#[test]
fn the_places_in_the_table_are_those_of_the_code() -> Result {
    for task in blocked_loop::record()?.tasks {
        let line = code_at(&task.place)?;
        assert!(line.contains(&format!("spawn(\"{}\"", task.name)), "{}: {line}: measure again", task.place);
    }
    let seen = read("book/src/generated/tokio_console_08_02.txt")?;
    let places: Vec<&str> = seen.split_whitespace().filter(|word| word.contains(".rs:")).collect();
    assert_eq!(places.len(), 4);
    for place in places {
        assert!(code_at(place)?.contains("tool.spawn("), "{place}: look at it with tokio-console again");
    }
    Ok(())
}

#[test]
fn the_two_culprits_head_the_report_and_the_others_are_not_blamed() -> Result {
    let record = blocked_loop::record()?;
    let sorted = report::sorted(&record, Order::Worst);
    let mut names: Vec<&str> = sorted[..2].iter().map(|task| task.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["computation", "nap"]);
    assert!(sorted[2..].iter().all(|task| task.slow.is_empty()), "{sorted:?}");
    Ok(())
}

#[test]
fn watching_makes_a_short_poll_a_few_times_as_long() -> Result {
    let times = blocked_loop::cost_of_a_poll()?;
    let ratio = |tool: &str| times[tool] / times["nothing"];
    assert!((2.0..6.0).contains(&ratio("profile")), "{times:?}");
    assert!(ratio("tracing") < 2.0 && ratio("tokio-metrics") < 2.0, "{times:?}");
    assert!(times["profile"] - times["nothing"] < 1_000.0, "less than a microsecond: {times:?}");
    Ok(())
}

/// Every time becomes an ellipsis: no two runs have the same.
fn without_times(text: &str) -> String {
    let word = |word: &str| {
        let number = word.trim_end_matches(|letter: char| letter.is_alphabetic());
        let (before, digits) = number.split_at(number.find('=').map_or(0, |sign| sign + 1));
        let is_time = word.len() > number.len() && digits.parse::<f64>().is_ok();
        if is_time { format!("{before}…") } else { word.to_owned() }
    };
    let line = |line: &str| line.split(' ').map(word).collect::<Vec<_>>().join(" ");
    let text: Vec<String> = text.lines().map(line).collect();
    let mut text = text.join("\n") + "\n";
    while let Some((before, after)) = text.split_once(" ms: all other") {
        let before = before.trim_end_matches(|digit: char| digit.is_ascii_digit());
        text = format!("{before}… ms\u{0}: all other{after}");
    }
    text.replace('\u{0}', "")
}

#[test]
fn each_tool_says_of_the_culprits_what_the_book_shows() -> Result {
    for (name, shown) in [("profile", "all other tasks waited"), ("tracing", "name=\"nap\""), ("metrics", "slow polls")]
    {
        let program = with(step::program(FINDER)?, &["--delay", "250ms", "--with", name]);
        let mut server = program.start()?;
        let mut client = server.client()?;
        for line in ["hello\n", "sleep\n", "compute\n"] {
            client.send(line)?;
            client.line()?;
        }
        drop(client);
        server.interrupt()?;
        let ended = server.ended()?;
        let said = ended.log + &ended.output;
        let of_culprits = |line: &&str| {
            let is_report = name == "profile" && !line.contains(shown);
            !is_report && ["nap", "computation"].iter().any(|culprit| line.contains(culprit))
        };
        let lines: Vec<&str> = said.lines().filter(of_culprits).map(str::trim).collect();
        let command = format!("$ cargo run --bin {FINDER} -- --delay 250ms --with {name}\n");
        snapshot::check(&format!("generated/said_08_02_{name}.txt"), &(command + &without_times(&lines.join("\n"))))?;
    }
    Ok(())
}

#[test]
fn a_computation_that_is_not_cancelled_continues_without_a_client() -> Result {
    let arguments = ["--threads", "1", "--queue", "0", "--deadline", "50ms"];
    let server = with(patch::program(&format!("{POOL}+no_cancellation_of_the_count"))?, &arguments).start()?;
    let mut client = server.client()?;
    client.send(HUGE)?;
    assert_eq!(client.line()?, b"error: not finished within 50ms\n");
    for _ in 0..10 {
        client.send("10\n")?;
        assert_eq!(client.line()?, FULL, "its thread is free again");
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

#[test]
fn a_client_whose_task_waits_for_a_permit_gets_no_answer() -> Result {
    let arguments = ["--threads", "1", "--queue", "0"];
    let server = with(patch::program(&format!("{POOL}+waits_for_a_permit"))?, &arguments).start()?;
    let mut clients: Vec<Client> = (0..2).map(|_| server.client()).collect::<Result<_>>()?;
    for client in &mut clients {
        client.send("hello\n")?;
        client.line()?;
        client.send(HUGE)?;
    }
    for client in &mut clients {
        assert!(client.stays_silent_for(Duration::from_millis(200))?);
    }
    Ok(())
}
