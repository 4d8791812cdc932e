//! Chapter 8: which clients wait while a server computes, and what a profile sees of a server that is blocked now and then.

use super::{load, save};
use crate::{Failure, Result, read, step};
use find_the_blocker::profile::Record;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use std::{env, fs, process, thread};
use timeline::{Kind, Timeline, Unit};

/// Places where step 8.1 can compute: those that the book draws.
pub const PLACES: [&str; 2] = ["loop", "pool"];
/// What the slow client asks for.
const NUMBER: &str = "3000000";

/// The run that is in the book, in which the server computes in this place.
pub fn timeline(place: &str) -> Result<Timeline> {
    load(&format!("trace_08_01_{place}.json"))
}

/// Runs step 8.1 again, and keeps when each client was answered.
pub fn measure_timeline(place: &str) -> Result {
    let server = step::program("08_01_blocking_pool")?.argument("--on").argument(place).start()?;
    let start = Instant::now();
    let visit = |number: u32, line: &str| -> Result<[u64; 2]> {
        thread::sleep(Duration::from_millis(75) * (number - 1));
        let mut client = server.client()?;
        let asked = milliseconds(start);
        client.send(format!("{line}\n"))?;
        client.line()?;
        Ok([asked, milliseconds(start)])
    };
    let lines = [NUMBER, "hello", "hello", "hello"];
    let visits: Vec<Result<[u64; 2]>> = thread::scope(|scope| {
        let visits: Vec<_> = (1..).zip(lines).map(|(number, line)| scope.spawn(move || visit(number, line))).collect();
        visits.into_iter().map(|visit| visit.join().unwrap_or(Err(Failure::new("a client panicked")))).collect()
    });
    let title = format!("Which clients wait for others with --on {place}");
    let mut timeline = Timeline::new(title, Unit::Milliseconds).legend(Kind::Served, "from the line to its answer");
    for ((number, line), visit) in (1..).zip(lines).zip(visits) {
        let [asked, answered] = visit?;
        timeline.row(format!("{number}: {line}")).span(Kind::Served, asked, answered);
    }
    save(&format!("trace_08_01_{place}.json"), &timeline)
}

fn milliseconds(start: Instant) -> u64 {
    u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// What the profile of step 8.2 has seen in the run that is in the book.
pub fn record() -> Result<Record> {
    load("polls_08_02.json")
}

/// Runs step 8.2 again, with one client that causes trouble and one that does not, and keeps what its profile sees.
pub fn measure_record() -> Result {
    let file = env::temp_dir().join(format!("polls_08_02_{}.json", process::id()));
    let arguments = ["--delay", "100ms", "--save"].into_iter();
    let program = arguments.fold(step::program("08_02_find_the_blocker")?, harness::Program::argument).argument(&file);
    let mut server = program.start()?;
    let talk = |lines: &[&str]| -> Result {
        let (mut troubling, mut other) = (server.client()?, server.client()?);
        for line in lines {
            other.send("hello\n")?;
            troubling.send(line)?;
            other.line()?;
            troubling.line()?;
        }
        Ok(())
    };
    talk(&["hello\n", "sleep\n", "hello\n", "compute\n", "hello\n"])?;
    server.interrupt()?;
    server.wait_for_exit()?;
    let record: Record = serde_json::from_slice(&fs::read(&file)?).map_err(|error| Failure::new(error.to_string()))?;
    fs::remove_file(file)?;
    save("polls_08_02.json", &record)
}

/// How many nanoseconds a poll took without a tool and with each of them: the medians.
pub fn cost_of_a_poll() -> Result<BTreeMap<String, f64>> {
    let text = read("book/src/measured/cost_of_a_poll.json")?;
    let times: BTreeMap<String, Vec<f64>> =
        serde_json::from_str(&text).map_err(|error| Failure::new(error.to_string()))?;
    let median = |mut times: Vec<f64>| {
        times.sort_by(f64::total_cmp);
        times.get(times.len() / 2).copied().unwrap_or_default()
    };
    Ok(times.into_iter().map(|(tool, times)| (tool, median(times))).collect())
}
