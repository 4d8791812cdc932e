//! The stepper as a real browser shows it: every recording there and back, keys, fragments, questions, a phone, paper, no JavaScript.

#![allow(clippy::unwrap_used)] // in helpers, too: a test says what went wrong by failing at that line

mod looks;
mod states;

use crate::site::pages;
use book_checks::has_tool;
use book_checks::stepper::lesson::frames;
use book_checks::stepper::shown::{Shown, runs, shown};
use browser::{Browser, Window};
use serde_json::{Value, json};
use std::thread;

const DESKTOP: (u32, u32) = (1280, 1000);
const PHONE: (u32, u32) = (390, 844);
/// The width of a printed page, in pixels.
const PAPER: u32 = 718;

/// A frame in its page.
struct Frame {
    name: String,
    url: String,
    runs: Vec<(String, usize)>,
    /// For each of its runs, what its boxes must show before the first event and after each.
    states: Vec<Vec<Value>>,
}

fn all_frames() -> Vec<Frame> {
    let frame = |name: String| {
        let mark = format!("id=\"stepper-{name}\"");
        let is_its_page = |page: &&book_checks::site::Page| page.name() != "print.html" && page.text.contains(&mark);
        let page = pages().iter().find(is_its_page).unwrap_or_else(|| panic!("no page shows {name}"));
        let runs: Vec<Shown> = runs(&name).unwrap().iter().map(|run| shown(run).unwrap()).collect();
        let states = runs.iter().map(states::recorded).collect();
        let runs = runs.into_iter().map(|run| (run.id, run.events.len())).collect();
        Frame { url: format!("file://{}", page.path.canonicalize().unwrap().display()), name, runs, states }
    };
    frames().into_iter().map(frame).collect()
}

/// Something that must be true of each frame.
type Check = fn(&mut Browser, &Frame, &Window);

/// One after the other in a window that is opened once, because a page takes a second to open.
const CHECKS: [Check; 3] = [
    a_fragment_leads_to_its_event_and_the_other_recording_opens_at_its_stage,
    states::every_recording_shows_its_states_there_and_back_and_no_two_events_look_alike,
    looks::nothing_looks_wrong_at_any_event,
];

/// The same in another window: what was asked once is not asked again, and the last one turns the page.
const CHECKS_WITH_QUESTIONS: [Check; 2] =
    [a_question_is_asked_once_and_has_one_right_answer, keys_work_in_the_frame_and_turn_the_page_outside_of_it];

const CHECKS_ON_A_PHONE: [Check; 3] =
    [nothing_is_wider_than_a_phone, looks::nothing_looks_wrong_at_any_event, looks::nothing_is_too_small_on_a_phone];

/// In Chromium alone: the first one is slow, and colours are the same in each browser. Firefox cannot be told to do the others.
const CHECKS_IN_CHROMIUM: [Check; 3] = [
    looks::text_stands_out_in_each_theme,
    on_paper_there_are_timelines_tables_and_the_source,
    without_javascript_there_are_timelines_tables_and_the_source,
];

/// Both browsers at the same time.
#[test]
#[ignore = "slow, `cargo test --test book --test chat -- --ignored browser` does it"]
fn every_stepper_works_in_each_real_browser() {
    thread::scope(|scope| {
        if has_tool("firefox") {
            scope.spawn(|| every_stepper_works_in(Browser::start_firefox().unwrap(), &[]));
        }
        if has_tool("chromium") {
            every_stepper_works_in(Browser::start().unwrap(), &CHECKS_IN_CHROMIUM);
        }
    });
}

fn every_stepper_works_in(mut browser: Browser, more: &[Check]) {
    let browser = &mut browser;
    for frame in all_frames() {
        let (run, _) = frame.runs.last().unwrap();
        let window = frame.open(browser, &format!("{run}-2"), DESKTOP);
        CHECKS.iter().chain(more).for_each(|check| check(browser, &frame, &window));
        let window = frame.open(browser, "", DESKTOP);
        CHECKS_WITH_QUESTIONS.iter().for_each(|check| check(browser, &frame, &window));
        let window = frame.open(browser, "", PHONE);
        CHECKS_ON_A_PHONE.iter().for_each(|check| check(browser, &frame, &window));
        browser.close_all().unwrap();
    }
}

impl Frame {
    fn open(&self, browser: &mut Browser, fragment: &str, size: (u32, u32)) -> Window {
        let window = browser.open(&format!("{}#{fragment}", self.url), size).unwrap();
        self.get(browser, &window, "document.querySelector('FRAME').focus({ preventScroll: true })");
        window
    }

