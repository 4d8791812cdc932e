//! What the boxes of a stepper show: at each event what was recorded, there and back, by keys and by buttons.

use super::{Frame, Window};
use book_checks::stepper::lesson::Thing;
use book_checks::stepper::replay::{State, States};
use book_checks::stepper::shown::Shown;
use browser::Browser;
use serde_json::{Map, Value, json};

/// Steps through a recording to its end and back, as `STEP` does it. Returns what the boxes show at each event, in what the states differ
/// on the way back, and how many events look like one before them.
const THERE_AND_BACK: &str = "(() => {
    const frame = document.querySelector('FRAME');
    const html = (selector) => [...frame.querySelectorAll(selector)].map((element) => element.innerHTML).join();
    const seen = () => html('.st-sentence, .st-boxes');
    const shown = () => seen() + html('.st-where') + frame.querySelector('input').value
        + [...frame.querySelectorAll('.st-file :is(.st-now, .st-there)')].map((line) => line.dataset.at + line.className + line.textContent).join()
        + [...frame.querySelectorAll('.st-chosen .st-cursor')].map((cursor) => cursor.getAttribute('x')).join();
    const now = (card, place) => [...card.querySelectorAll(`${place} > :is(ins, span:not(.st-none))`)].map((word) => word.textContent);
    const cards = () => Object.fromEntries([...frame.querySelectorAll('.st-card')].map((card) =>
        [card.dataset.thing, ['.st-state', '.st-what', ':is(.st-chips, .st-lines)'].map((place) => now(card, place))]));
    const step = STEP;
    const isAsking = () => !frame.querySelector('.st-question').hidden;
    const [there, looks, states] = [[shown()], [seen()], [cards()]];
    for (let pressed = 0; pressed < 3 * LAST; pressed++) {
        step('→');
        if (isAsking() || there.length > LAST) continue;
        there.push(shown());
        looks.push(seen());
        states.push(cards());
    }
    const end = frame.querySelector('.st-where a').textContent;
    const differ = [];
    for (let number = LAST; number >= 0; number--) {
        if (shown() !== there[number]) differ.push(number);
        step('←');
    }
    return [states, end, differ, looks.length - new Set(looks).size, frame.querySelector('.st-where a').textContent];
})()";

/// How a reader steps: with a key, or with the button that shows it in its title.
const STEPS: [&str; 2] = [
    "(arrow) => frame.dispatchEvent(new KeyboardEvent('keydown', { key: { '→': 'ArrowRight', '←': 'ArrowLeft' }[arrow], bubbles: true, cancelable: true }))",
    "(arrow) => frame.querySelector(`.st-controls button[title*='${arrow}']`).click()",
];

/// What the boxes must show before the first event of a recording and after each: the state, the words and the names in each thing.
pub fn recorded(run: &Shown) -> Vec<Value> {
    let words = |word: &String| if word.is_empty() { json!([]) } else { json!([word]) };
    let boxed: Vec<_> = run.lesson.things.iter().filter(|(_, thing)| !thing.r#box.is_empty()).collect();
    let after = |states: &States| {
        let card = |(id, thing): &(&String, &Thing)| {
            let State { is, what, holds } = states.get(*id).cloned().unwrap_or_default();
            let name = |held: &String| if thing.lines { held.clone() } else { run.lesson.name(held).to_owned() };
            let holds: Vec<String> = holds.iter().flatten().map(name).collect();
            ((*id).clone(), json!([words(&is), words(&what), holds]))
        };
        Value::Object(boxed.iter().map(card).collect::<Map<_, _>>())
    };
    run.states.iter().map(after).collect()
}

pub fn every_recording_shows_its_states_there_and_back_and_no_two_events_look_alike(
    browser: &mut Browser,
    frame: &Frame,
    window: &Window,
) {
    for ((run, last), states) in frame.runs.iter().zip(&frame.states) {
        for step in STEPS {
            frame.go(browser, window, run, 0, *last);
            let script = THERE_AND_BACK.replace("STEP", step).replace("LAST", &last.to_string());
            let mut seen = frame.get(browser, window, &script);
            let boxes = seen[0].take();
            for (number, state) in states.iter().enumerate() {
                assert_eq!(boxes[number], *state, "{run}, event {number}: what the boxes show, and what was recorded");
            }
            let of = |number: usize| format!("Event {number} of {last}");
            assert_eq!(boxes.as_array().map(Vec::len), Some(last + 1), "{run}: events");
            assert_eq!(seen, json!([null, of(*last), [], 0, of(0)]), "{run}: states there and back");
        }
    }
    let url = frame.get(browser, window, "location.href.split('#')[0]");
    assert_eq!(url, json!(frame.url), "mdBook has turned the page");
    let outside = "performance.getEntriesByType('resource').filter(e => !e.name.startsWith('file:')).length";
    assert_eq!(frame.get(browser, window, outside), 0, "the page asks the network for something");
}
