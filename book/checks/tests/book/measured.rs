//! What was measured once still holds: the same order, if not the same numbers.

use book_checks::measured::forgotten_await::Endings;
use book_checks::measured::lines::in_line;
use book_checks::measured::little_load::waits;
use book_checks::measured::outputs::{self, Kept, without_numbers};
use book_checks::measured::pieces::others_run_meanwhile;
use book_checks::measured::threads::Threads;
use book_checks::measured::traces::{self, Traced};
use book_checks::{Failure, Result, has_tool};
use harness::Server;
use std::collections::HashMap;
use std::fmt::Debug;
use std::net::TcpStream;
use std::sync::LazyLock;
use std::time::{Duration, Instant};
use std::{io, thread};
use timeline::{Kind, Timeline};

/// What each step does now that has a timeline in the book, by the name of the timeline. Some wait for seconds, all of them together.
static NOW: LazyLock<Result<HashMap<String, Result<Timeline>>>> = LazyLock::new(|| {
    let observe = |traced: Traced| (traced.name(), thread::spawn(move || traced.observe()));
    let observing: Vec<_> = traces::all()?.into_iter().map(observe).collect();
    let observed = observing
        .into_iter()
        .map(|(name, timeline)| (name, timeline.join().unwrap_or_else(|_| Err(Failure::new("it panicked")))));
    Ok(observed.collect())
});

/// The timeline of this name, in the book and now.
pub fn timelines(name: &str) -> Result<[Timeline; 2]> {
    let now = NOW.as_ref().map_err(Failure::clone)?.get(name);
    let now = now.ok_or_else(|| Failure::new(format!("{name} is not traced")))?.clone()?;
    Ok([traces::find(name)?.committed()?, now])
}

/// What is to be seen in a timeline, in the book and now. A busy machine may delay a client at the wrong moment, so it may try some times more.
fn shows<T: PartialEq + Debug>(name: &str, look: impl Fn(&Timeline) -> T, expected: &T) -> Result {
    let [committed, mut now] = timelines(name)?;
    assert_eq!(look(&committed), *expected, "{name}: {}", committed.text(80));
    for _ in 0..6 {
        if look(&now) != *expected {
            now = traces::find(name)?.observe()?;
        }
    }
    assert_eq!(look(&now), *expected, "{name}: {}", now.text(80));
    Ok(())
}

/// Which clients wait for the slow one: none, or all.
fn quick_clients_wait(name: &str, expected: bool) -> Result {
    shows(name, waits, &vec![expected; 3])
}

#[test]
fn a_silent_client_holds_up_the_sync_server() -> Result {
    quick_clients_wait("09_01", true)
}

#[test]
fn a_silent_client_holds_up_the_async_server_too() -> Result {
    quick_clients_wait("09_02", true)
}

#[test]
fn a_slow_request_holds_up_all_others() -> Result {
    quick_clients_wait("09_03", true)
}

#[test]
fn in_the_concurrent_server_no_client_waits_for_a_slow_request() -> Result {
    quick_clients_wait("09_04", false)
}

#[test]
fn in_the_parallel_server_no_client_waits_for_a_slow_request() -> Result {
    quick_clients_wait("09_05", false)
}

#[test]
fn the_graceful_server_finishes_a_slow_answer_after_the_signal_to_stop() -> Result {
    quick_clients_wait("09_07", false)?;
    for timeline in timelines("09_07")? {
        assert!(timeline.marks[0].at < timeline.rows[0].end(), "{}", timeline.text(80));
    }
    Ok(())
}

/// Which clients of an echo server wait for others, when each of them sends a line.
fn clients_in_line(name: &str, expected: &[bool]) -> Result {
    shows(name, in_line, &expected.to_vec())
}

#[test]
fn the_blocking_server_reads_one_line_after_the_other() -> Result {
    clients_in_line("02_01", &[false, true, true, true, true])
}

#[test]
fn the_ninth_client_of_a_pool_of_eight_waits() -> Result {
    clients_in_line("02_03", &[false, false, false, false, false, false, false, false, true, true])
}

#[test]
fn no_line_waits_for_another() -> Result {
    clients_in_line("02_02", &[false; 5])?;
    // All these would look the same in the book, so it shows none of them.
    let steps =
        ["02_04_prefork", "03_03_event_loop", "03_04_event_loop_per_core", "04_01_callbacks", "05_06_many_threads"];
    let observe = |step| {
        thread::spawn(move || (0..3).any(|_| traces::five_lines(step).is_ok_and(|now| !in_line(&now).contains(&true))))
    };
    for (step, observing) in steps.map(|step| (step, observe(step))) {
        assert!(observing.join().unwrap_or_default(), "in {step}, a client waits for another");
    }
    Ok(())
}

/// What programs print about themselves is the same every time.
#[test]
fn each_program_prints_the_same_story_again() -> Result {
    for name in [
        "01_01",
        "01_02",
        "05_01",
        "05_02_await",
        "05_02_spawn",
        "05_02_join",
        "05_03",
        "05_04_busy",
        "05_04_wakers",
        "06_02",
    ] {
        let [committed, now] = timelines(name)?;
        assert_eq!(committed, now, "{name}");
    }
    Ok(())
}

#[test]
fn a_handler_runs_while_another_one_pauses() -> Result {
    if !has_tool("strace") {
        return Ok(());
    }
    for (name, pieces) in [("04_02", [4, 4]), ("04_03", [2, 6])] {
        let [committed, _] = timelines(name)?;
        assert_eq!(committed.rows.iter().map(|row| row.spans.len()).collect::<Vec<_>>(), pieces);
        shows(name, others_run_meanwhile, &true)?;
    }
    Ok(())
}