    /// To an event by its fragment, with the frame in focus.
    fn go(&self, browser: &mut Browser, window: &Window, run: &str, number: usize, last: usize) {
        browser.evaluate(window, &format!("location.hash = ''; location.hash = '#{run}-{number}'")).unwrap();
        self.get(browser, window, "document.querySelector('FRAME').focus({ preventScroll: true })");
        let name = &self.name;
        let is_there =
            format!("document.querySelector('#stepper-{name} .st-where a').textContent === 'Event {number} of {last}'");
        browser.wait_for(window, &is_there).unwrap();
    }

    /// The value of an expression in which `FRAME` means this frame.
    fn get(&self, browser: &mut Browser, window: &Window, expression: &str) -> Value {
        browser.evaluate(window, &expression.replace("FRAME", &format!("#stepper-{}", self.name))).unwrap()
    }

    fn at(&self, browser: &mut Browser, window: &Window) -> String {
        self.get(browser, window, "document.querySelector('FRAME .st-where a').textContent")
            .as_str()
            .unwrap()
            .to_owned()
    }

    fn is_asking(&self, browser: &mut Browser, window: &Window) -> bool {
        self.get(browser, window, "!document.querySelector('FRAME .st-question').hidden") == true
    }
}

fn keys_work_in_the_frame_and_turn_the_page_outside_of_it(browser: &mut Browser, frame: &Frame, window: &Window) {
    let (run, last) = &frame.runs[0];
    frame.go(browser, window, run, 0, *last);
    for (key, expected) in [("End", *last), ("ArrowRight", *last), ("Home", 0), ("ArrowLeft", 0), ("ArrowRight", 1)] {
        browser.press(window, key).unwrap();
        assert_eq!(frame.at(browser, window), format!("Event {expected} of {last}"), "{key}");
    }
    let is_playing = "document.querySelector('FRAME .st-play').textContent.includes('Stop')";
    browser.press(window, " ").unwrap();
    assert_eq!(frame.get(browser, window, is_playing), true);
    browser.press(window, " ").unwrap();
    assert_eq!(frame.get(browser, window, is_playing), false);
    // A button at its end keeps the focus, so that the next key does not turn the page.
    browser.press(window, "End").unwrap();
    frame.get(browser, window, "document.querySelector('FRAME .st-controls .st-main').focus()");
    browser.press(window, "Enter").unwrap();
    browser.press(window, "ArrowLeft").unwrap();
    assert_eq!(frame.at(browser, window), format!("Event {} of {last}", last - 1));
    frame.get(browser, window, "document.activeElement.blur()");
    browser.press(window, "ArrowRight").unwrap();
    browser.wait_for(window, &format!("!location.href.startsWith('{}')", frame.url)).unwrap();
}

/// Presses → until a question is asked, or the recording is at its end. Returns whether it is a question.
const TO_THE_NEXT_QUESTION: &str = "(() => {
    const frame = document.querySelector('FRAME');
    const isAsking = () => !frame.querySelector('.st-question').hidden;
    for (let pressed = 0; pressed < 99 && !isAsking(); pressed++) {
        frame.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true, cancelable: true }));
    }
    return isAsking();
})()";

fn a_question_is_asked_once_and_has_one_right_answer(browser: &mut Browser, frame: &Frame, window: &Window) {
    for (run, last) in &frame.runs {
        frame.go(browser, window, run, 0, *last);
        let mut asked = 0;
        while frame.get(browser, window, TO_THE_NEXT_QUESTION) == true {
            asked += 1;
            looks::the_timeline_does_not_give_the_answer_away(browser, frame, window);
            let answers = "[...document.querySelectorAll('FRAME .st-option')].map(option => { option.click();
                return document.querySelector('FRAME .st-answer').textContent.split('.')[0]; })";
            let answers = frame.get(browser, window, answers);
            let answers = answers.as_array().unwrap();
            assert_eq!(answers.iter().filter(|word| *word == "Right").count(), 1, "{answers:?}");
            assert!(answers.len() > 1 && answers.iter().all(|word| *word == "Right" || *word == "No"), "{answers:?}");
            let before = frame.at(browser, window);
            frame.get(browser, window, "document.querySelector('FRAME .st-question .st-main').click()");
            assert_ne!(frame.at(browser, window), before);
            for key in ["ArrowLeft", "ArrowRight"] {
                browser.press(window, key).unwrap();
                assert!(!frame.is_asking(browser, window), "it is asked again");
            }
        }
        assert!(asked > 0 || frame.runs.len() > 1, "{run}: nothing is asked");
    }
}

