//! The recordings through which a reader can step: they are what the programs do, they can have happened, and the lessons fit.

#![allow(clippy::unwrap_used)] // in helpers, too: a test says what went wrong by failing at that line

mod refused;

use book_checks::stepper::event::Event;
use book_checks::stepper::lesson::{Lesson, frames};
use book_checks::stepper::shown::{Run, Shown, folder, runs, shown};
use book_checks::stepper::{page, recording, replay};
use book_checks::{assert_none, files, read, snapshot};
use harness::at_a_time;
use std::collections::BTreeSet;

fn all_runs() -> Vec<Run> {
    frames().iter().flat_map(|frame| runs(frame).unwrap()).collect()
}

fn all_shown() -> Vec<Shown> {
    all_runs().iter().map(|run| shown(run).unwrap()).collect()
}

#[test]
fn each_stepper_shows_its_recording_and_its_lesson() {
    assert!(!frames().is_empty());
    assert_none(frames().into_iter().filter_map(|frame| {
        let html =
            page::html(&frame).and_then(|html| snapshot::check(&format!("generated/stepper_{frame}.html"), &html));
        html.err().map(|failure| format!("{frame}: {failure}"))
    }));
}

#[test]
fn each_lesson_says_something_of_each_event_and_of_no_other() {
    assert_none(frames().into_iter().flat_map(|frame| {
        let runs = runs(&frame).unwrap();
        let events: Vec<(&str, &[Event])> = runs.iter().map(|run| (run.id.as_str(), run.events.as_slice())).collect();
        let problems = runs[0].lesson.problems(&events);
        problems.into_iter().map(move |problem| format!("{frame}: {problem}"))
    }));
}

#[test]
fn each_recording_is_what_the_program_does() {
    let lessons: Vec<Lesson> = frames().iter().map(|frame| Lesson::read(frame).unwrap()).collect();
    recording::build(&lessons).unwrap();
    // Most of them wait: let them wait at the same time.
    let found = at_a_time(lessons.len(), frames().into_iter().zip(&lessons), |(frame, lesson)| {
        let problems = lesson.runs.iter().flat_map(|run| {
            let committed = recording::committed(&frame, &run.id).unwrap();
            // Which of two threads comes first is for the machine to say, but what each of them does is not.
            recording::record(lesson, run).map_or_else(
                |failure| vec![failure.to_string()],
                |now| {
                    let again =
                        replay::replay(&lesson.of(run), &now).err().map(|failure| format!("the run of now: {failure}"));
                    recording::differences(lesson, &committed, &now).into_iter().chain(again).collect()
                },
            )
        });
        problems.map(|problem| format!("{frame}: {problem}")).collect::<Vec<_>>()
    });
    assert_none(found.concat());
}

/// Some kinds of events, and what is in the line of code that is marked: one of these words.
const MARKED: [(&str, &[&str]); 14] = [
    ("barrier", &["wait()"]),
    ("free", &["free"]),
    ("hand", &["wake()"]),
    ("look", &["load(", "state.get()"]),
    ("make", &["handler("]),
    ("miss", &["take()"]),
    ("park", &["park()"]),
    ("print", &["say"]),
    ("pull", &["due(", "remove()", "remove_timer("]),
    ("receive", &["read(", "step("]),
    ("reply", &["write_all(", "step("]),
    ("rest", &["poll(", "turn("]),
    ("sleep", &["sleep("]),
    ("thread", &["spawn("]),
];

#[test]
fn the_line_that_is_marked_does_what_the_event_says() {
    let runs = all_runs();
    let mut kinds = BTreeSet::new();
    assert_none(runs.iter().flat_map(|run| {
        let folder = folder(&run.lesson).unwrap();
        let marked = run.events.iter().filter(|event| !event.at.is_empty());
        let mut problem = |event: &Event| {
            let (file, line) = event.at.split_once(':').unwrap();
            let text = read(format!("{folder}/src/{file}")).unwrap();
            let line = text.lines().nth(line.parse::<usize>().unwrap() - 1).unwrap();
            let (kind, words) = MARKED.iter().find(|(kind, _)| *kind == event.kind)?;
            kinds.insert(*kind);
            let is_wrong = !words.iter().any(|word| line.contains(word));
            is_wrong.then(|| format!("{}: {} marks {}: {}", run.id, event.kind, event.at, line.trim()))
        };
        marked.filter_map(&mut problem).collect::<Vec<_>>()
    }));
    assert_eq!(kinds.len(), MARKED.len(), "some kinds of events are in no recording");
}

