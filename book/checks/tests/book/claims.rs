//! Chapter 11.1: the verdicts are those of the data, and the text says of them what they say.

#![allow(clippy::unwrap_used)] // in helpers, too: a test says what went wrong by failing at that line

use book_checks::claims::{self, Claim, Group};
use book_checks::evidence::{self, Evidence, Jobs};
use book_checks::sources::Source;
use book_checks::{Failure, Result, assert_none, models, snapshot, step};
use std::sync::LazyLock;

static GROUPS: LazyLock<[Group; 3]> = LazyLock::new(|| claims::all(&Evidence::committed().unwrap()));

fn each() -> impl Iterator<Item = &'static Claim> {
    GROUPS.iter().flat_map(|group| &group.claims)
}

fn of(said: &str) -> &'static Claim {
    each().find(|claim| claim.said.contains(said)).unwrap_or_else(|| panic!("no claim says {said}"))
}

#[test]
fn the_page_says_how_its_claims_were_measured() -> Result {
    snapshot::check("generated/claims_command.txt", &format!("$ {}\n", evidence::MEASURE))?;
    snapshot::check("generated/claims_circumstances.md", &Evidence::committed()?.circumstances())
}

#[test]
fn nothing_failed_while_the_claims_were_measured_and_nothing_is_missing() -> Result {
    let Evidence { models, polling, runtimes, .. } = Evidence::committed()?;
    assert_none(models.failures().chain(polling.failures()).chain(runtimes.failures()));
    let unknown = each().filter(|claim| claim.judged.measured.contains("NaN"));
    assert_none(unknown.map(|claim| format!("{}: {}", claim.said, claim.judged.measured)));
    Ok(())
}

/// A verdict that a longer measurement takes back was chance. (That the rounds of one of the two disagree contradicts nothing.)
#[test]
fn the_longer_measurements_of_the_other_chapters_contradict_no_verdict() -> Result {
    let longer = claims::all(&Evidence::of_other_chapters()?);
    let pairs = each().zip(longer.iter().flat_map(|group| &group.claims));
    let contradict = |one: &Claim, other: &Claim| {
        one.judged.stands().zip(other.judged.stands()).is_some_and(|(one, other)| one != other)
    };
    let differing = pairs.filter(|(short, long)| contradict(short, long));
    assert_none(differing.map(|(short, long)| format!("{}: {:?}, but {:?}", short.said, short.judged, long.judged)));
    Ok(())
}

#[test]
fn what_was_measured_by_others_stands_with_four_exceptions() {
    let measured: Vec<_> = each().filter(|claim| matches!(claim.by, Source::Measurement(..))).collect();
    let fallen = measured.iter().filter(|claim| claim.judged.stands() != Some(true));
    let fallen: Vec<_> = fallen.map(|claim| (claim.said, claim.judged.verdict.as_str())).collect();
    assert!(measured.len() > 4);
    let expected = [
        ("from one task to the next, it takes 0.2 µs", "falls: it is less"),
        ("but not if a task waits for a socket: then both take the same", "falls: it is less"),
        ("nor if all of them are on one processor", "falls: it is more"),
        ("to start a thread takes 17 µs", "falls: it is more"),
    ];
    assert_eq!(fallen, expected);
}

#[test]
fn what_the_course_and_the_slides_say_of_memory_and_of_numbers_falls() {
    let said = each().filter(|claim| [Source::Course, Source::Slides].contains(&claim.by));
    let (standing, fallen): (Vec<_>, Vec<_>) = said.partition(|claim| claim.judged.stands() == Some(true));
    let standing: Vec<_> = standing.iter().map(|claim| claim.said).collect();
    let expected = [
        "coroutines are for 10,000 to 100,000 clients", // with what the kernel keeps for their sockets
        "one thread answers 100,000 requests a second",
    ];
    assert_eq!(standing, expected);
    assert!(fallen.len() >= 8, "{}", fallen.len());
}

