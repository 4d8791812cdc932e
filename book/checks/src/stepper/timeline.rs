//! The timeline of a recording: who was in which state during which events, and who woke whom. `book/tables/stepper.jinja` draws it.

use super::shown::Shown;
use serde_json::{Value, json};

/// Where each event begins, in percent of the width. If times mean something, half of the width is for the events, and half for the
/// time between them: otherwise, events that follow each other quickly would be in one place.
pub fn columns(shown: &Shown) -> Vec<f64> {
    let count = shown.events.len() + 1;
    let time = |index: usize| shown.events.get(index).and_then(|event| event.ms).unwrap_or_default();
    let total = time(shown.events.len().saturating_sub(1)).saturating_sub(time(0));
    let mut x = 0.0;
    let width = |index: usize| {
        let share = 100.0 / count as f64;
        if total == 0 || shown.events[0].ms.is_none() {
            return share;
        }
        let passes =
            if index > 0 && index < shown.events.len() { time(index).saturating_sub(time(index - 1)) } else { 0 };
        share / 2.0 + 50.0 * passes as f64 / total as f64
    };
    let column = |index: usize| {
        let here = (x * 100.0_f64).round() / 100.0;
        x += width(index);
        here
    };
    (0..count).map(column).collect()
}

/// What the picture shows.
pub fn data(shown: &Shown) -> Value {
    let columns = columns(shown);
    let left = |event: usize| columns.get(event).copied().unwrap_or(100.0);
    let row = |id: &str| shown.lesson.lanes.iter().position(|lane| lane == id);
    let lane = |lane: &String| {
        let span = |(is, first, last)| json!({ "is": is, "first": first, "from": left(first), "to": left(last + 1) });
        json!({ "name": shown.lesson.name(lane), "spans": spans(shown, lane).into_iter().map(span).collect::<Vec<_>>() })
    };
    let events = || (1..).zip(&shown.events);
    let stages =
        events().filter_map(|(number, event)| Some(json!({ "x": left(number), "name": event.stage.as_ref()? })));
    let wakes = events().flat_map(|(number, event)| event.wakes.iter().map(move |wake| (number, event.is_lost, wake)));
    let wakes = wakes.filter_map(|(number, is_lost, (by, woken))| {
        Some(json!({ "x": left(number), "from": row(by), "to": row(woken)?, "is_lost": is_lost }))
    });
    let shows =
        |state: &&str| shown.lesson.lanes.iter().any(|lane| spans(shown, lane).iter().any(|(is, ..)| is == state));
    let legend = ["running", "queued", "waiting", "served", "resting", "new", "stuck"].into_iter().filter(shows);
    json!({
        "words": words(shown),
        "stages": stages.collect::<Vec<_>>(),
        "lanes": shown.lesson.lanes.iter().map(lane).collect::<Vec<_>>(),
        "wakes": wakes.collect::<Vec<_>>(),
        "legend": legend.collect::<Vec<_>>(),
        "columns": columns,
    })
}

/// The times in which a thing is in one state: the state, and the first and the last event of it.
fn spans(shown: &Shown, lane: &str) -> Vec<(String, usize, usize)> {
    let mut spans: Vec<(String, usize, usize)> = Vec::new();
    for (event, state) in shown.states.iter().enumerate() {
        let is = state.get(lane).map_or("", |state| &state.is).to_owned();
        match spans.last_mut() {
            Some((before, _, last)) if *before == is => *last = event,
            _ => spans.push((is, event, event)),
        }
    }
    spans.retain(|(is, ..)| !is.is_empty());
    spans
}

/// The picture in words, for those who cannot see it.
fn words(shown: &Shown) -> String {
    let lane = |lane: &String| {
        let spans = spans(shown, lane);
        let spans = spans.iter().map(|(is, first, _)| format!("{is} from event {first}"));
        format!("{}: {}", shown.lesson.name(lane), spans.collect::<Vec<_>>().join(", "))
    };
    shown.lesson.lanes.iter().map(lane).collect::<Vec<_>>().join("; ")
}