#[test]
fn lines_come_back_after_the_client_has_ended_its_half() -> Result {
    let after_its_end = |timeline: &Timeline| {
        let half_closed = timeline.rows[0].of(Kind::Blocked).next().map_or(u64::MAX, |span| span.from);
        timeline.rows[1].spans.iter().filter(|line| line.to > half_closed).count()
    };
    let [committed, now] = timelines("07_01")?;
    assert_eq!(after_its_end(&committed), 3, "{}", committed.text(80));
    assert!(after_its_end(&now) > 0, "{}", now.text(80));
    Ok(())
}

#[test]
fn a_connection_that_is_never_awaited_is_accepted_and_dropped_and_not_refused() {
    for endings in [Endings::committed().unwrap(), Endings::observe().unwrap()] {
        assert_eq!((endings.refused, endings.answered), (0, 0), "{endings:?}");
        assert_eq!(endings.closed + endings.reset, 200, "{endings:?}");
    }
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "only Linux reports the processor time of a thread")]
fn the_concurrent_server_does_its_work_on_one_thread() {
    let step = "09_04_concurrent_server";
    for threads in [Threads::committed(step).unwrap(), Threads::observe(step).unwrap()] {
        assert!(threads.shares("main")[0] > 50, "{threads:?}");
    }
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "only Linux reports the processor time of a thread")]
fn the_parallel_server_does_its_work_on_several_threads() {
    let step = "09_05_parallel_server";
    for threads in [Threads::committed(step).unwrap(), Threads::observe(step).unwrap()] {
        let busy = threads.shares("async-std/runti").into_iter().filter(|share| *share > 10).count();
        assert_eq!(busy, 2, "{threads:?}");
        assert!(threads.shares("main")[0] < 50, "{threads:?}");
    }
}

#[test]
fn what_was_printed_once_is_printed_now_but_for_the_numbers() {
    let check = |kept: &Kept| {
        let (committed, now) = (kept.committed().unwrap(), kept.observe_again().unwrap());
        assert_eq!(without_numbers(&committed), without_numbers(&now), "{}\n{committed}\n{now}", kept.name());
    };
    // Most of them wait: let them wait at the same time.
    thread::scope(|scope| {
        for kept in outputs::all().unwrap().into_iter().filter(Kept::is_possible) {
            scope.spawn(move || check(&kept));
        }
    });
}

/// The number in this column of the first line of the kept output that has these words in it.
fn number(output: &str, words: [&str; 2], column: usize) -> f64 {
    let line = output.lines().find(|line| words.iter().all(|word| line.contains(word))).unwrap_or_default();
    let cell = line.split('|').nth(column).and_then(|cell| cell.split_whitespace().next()?.parse().ok());
    cell.unwrap_or_else(|| panic!("no number for {words:?} in column {column}: {output}"))
}

#[test]
fn threads_and_tasks_make_jobs_faster_that_wait_and_tasks_none_that_compute() {
    let output = |kept: &Kept| kept.name() == "output_01_03";
    let table = outputs::all().unwrap().iter().find(|kept| output(kept)).unwrap().committed().unwrap();
    let faster = |words| number(&table, words, 4);
    assert!(faster(["waits", "thread"]) > 7.0 && faster(["waits", "tasks"]) > 7.0, "{table}");
    assert!((0.8..1.2).contains(&faster(["computes", "tasks"])), "{table}");
    assert!((1.3..2.1).contains(&faster(["computes", "each on a thread"])), "two processors: {table}");
    assert_eq!(
        (number(&table, ["waits", "tasks"], 5), number(&table, ["computes", "tasks"], 5)),
        (8.0, 1.0),
        "{table}"
    );
}

#[test]
fn both_sides_of_an_exchange_wait_for_nearly_all_of_its_time() -> Result {
    let [committed, now] = timelines("09_05_exchange")?;
    for label in ["client", "server"] {
        let row = committed.rows.iter().find(|row| row.label == label).unwrap();
        let runs = row.total(Kind::Runs);
        assert!(runs > 0 && runs < committed.end() / 50, "{label} computes for {runs} of {} µs", committed.end());
    }
    for timeline in [committed, now] {
        let [request, answer] = &timeline.rows[1].spans[..] else {
            panic!("one there, one back: {}", timeline.text(80))
        };
        assert!(request.length() >= 40_000 && answer.length() >= 40_000, "{}", timeline.text(80));
        assert!(answer.from - request.to >= 60_000, "the server waits, too: {}", timeline.text(80));
    }
    Ok(())
}

/// The standard library asks for a backlog of 128, and Linux lets one more in.
#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "other systems have other backlogs")]
fn a_full_backlog_makes_the_next_client_wait_for_a_second() -> Result {
    let server = Server::from_workspace("09_01_sync_server")?;
    let silent = server.client()?;
    silent.wait_until_read()?; // it has been accepted
    let waiting: Vec<TcpStream> = (0..129).map(|_| TcpStream::connect(server.address())).collect::<io::Result<_>>()?;
    assert!(
        TcpStream::connect_timeout(&server.address(), Duration::from_millis(300)).is_err(),
        "there is room for more"
    );
    let start = Instant::now();
    let next = thread::scope(|scope| {
        let next = scope.spawn(|| TcpStream::connect(server.address()));
        thread::sleep(Duration::from_millis(100)); // its first attempt finds no room
        drop((silent, waiting));
        next.join().unwrap()
    });
    next?;
    assert!(start.elapsed() > Duration::from_millis(900), "it was let in after {:?}", start.elapsed());
    Ok(())
}
