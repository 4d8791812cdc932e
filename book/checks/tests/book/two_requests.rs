//! Section 1.4: two requests, as they were drawn, and now.

use crate::measured::timelines;
use book_checks::measured::traces;
use book_checks::{Result, has_tool, patch, step};
use timeline::{Kind, Row, Timeline};

/// The pieces of time in which each of two requests computed, in order, and by which of them.
fn turns(timeline: &Timeline) -> Vec<usize> {
    let runs = |row: usize| timeline.rows[row].of(Kind::Runs).map(move |span| (span.from, row));
    let mut runs: Vec<(u64, usize)> = runs(0).chain(runs(1)).collect();
    runs.sort_unstable();
    runs.dedup_by_key(|(_, row)| *row);
    runs.into_iter().map(|(_, row)| row).collect()
}

/// For how long two rows computed at the same time.
fn both_run(timeline: &Timeline) -> u64 {
    let pairs = timeline.rows[0].of(Kind::Runs).flat_map(|a| timeline.rows[1].of(Kind::Runs).map(move |b| (a, b)));
    pairs.map(|(a, b)| a.to.min(b.to).saturating_sub(a.from.max(b.from))).sum()
}

fn first_wait(row: &Row) -> u64 {
    row.of(Kind::Blocked).next().map_or(0, |span| span.from)
}

#[test]
fn one_request_waits_for_most_of_its_time() -> Result {
    for timeline in timelines("01_04_one")? {
        let row = &timeline.rows[0];
        assert!(row.total(Kind::Blocked) > row.total(Kind::Runs), "{}", timeline.text(80));
        assert!(row.total(Kind::Runs) >= 20_000, "it computes twice for ten milliseconds: {}", timeline.text(80));
    }
    Ok(())
}

#[test]
fn in_sequence_the_second_request_begins_when_the_first_has_ended() -> Result {
    for timeline in timelines("01_04_sequence")? {
        let begins = timeline.rows[1].of(Kind::Runs).next().map_or(0, |span| span.from);
        assert!(timeline.rows[0].end() <= begins, "{}", timeline.text(80));
    }
    Ok(())
}

#[test]
fn tasks_take_turns_only_where_they_wait() -> Result {
    for timeline in timelines("01_04_tasks")? {
        let [a, b] = &timeline.rows[..] else { panic!("two requests") };
        assert_eq!(both_run(&timeline), 0, "{}", timeline.text(80));
        let begins = b.of(Kind::Runs).next().map_or(0, |span| span.from);
        assert!(first_wait(a) <= begins, "no request is interrupted: {}", timeline.text(80));
        assert!(turns(&timeline).len() <= 4, "{}", timeline.text(80));
    }
    Ok(())
}

/// The fault that the checks of step 1.4 must find: a task that waits as a thread does.
#[test]
fn tasks_that_keep_their_thread_are_a_sequence() {
    let program = patch::program("01_04_two_requests+request_that_blocks").unwrap();
    let timeline = traces::printed(&program, &["tasks", "--json"]).unwrap();
    let [a, b] = &timeline.rows[..] else { panic!("two requests") };
    assert!(a.end() <= b.of(Kind::Runs).next().map_or(0, |span| span.from), "{}", timeline.text(80));
}

#[test]
fn threads_on_one_processor_are_interrupted_while_they_compute() -> Result {
    if !has_tool("taskset") {
        return Ok(());
    }
    let program = traces::on_one_processor(&step::program("01_04_two_requests")?)?;
    let now = traces::printed(&program, &["threads", "--compute", "100ms", "--wait", "0ms", "--json"])?;
    let [threads, _] = timelines("01_04_threads")?;
    let [switches, _] = timelines("01_04_switches")?;
    for timeline in [threads, switches, now] {
        assert!(turns(&timeline).len() > 4, "{}", timeline.text(80));
        assert!(both_run(&timeline) < timeline.end() / 10, "one processor: {}", timeline.text(80));
    }
    Ok(())
}

#[test]
fn two_processes_have_two_processors() -> Result {
    let [committed, _] = timelines("01_04_processes")?;
    assert!(both_run(&committed) > 10_000, "{}", committed.text(80));
    let [one, _] = timelines("01_04_one")?;
    assert!(committed.end() < 2 * one.end(), "{}", committed.text(80));
    Ok(())
}

/// What is said of the times of the timelines.
#[test]
fn two_requests_take_a_hundred_milliseconds_in_sequence_and_sixty_as_tasks() -> Result {
    for (name, milliseconds) in [("one", 50), ("sequence", 100), ("processes", 50), ("threads", 66), ("tasks", 60)] {
        let [committed, now] = timelines(&format!("01_04_{name}"))?;
        let end = committed.end() / 1_000;
        assert!((milliseconds..milliseconds + 4).contains(&end), "{name}: {}", committed.text(80));
        assert!(now.end() / 1_000 >= if name == "sequence" { 100 } else { 50 }, "{name}: {}", now.text(80));
    }
    Ok(())
}