#[test]
fn a_thread_takes_its_eight_megabytes_of_addresses_alone() {
    for said in ["a thread takes 8 MB", "10,000 threads take 80 GB", "1,000 connections on threads take 8 GB"] {
        assert_eq!(of(said).judged.verdict, "falls for memory, stands for addresses", "{said}");
    }
    assert_eq!(of("10,000 threads are impossible").judged.stands(), Some(false));
}

#[test]
fn tasks_are_cheaper_than_threads_and_hardly_quicker_for_clients_that_wait() {
    assert_eq!(of("threads take much more processor time than tasks").judged.stands(), Some(true));
    assert_eq!(of("tasks serve clients who wait a second").judged.stands(), Some(false));
    assert_eq!(of("tasks make a computation faster").judged.stands(), Some(false));
    assert_eq!(of("beyond this second").judged.verdict, "open: the rounds disagree");
}

#[test]
fn a_switch_between_tasks_is_cheap_only_if_neither_waits_for_a_socket() {
    assert_eq!(of("from task to task is much quicker").judged.stands(), Some(true));
    assert_eq!(of("if a task waits for a socket").judged.verdict, "falls: it is less"); // threads take less than tasks
}

#[test]
fn a_lock_and_a_task_are_no_burden_and_a_thread_is_one() {
    assert_eq!(of("a lock is a burden").judged.stands(), Some(false));
    assert_eq!(of("to start a task for each connection").judged.stands(), Some(false));
    assert_eq!(of("to start a thread for each connection").judged.stands(), Some(true));
}

#[test]
fn a_thread_takes_as_much_as_a_hundred_empty_tasks_or_ten_of_a_server() -> Result {
    assert!(of("a task takes 64 bytes").judged.factor > Some(2.0), "more than is said");
    let evidence = Evidence::committed()?;
    let [_, thread, task, _] = models::prices(&evidence.models).map(|price| price.whole());
    let [empty, serving] = [thread / evidence.parts.memory_of_a_task, thread / task];
    assert!((50.0..200.0).contains(&empty) && (5.0..20.0).contains(&serving), "{empty}, {serving}");
    Ok(())
}

#[test]
fn the_runtimes_are_alike_and_a_connection_that_stays_open_is_not_like_a_new_one() {
    assert_eq!(of("one runtime is much faster").judged.stands(), Some(false));
    assert_eq!(of("a connection for each request").judged.stands(), Some(true));
    assert_eq!(of("sockets that do not block are enough").judged.stands(), Some(false));
}

#[test]
fn on_a_machine_with_slower_locks_a_lock_is_a_burden() -> Result {
    let mut slower = Evidence::committed()?;
    for round in &mut slower.parts.rounds {
        round.insert("wanted_lock".to_owned(), 1e-6);
    }
    let claims = claims::all(&slower);
    let lock = claims.iter().flat_map(|group| &group.claims).find(|claim| claim.said.contains("a lock is a burden"));
    assert_eq!(lock.and_then(|lock| lock.judged.stands()), Some(true));
    Ok(())
}

/// For each claim there are data that take its verdict back: those of a machine on which one of the servers or parts takes much more or much less.
#[test]
#[ignore = "checks a check, `cargo test --test book --test harness -- --ignored found` does it"]
fn a_verdict_that_no_data_would_change_is_found() -> Result {
    let evidence = Evidence::committed()?;
    let names = evidence.names();
    let impossible = "10,000 threads are impossible"; // falls as soon as one machine serves them
    let mut deaf: Vec<&str> = each().map(|claim| claim.said).filter(|said| *said != impossible).collect();
    for (name, factor) in names.iter().flat_map(|name| [1e-4, 50.0].map(|factor| (name, factor))) {
        let changed = claims::all(&evidence.clone().changed(name, factor));
        let changed = changed.iter().flat_map(|group| &group.claims);
        let others = changed.filter(|claim| claim.judged.verdict != of(claim.said).judged.verdict);
        let others: Vec<&str> = others.map(|claim| claim.said).collect();
        deaf.retain(|said| !others.contains(said));
    }
    let served_by_none = claims::all(&evidence.changed("threads-8M", f64::NAN));
    let claim = served_by_none[0].claims.iter().find(|claim| claim.said == impossible);
    assert_eq!(claim.map(|claim| claim.judged.stands()), Some(Some(true)));
    assert_none(deaf.into_iter().map(|said| format!("nothing that could be measured changes the verdict on: {said}")));
    Ok(())
}

