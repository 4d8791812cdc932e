//! Recordings that cannot have happened, because an event was changed: each rule refuses one.

use super::position;
use book_checks::assert_none;
use book_checks::stepper::event::Event;
use book_checks::stepper::lesson::Lesson;
use book_checks::stepper::replay;
use book_checks::stepper::shown::runs;

/// The recording of the lost wake-up, with a change that makes it impossible.
fn refused(change: impl FnOnce(&mut Vec<Event>)) -> String {
    changed("lost_wake_up", "lost", change)
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
    let cases: [(String, &str); 9] = [
        (refused(without("queue")), "task 1 is polled, and the queue is []"),
        (refused(twice("queue")), "task 1 is in the queue already"),
        (refused(without("poll")), "acts, and is queued"),
        (refused(change("look", |event| event.value = "yes".to_owned())), "has_happened is “no”, and is seen as “yes”"),
        (refused(change("miss", |event| event.kind = "take".to_owned())), "waker holds no waker that could be taken"),
        (
            refused(change("miss", |event| (event.kind, event.of) = ("queue".to_owned(), "task 1".to_owned()))),
            "other wakes task 1, whose waker it does not have",
        ),
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
    // A task is in the queue when its thread parks, and when all others give up. It is woken after its end, and after a turn for no reason.
    let woken = |by: &str| Event { kind: "queue".into(), of: "task 1".into(), by: by.into(), ..Event::default() };
    let parks = refused(|events| events.insert(position(events, "pending"), woken("task 1")));
    let gives_up = refused(|events| {
        events.retain(|event| event.kind != "park");
        events.insert(position(events, "pending"), woken("task 1"));
    });
    let is_done =
        changed("lost_wake_up", "cured", |events| events.insert(position(events, "ready") + 1, woken("main")));
    let again = refused(|events| events.insert(position(events, "pending") + 1, woken("main")));
    assert!(parks.contains("it parks, and the queue is"), "{parks}");
    assert!(gives_up.contains("nothing more happens, and the queue is"), "{gives_up}");
    assert!(is_done.contains("task 1 is done, and is woken"), "{is_done}");
    assert!(again.contains("main wakes task 1, whose waker it does not have"), "{again}");
}

/// What becomes of a run of a frame with this change.
fn changed(frame: &str, id: &str, change: impl FnOnce(&mut Vec<Event>)) -> String {
    let run = runs(frame).unwrap().into_iter().find(|run| run.id == id).unwrap();
    let mut events = run.events;
    change(&mut events);
    replay::replay(&run.lesson, &events).map_or_else(|failure| failure.to_string(), |_| "it is accepted".to_owned())
}

/// The place of the event of this actor, kind and ordinal: `serve 1/sleep/1`.
fn place(frame: &str, events: &[Event], key: &str) -> usize {
    let keys = Lesson::read(frame).unwrap().keys(events);
    keys.iter().position(|one| one == key).unwrap_or_else(|| panic!("{frame}: {key} does not happen"))
}

/// Takes an event out, and with another kind puts it in again.
enum Change {
    Without(&'static str),
    Twice(&'static str),
    Kind(&'static str, &'static str),
    RestAfter(&'static str),
    Swap(&'static str, &'static str),
}

#[test]
fn a_task_that_is_queued_by_what_does_not_have_its_waker_is_refused() {
    use Change::{Swap, Without};
    all_refused([
        // The waker was not taken out of the place where it was left; the timer was not due.
        ("lost_wake_up/cured", Without("other/take/1"), "other wakes task 1, whose waker it does not have"),
        ("reactor/reactor", Without("main/take/1"), "main wakes task 1, whose waker it does not have"),
        ("reactor/reactor", Without("main/pull/1"), "main wakes task 2, whose waker it does not have"),
        ("woken_while_it_runs/while_it_runs", Without("worker/take/1"), " wakes task 0, whose waker it does not have"),
        ("woken_while_it_runs/while_it_runs", Without("worker/take/3"), " wakes task 1, whose waker it does not have"),
        ("one_loop/one_loop", Without("main/pull/1"), "main wakes client 2, whose waker it does not have"),
        // No line has come that the kernel could report.
        ("one_loop/one_loop", Without("client 2/send/1"), "main wakes client 2, whose waker it does not have"),
        // The executor comes back to a task after it has polled another one.
        ("two_tasks/two_tasks", Swap("main/queue/3", "main/poll/2"), "main wakes task 0, whose waker it does not have"),
    ]);
}

#[test]
fn each_rule_of_servers_clients_and_permits_refuses_a_recording_that_breaks_it() {
    use Change::{Kind, RestAfter, Swap, Twice, Without};
    all_refused([
        (
            "three_clients/one_at_a_time",
            Without("client 2/connect/1"),
            "client 2 is accepted, and the backlog is [\"client 3\"]",
        ),
        (
            "three_clients/one_at_a_time",
            Swap("client 2/connect/1", "client 3/connect/1"),
            "client 2 is accepted, and the backlog is",
        ),
        ("three_clients/one_at_a_time", Twice("client 2/connect/1"), "client 2 connects, and is waiting"),
        ("three_clients/one_at_a_time", Twice("run/answer/1"), "client 1 is answered, and is done"),
        ("three_clients/one_at_a_time", Without("run/accept/2"), "client 2 is answered, and is waiting"),
        ("three_clients/one_at_a_time", Without("run/sleep/1"), "a timer wakes run, which has set none"),
        ("three_clients/one_at_a_time", Without("timer/due/1"), "run begins a turn, and is waiting"),
        ("three_clients/one_thread", RestAfter("run/accept/2"), "main rests, and serve 2 is queued"),
        ("three_clients/one_thread", Without("serve 2/begin/1"), "serve 2 acts, and is queued"),
        ("three_clients/two_threads", Twice("serve 1/sleep/1"), "serve 1 acts, and is waiting"),
        ("one_loop/one_loop", RestAfter("main/queue/4"), "main rests, and the queue is [\"client 2\"]"),
        ("one_loop/one_loop", Twice("client 2/receive/1"), "client 2 has sent nothing that could be read"),
        ("one_loop/one_loop", Without("client 2/receive/1"), "client 2 gets a line that it has not sent"),
        (
            "woken_while_it_runs/while_it_runs",
            Swap("task 1/pending/2", "worker/notify/1"),
            "task 1 is woken in its turn, and is waiting",
        ),
        (
            "the_turn/the_turn",
            Without("main/leave line/1"),
            "a permit is handed to C, and the line is [\"B\", \"C\", \"D\"]",
        ),
        ("the_turn/the_turn", Without("main/hand/1"), "D gets a permit that is passed on by C"),
        ("the_turn/the_turn", Kind("D/join/1", "acquire"), "a permit is taken that is held by A"),
        ("the_turn/the_turn", Kind("A/hand/1", "free"), "a permit becomes free, and the line is [\"C\", \"D\"]"),
        ("the_turn/the_turn", Kind("main/leave line/1", "pass on"), "B passes on a permit that is held by A"),
        ("the_turn/the_turn", Without("A/acquire/1"), "A hands over a permit that is free"),
        ("the_turn/the_turn", Without("A/yield/1"), "A begins a turn, and is running"),
        ("dropped/dropped", Swap("second/sleep/1", "main/drop/2"), "second is dropped, and is running"),
        ("coroutines/who_has_the_thread", Without("main/push/2"), "waits does not hold coroutine 2"),
        ("coroutines/who_has_the_thread", Twice("main/over/1"), "the wait of coroutine 2 is over, and it is queued"),
    ]);
}

/// Sees that each of these recordings is refused with this change, and why.
fn all_refused<const N: usize>(cases: [(&str, Change, &str); N]) {
    use Change::{Kind, RestAfter, Swap, Twice, Without};
    assert_none(cases.into_iter().filter_map(|(run, change, expected)| {
        let (frame, id) = run.split_once('/').unwrap();
        let said = changed(frame, id, |events| {
            let before = events.clone();
            let at = |key| place(frame, &before, key);
            match change {
                Without(key) => drop(events.remove(at(key))),
                Twice(key) => events.insert(at(key), events[at(key)].clone()),
                Kind(key, kind) => events[at(key)].kind = kind.to_owned(),
                Swap(one, other) => events.swap(at(one), at(other)),
                RestAfter(key) => {
                    let rest = Event { by: "main".to_owned(), kind: "rest".to_owned(), ..Event::default() };
                    events.insert(at(key) + 1, rest);
                }
            }
        });
        (!said.contains(expected)).then(|| format!("{run}: {said}, and not: {expected}"))
    }));
}
