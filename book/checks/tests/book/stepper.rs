//! The recordings through which a reader can step: they are what the programs do, they can have happened, and the lessons fit.

#![allow(clippy::unwrap_used)] // in helpers, too: a test says what went wrong by failing at that line

use book_checks::stepper::event::Event;
use book_checks::stepper::lesson::{Lesson, frames};
use book_checks::stepper::shown::runs;
use book_checks::stepper::{page, recording, replay};
use book_checks::{assert_none, snapshot};

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
    assert_none(frames().into_iter().flat_map(|frame| {
        let lesson = Lesson::read(&frame).unwrap();
        let problems = lesson.runs.iter().flat_map(|run| {
            let committed = recording::committed(&frame, &run.id).unwrap();
            // Which of two threads comes first is for the machine to say, but what each of them does is not.
            recording::record(&lesson, run).map_or_else(
                |failure| vec![failure.to_string()],
                |now| {
                    let again = replay::replay(&lesson, &now).err().map(|failure| format!("the run of now: {failure}"));
                    recording::differences(&committed, &now).into_iter().chain(again).collect()
                },
            )
        });
        problems.map(|problem| format!("{frame}: {problem}")).collect::<Vec<_>>()
    }));
}

/// The recording of the lost wake-up, with a change that makes it impossible.
fn refused(change: impl FnOnce(&mut Vec<Event>)) -> String {
    let run = runs("lost_wake_up").unwrap().remove(0);
    let mut events = run.events;
    change(&mut events);
    replay::replay(&run.lesson, &events).map_or_else(|failure| failure.to_string(), |_| "it is accepted".to_owned())
}

fn position(events: &[Event], kind: &str) -> usize {
    events.iter().position(|event| event.kind == kind).unwrap()
}

#[test]
fn a_recording_that_cannot_have_happened_is_refused() {
    let without = |kind: &'static str| move |events: &mut Vec<Event>| drop(events.remove(position(events, kind)));
    let change = |kind: &'static str, change: fn(&mut Event)| {
        move |events: &mut Vec<Event>| {
            let place = position(events, kind);
            change(&mut events[place]);
        }
    };
    let twice = |kind: &'static str| {
        move |events: &mut Vec<Event>| {
            let place = position(events, kind);
            events.insert(place, events[place].clone());
        }
    };
    let cases: [(String, &str); 8] = [
        (refused(without("queue")), "task 1 is polled, and the queue is []"),
        (refused(twice("queue")), "task 1 is in the queue already"),
        (refused(without("poll")), "acts, and is queued"),
        (refused(change("look", |event| event.value = "yes".to_owned())), "has_happened is “no”, and is seen as “yes”"),
        (refused(change("miss", |event| event.kind = "take".to_owned())), "waker holds no waker that could be taken"),
        (
            refused(|events| {
                events.push(Event {
                    kind: "miss".to_owned(),
                    by: "timeout".to_owned(),
                    ..events[position(events, "miss")].clone()
                });
            }),
            "waker holds a waker, and is said to hold none",
        ),
        (
            refused(|events| {
                let (queue, poll) = (position(events, "queue"), position(events, "poll"));
                events.swap(queue, poll);
            }),
            "task 1 is polled, and the queue is []",
        ),
        (refused(change("pending", |event| event.kind = "stop".to_owned())), "there is no kind of event called stop"),
    ];
    for (said, expected) in cases {
        assert!(said.contains(expected), "{said}, and not: {expected}");
    }
    let parks = refused(|events| {
        let place = position(events, "park");
        let woken =
            Event { kind: "queue".to_owned(), of: "task 1".to_owned(), by: "main".to_owned(), ..events[place].clone() };
        events.insert(place, woken);
    });
    assert!(parks.contains("it parks, and the queue is"), "{parks}");
}

#[test]
fn two_events_of_one_actor_in_another_order_are_a_difference() {
    let run = runs("lost_wake_up").unwrap().remove(0);
    assert!(recording::differences(&run.events, &run.events).is_empty());
    let mut other = run.events.clone();
    let (set, miss) = (position(&other, "set"), position(&other, "miss"));
    other.swap(set, miss);
    assert_eq!(recording::differences(&run.events, &other).len(), 1);
    let mut fewer = run.events.clone();
    fewer.remove(position(&fewer, "look"));
    assert_eq!(recording::differences(&run.events, &fewer).len(), 1);
}
