//! The page, in two windows of a real browser.

use super::chat;
use super::talker::Talker;
use ::browser::{Browser, Window};
use harness::{Result, SAFETY, Server, has_tool};
use serde_json::json;
use std::process::{Child, Stdio};

/// The window of a phone.
const PHONE: (u32, u32) = (412, 915);

/// Opens the chat in a new window.
fn open(browser: &mut Browser, server: &Server) -> Result<Window> {
    browser.open(&format!("http://{}", server.address()), PHONE)
}

/// Writes this into the window, and sends it.
fn write(browser: &mut Browser, window: &Window, text: &str) {
    let text = json!(text);
    let written =
        format!("!send.disabled && (document.querySelector('input').value = {text}, form.requestSubmit(), true)");
    browser.wait_for(window, &written).unwrap();
}

/// Waits until the window shows this message.
fn shows(browser: &mut Browser, window: &Window, message: &str) {
    let message = json!(message);
    let shown = format!("[...document.querySelectorAll('li')].some(item => item.textContent === {message})");
    browser.wait_for(window, &shown).unwrap();
}

/// A chat that is started again where another one was. It is killed when dropped.
struct Again(Child);

impl Drop for Again {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
#[ignore = "slow, `cargo test --test book --test chat -- --ignored browser` does it"]
fn two_windows_of_a_real_browser_chat_and_come_back_after_the_server() -> Result {
    if !has_tool("chromium") {
        return Ok(());
    }
    let mut server = chat().start()?;
    let mut browser = Browser::start()?;
    let (ann, bob) = (open(&mut browser, &server)?, open(&mut browser, &server)?);
    write(&mut browser, &ann, "An n"); // a name that is refused
    shows(&mut browser, &ann, "A name has 1 to 20 letters or digits, and no spaces. Which one is yours?");
    write(&mut browser, &ann, "Ann");
    shows(&mut browser, &ann, "Hello, Ann! Others in this room: 0");
    write(&mut browser, &bob, "Bob");
    shows(&mut browser, &ann, "Bob is here");
    they_talk(&mut browser, &ann, &bob);
    [&ann, &bob].into_iter().for_each(|window| fits_on_a_phone(&mut browser, window));

    server.terminate()?;
    for window in [&ann, &bob] {
        shows(&mut browser, window, "The connection is closed: the server is stopping");
        browser.wait_for(window, "state.textContent.startsWith('not connected; trying again in ')").unwrap();
    }
    server.wait_for_exit()?;
    let mut again = chat().command();
    let _again = Again(again.arg(server.address().to_string()).stdout(Stdio::null()).spawn()?);
    for (window, name) in [(&ann, "Ann"), (&bob, "Bob")] {
        browser.wait_for(window, &format!("state.textContent === 'connected as {name}'")).unwrap();
    }
    write(&mut browser, &bob, "back again");
    shows(&mut browser, &ann, "Bob: back again");
    a_lost_connection_never_makes_a_name_of_a_message(&mut browser, &server, [&ann, &bob])?;
    not_all_come_back_at_the_same_time(&mut browser, &ann);
    Ok(())
}

/// Ann's connection ends, and another client has her name when she comes back, as her own old connection might. What she writes meanwhile
/// is not sent, and when the name is free again, she is in the room under it.
fn a_lost_connection_never_makes_a_name_of_a_message(
    browser: &mut Browser,
    server: &Server,
    [ann, bob]: [&Window; 2],
) -> Result {
    // On a slow machine, her page would be back before the other client is there. So it connects when the test says so.
    let held = "window.really = connect, connect = () => waits = true, window.waits = false";
    browser.wait_for(ann, &format!("({held}, text.value = 'Secretplan', socket.close(), true)")).unwrap();
    shows(browser, bob, "Ann has left");
    let other = Talker::connect(server, SAFETY)?.called("Ann")?;
    browser.wait_for(ann, "waits && (connect = really, connect(), true)").unwrap();
    shows(browser, ann, "Ann is here already. Which other name is yours?");
    assert_eq!(browser.wait_for(ann, "send.disabled && [prompt.textContent]").unwrap(), json!(["Your message"]));
    browser.wait_for(ann, "(form.requestSubmit(), true)").unwrap();
    drop(other);
    browser.wait_for(ann, "state.textContent === 'connected as Ann'").unwrap();
    assert_eq!(browser.wait_for(ann, "[name, text.value]").unwrap(), json!(["Ann", "Secretplan"]));
    Ok(())
}

/// Pauses are random, from none to two seconds at first, and to half a minute later.
fn not_all_come_back_at_the_same_time(browser: &mut Browser, window: &Window) {
    let pauses = "[0, 9].map(failures => Array.from({ length: 2000 }, () => pause(failures)))";
    let pauses: Vec<Vec<f64>> = serde_json::from_value(browser.wait_for(window, pauses).unwrap()).unwrap();
    for (mut pauses, longest) in pauses.into_iter().zip([2.0, 30.0]) {
        pauses.extend([0.0, longest]);
        pauses.sort_by(f64::total_cmp);
        assert_eq!((pauses[0], pauses[2001]), (0.0, longest), "none is longer");
        let longest_gap = pauses.windows(2).map(|two| two[1] - two[0]).fold(0.0, f64::max);
        assert!(longest_gap < longest / 20.0, "some moment is left out: {pauses:?}");
    }
}

/// The other page shows exactly what one page sends.
fn they_talk(browser: &mut Browser, ann: &Window, bob: &Window) {
    let html = "<b>hello</b> <img src=x onerror=alert(1)> &amp;";
    write(browser, ann, html);
    shows(browser, ann, html);
    shows(browser, bob, &format!("Ann: {html}"));
    let long = "a_long_word_".repeat(80);
    write(browser, bob, &long);
    shows(browser, ann, &format!("Bob: {long}"));
}

/// Nothing is wider than the window, and the button is in it and large enough for a thumb.
fn fits_on_a_phone(browser: &mut Browser, window: &Window) {
    let numbers = "[document.documentElement.scrollWidth, messages.scrollWidth, innerWidth]";
    assert_eq!(browser.wait_for(window, numbers).unwrap(), json!([412, 412, 412]));
    let button = browser.wait_for(window, "send.getBoundingClientRect().toJSON()").unwrap();
    let number = |name: &str| button[name].as_f64().unwrap();
    assert!(number("right") <= 412.0 && number("bottom") <= 915.0 && number("height") >= 44.0, "{button}");
}