/// A sentence with one of these words says that a turn is over.
const ENDS_A_TURN: [&str; 4] = ["returns", "yields", "answers", "finished"];

#[test]
fn a_task_that_is_polled_is_shown_as_running_and_so_is_its_thread() {
    let runs = all_shown();
    let mut count = 0;
    let mut problems = Vec::new();
    for (run, number) in runs.iter().flat_map(|run| (0..run.events.len()).map(move |number| (run, number))) {
        let (event, after) = (&run.events[number], &run.states[number + 1]);
        let is = |id: &str| after.get(id).map_or("", |state| &state.is);
        let said = event.say.to_lowercase().replace("the ", "").replace('`', "");
        let mut wrong =
            |what: String| problems.push(format!("{}, event {}: {what}: {}", run.id, number + 1, event.say));
        for id in run.lesson.things.keys() {
            let name = run.lesson.name(id).split(" (").next().unwrap().to_lowercase();
            let is_queued =
                after.get("ready").and_then(|ready| ready.holds.as_ref()).is_some_and(|ready| ready.contains(id));
            if said.contains(&format!("puts {name} "))
                && ["queue", "ready tasks"].iter().any(|word| said.contains(word))
                && !is_queued
            {
                wrong(format!("{id} is not in the queue"));
            }
            let is_polled = [format!("{name} is polled"), format!("polls {name}"), format!("takes {name} ")];
            if is(id).is_empty() || !is_polled.iter().any(|words| said.contains(words)) {
                continue;
            }
            count += 1;
            if is(id) != "running" && !ENDS_A_TURN.iter().any(|word| said.contains(word)) {
                wrong(format!("{id} is {}", is(id)));
            }
        }
        let is_at_barrier = after.get(&event.by).is_some_and(|state| state.what == "at the barrier");
        if is(&event.by) == "running" && is(&event.thread) != "running" && !is_at_barrier {
            wrong(format!("{} is {}", event.thread, is(&event.thread)));
        }
    }
    assert_none(problems);
    assert!(count > 20, "of {count} tasks alone it is said that they are polled");
}

#[test]
fn each_actor_is_named() {
    let runs = all_shown();
    assert_none(runs.iter().flat_map(|run| {
        let is_known = |by: &str| run.lesson.things.get(by).is_some_and(|_| run.lesson.name(by) != "main");
        let nameless = run.events.iter().filter(move |event| !is_known(&event.by) && !event.say.contains(&event.by));
        nameless.map(|event| format!("{}: who is {}? {}", run.id, event.by, event.say))
    }));
}

/// A page points at an event with `[event 8](#one_thread-8)<!-- event: run/accept/2 -->`.
#[test]
fn each_event_that_a_page_points_at_is_the_one_it_means() {
    let runs = all_shown();
    let mut count = 0;
    let mut problems = Vec::new();
    for page in files("book/src").into_iter().filter(|file| file.ends_with(".md")) {
        let text = read(&page).unwrap();
        for run in &runs {
            let link = format!("#{}-", run.id);
            for (at, _) in text.match_indices(&link) {
                let Some((number, rest)) = text[at + link.len()..].split_once(')') else { continue };
                if number.is_empty() || !number.chars().all(|digit| digit.is_ascii_digit()) {
                    continue; // a section whose name begins like a recording's
                }
                count += 1;
                let key = rest.strip_prefix("<!-- event: ").and_then(|rest| rest.split_once(" -->"));
                let meant = key.and_then(|(key, _)| run.numbers.get(key));
                if meant.map(ToString::to_string).as_deref() != Some(number) {
                    let key = key.map(|(key, _)| key);
                    problems.push(format!("{page}: {link}{number} means {key:?}, which is event {meant:?}"));
                }
            }
        }
    }
    assert_none(problems);
    assert!(count > 0, "no page points at an event");
}

fn position(events: &[Event], kind: &str) -> usize {
    events.iter().position(|event| event.kind == kind).unwrap()
}

#[test]
fn two_events_of_one_actor_in_another_order_are_a_difference() {
    let run = runs("lost_wake_up").unwrap().remove(0);
    assert!(recording::differences(&run.lesson, &run.events, &run.events).is_empty());
    let mut other = run.events.clone();
    let (set, miss) = (position(&other, "set"), position(&other, "miss"));
    other.swap(set, miss);
    assert_eq!(recording::differences(&run.lesson, &run.events, &other).len(), 1);
    let mut fewer = run.events.clone();
    fewer.remove(position(&fewer, "look"));
    assert_eq!(recording::differences(&run.lesson, &run.events, &fewer).len(), 1);
}