fn a_fragment_leads_to_its_event_and_the_other_recording_opens_at_its_stage(
    browser: &mut Browser,
    frame: &Frame,
    window: &Window,
) {
    let (run, last) = frame.runs.last().unwrap();
    assert_eq!(frame.at(browser, window), format!("Event 2 of {last}"));
    browser.evaluate(window, &format!("location.hash = '#{run}-999'")).unwrap();
    let ended = format!(
        "document.querySelector('#stepper-{} .st-where a').textContent === 'Event {last} of {last}'",
        frame.name
    );
    browser.wait_for(window, &ended).unwrap();
    frame.get(browser, window, "document.querySelector('FRAME .st-foot button').click()");
    assert_eq!(
        frame.get(
            browser,
            window,
            "document.querySelectorAll('FRAME .st-run:not([hidden]) .st-table:not([hidden])').length"
        ),
        1
    );
    if frame.runs.len() > 1 {
        let (_, other) = &frame.runs[0];
        frame.get(browser, window, "document.querySelector('FRAME .st-tab').click()");
        let at = frame.at(browser, window);
        assert!(at.ends_with(&format!("of {other}")) && !at.starts_with("Event 0 "), "{at}");
    }
}

fn nothing_is_wider_than_a_phone(browser: &mut Browser, frame: &Frame, window: &Window) {
    for (run, last) in &frame.runs {
        for number in [0, last / 2, *last] {
            frame.go(browser, window, run, number, *last);
            let wider = "[...document.querySelectorAll('FRAME .st-panel *')].filter(e => e.getBoundingClientRect().right > 391 && !e.closest('svg')).map(e => e.className)";
            assert_eq!(frame.get(browser, window, wider), json!([]), "{run}, event {number}");
            let hidden = "document.documentElement.scrollWidth - document.documentElement.clientWidth"; // one browser has a scrollbar
            assert_eq!(frame.get(browser, window, hidden), 0, "{run}");
        }
    }
}

/// How many of them can be seen.
fn visible(selector: &str) -> String {
    format!("[...document.querySelectorAll('FRAME {selector}')].filter(e => e.checkVisibility()).length")
}

/// How many timelines, tables, sources and panels can be seen.
fn counts(browser: &mut Browser, frame: &Frame, window: &Window) -> [Value; 4] {
    [".st-timeline", ".st-table", ".st-source", ".st-panel"].map(|part| frame.get(browser, window, &visible(part)))
}

/// All timelines and tables, the source once, and nothing to press.
fn all_to_read(frame: &Frame) -> [Value; 4] {
    let runs = frame.runs.len();
    [json!(runs), json!(runs), json!(1), json!(0)]
}

fn without_javascript_there_are_timelines_tables_and_the_source(browser: &mut Browser, frame: &Frame, _: &Window) {
    let window = browser.window(DESKTOP).unwrap();
    browser.call(Some(&window), "Emulation.setScriptExecutionDisabled", json!({ "value": true })).unwrap();
    browser.go(&window, &frame.url).unwrap();
    assert_eq!(counts(browser, frame, &window), all_to_read(frame), "without JavaScript");
    let smallest = "Math.min(...[...document.querySelectorAll('FRAME .st-table *')].map(e => parseFloat(getComputedStyle(e).fontSize)))";
    let smallest = frame.get(browser, &window, smallest).as_f64().unwrap();
    assert!(smallest >= 12.0, "the table has letters of {smallest} pixels");
}

fn on_paper_there_are_timelines_tables_and_the_source(browser: &mut Browser, frame: &Frame, window: &Window) {
    let (run, last) = &frame.runs[0];
    frame.go(browser, window, run, 1, *last);
    frame.get(browser, window, "window.dispatchEvent(new Event('beforeprint'))");
    browser.call(Some(window), "Emulation.setEmulatedMedia", json!({ "media": "print" })).unwrap();
    let size = |width: u32| json!({ "width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": false });
    browser.call(Some(window), "Emulation.setDeviceMetricsOverride", size(PAPER)).unwrap();
    assert_eq!(counts(browser, frame, window), all_to_read(frame), "on paper");
    assert_eq!(frame.get(browser, window, &visible(":is(.st-cursor, .st-veil)")), 0);
    let unseen = "[...document.querySelectorAll('FRAME .st-timeline :is(text, .st-wake)')].filter(e => !e.checkVisibility()).length";
    assert_eq!(frame.get(browser, window, unseen), 0, "parts of the timelines are not on paper");
    browser.call(Some(window), "Emulation.setDeviceMetricsOverride", size(DESKTOP.0)).unwrap();
    browser.call(Some(window), "Emulation.setEmulatedMedia", json!({ "media": "" })).unwrap();
    frame.get(browser, window, "window.dispatchEvent(new Event('afterprint'))");
    assert_eq!(frame.at(browser, window), format!("Event 1 of {last}"));
    assert_eq!(frame.get(browser, window, &visible(".st-panel")), 1);
}