/// Data that must make these claims fall, or rise.
#[test]
fn other_data_would_be_judged_otherwise() -> Result {
    let verdict = |evidence: &Evidence, said: &str| {
        let claims = claims::all(evidence);
        let claim = claims.iter().flat_map(|group| &group.claims).find(|claim| claim.said.contains(said));
        claim.map(|claim| claim.judged.verdict.clone()).unwrap_or_default()
    };
    let faster = "as many times faster as there are processors";
    for (times, expected) in [("1.0", "falls: it is less"), ("1.4", "falls: it is less"), ("3.0", "falls: it is more")]
    {
        let table = format!("| computes | each on a thread | 58 ms | {times} x | 8 |\n");
        assert_eq!(verdict(&Evidence { jobs: Jobs(table), ..Evidence::committed()? }, faster), expected, "{times}");
    }
    for (part, seconds, said, expected) in [
        ("task_switch", 1.5e-6, "from task to task is much quicker", "falls: it is less"),
        ("task_switch_for_io", 1e-8, "if a task waits for a socket", "falls: it is more"),
        ("task_switch_for_io", 3e-6, "if a task waits for a socket", "stands"),
    ] {
        let mut other = Evidence::committed()?;
        for round in &mut other.switches.rounds {
            round.insert("thread_switch".to_owned(), 2e-6);
            round.insert(part.to_owned(), seconds);
        }
        assert_eq!(verdict(&other, said), expected);
    }
    for (seconds, expected) in [(2e-8, "falls: it is less"), (3e-7, "falls: it is more"), (6e-8, "stands")] {
        let mut other = Evidence::committed()?;
        for round in &mut other.parts.rounds {
            round.insert("system_call".to_owned(), seconds);
        }
        assert_eq!(verdict(&other, "a system call takes"), expected);
    }
    Ok(())
}

/// For a moment only, as it is built for tests, and on a busy machine: so only such claims are taken as this makes no less true.
#[test]
fn measured_again_in_small_the_claims_about_parts_and_jobs_are_judged_alike() -> Result {
    const SAID: [&str; 3] =
        ["from task to task is much quicker", "a lock is a burden", "tasks make a computation faster"];
    const ATTEMPTS: usize = 60;
    for attempt in 0.. {
        let parts = step::program("11_01_claims")?.run(&["--rounds", "5", "--time", "200us", "--json"])?.output;
        let parts: evidence::Parts =
            serde_json::from_str(&parts).map_err(|error| Failure::new(format!("{error}: {parts}")))?;
        let jobs = ["--jobs", "4", "--wait", "1ms", "--compute", "50000"];
        let jobs = Jobs(step::program("01_03_cpu_or_io")?.run(&jobs)?.output);
        let switches = parts.clone();
        let small = claims::all(&Evidence { parts, switches, jobs, ..Evidence::committed()? });
        let judged = |said: &str| {
            let found = small.iter().flat_map(|group| &group.claims).find(|claim| claim.said.contains(said));
            found.and_then(|claim| claim.judged.stands())
        };
        // Rounds as short as these may disagree, which says nothing. But what they agree on must be what the book says.
        let differing: Vec<_> = SAID
            .iter()
            .filter(|said| judged(said).is_some_and(|stands| of(said).judged.stands() != Some(stands)))
            .collect();
        if SAID.iter().all(|said| judged(said).is_none()) {
            assert!(attempt < ATTEMPTS, "the rounds always disagree");
            continue;
        }
        if differing.is_empty() {
            return Ok(()); // it cannot be by chance; that a busy machine keeps a thread waiting, can
        }
        assert!(attempt < ATTEMPTS, "{differing:?}");
    }
    Ok(())
}
