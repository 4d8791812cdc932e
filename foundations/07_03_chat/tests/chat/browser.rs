//! The page, in two windows of a real browser, which is told what to do over its DevTools protocol: JSON over WebSocket.

use super::chat;
use super::talker::Talker;
use harness::{Result, SAFETY, Server, has_tool};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::{fs, thread};
use tokio_tungstenite::tungstenite::{self, Message, WebSocket};

/// A headless Chromium. It is killed when dropped.
struct Browser {
    child: Child,
    profile: PathBuf,
    socket: WebSocket<TcpStream>,
    calls: u64,
}

/// A window of it.
#[derive(Clone)]
struct Window(Value);

impl Browser {
    fn start() -> Result<Self> {
        let profile = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("chat-profile-{}", std::process::id()));
        let mut chromium = Command::new("chromium");
        chromium.args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]);
        chromium.args(["--disable-background-networking", "--disable-component-update", "--disable-sync"]);
        chromium.args(["--disable-background-timer-throttling", "--disable-renderer-backgrounding"]);
        chromium.args(["--remote-debugging-port=0", &format!("--user-data-dir={}", profile.display())]);
        let mut child = chromium.stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
        let url = announced(child.stderr.take().unwrap());
        let address = url.strip_prefix("ws://").and_then(|rest| rest.split('/').next()).unwrap();
        let stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(SAFETY * 3))?; // its first start on a machine may take half a minute
        let (socket, _) = tungstenite::client(&url, stream).unwrap();
        Ok(Self { child, profile, socket, calls: 0 })
    }

    /// Calls a method, and waits for its result.
    fn call(&mut self, window: Option<&Window>, method: &str, parameters: Value) -> Value {
        self.calls += 1;
        let mut call = json!({ "id": self.calls, "method": method, "params": parameters });
        if let Some(Window(session)) = window {
            call["sessionId"] = session.clone();
        }
        self.socket.send(Message::text(call.to_string())).unwrap();
        loop {
            let Message::Text(text) = self.socket.read().unwrap() else { continue };
            let mut message: Value = serde_json::from_str(&text).unwrap();
            assert!(message["method"] != "Runtime.exceptionThrown", "{message}");
            if message["id"] == self.calls {
                assert!(message["error"].is_null(), "{method}: {message}");
                return message["result"].take();
            }
        }
    }

    /// Opens the chat in a new window, as large as that of a phone.
    fn open(&mut self, server: &Server) -> Window {
        let target = self.call(None, "Target.createTarget", json!({ "url": "about:blank" }));
        let target = json!({ "targetId": target["targetId"], "flatten": true });
        let window = Window(self.call(None, "Target.attachToTarget", target)["sessionId"].take());
        let phone = json!({ "width": 412, "height": 915, "deviceScaleFactor": 2, "mobile": true });
        self.call(Some(&window), "Emulation.setDeviceMetricsOverride", phone);
        self.call(Some(&window), "Runtime.enable", json!({}));
        self.call(Some(&window), "Page.navigate", json!({ "url": format!("http://{}", server.address()) }));
        self.wait_for(&window, "location.protocol === 'http:' && document.readyState === 'complete'");
        window
    }

    /// Waits until this expression has a value that counts as true, and returns the value.
    fn wait_for(&mut self, window: &Window, expression: &str) -> Value {
        let script = format!(
            "new Promise(done => {{
                const look = () => {{ const found = {expression}; if (found) done(found); else setTimeout(look, 10); }};
                look();
            }})"
        );
        let script = json!({ "expression": script, "awaitPromise": true, "returnByValue": true });
        let mut result = self.call(Some(window), "Runtime.evaluate", script);
        assert!(result["exceptionDetails"].is_null(), "{expression}: {result}");
        result["result"]["value"].take()
    }

    /// Writes this into the window, and sends it.
    fn write(&mut self, window: &Window, text: &str) {
        let text = json!(text);
        self.wait_for(
            window,
            &format!("!send.disabled && (document.querySelector('input').value = {text}, form.requestSubmit(), true)"),
        );
    }

    /// Waits until the window shows this message.
    fn shows(&mut self, window: &Window, message: &str) {
        let message = json!(message);
        self.wait_for(
            window,
            &format!("[...document.querySelectorAll('li')].some(item => item.textContent === {message})"),
        );
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.profile);
    }
}

/// The address at which Chromium says that it can be told what to do. What else it says is thrown away.
fn announced(log: ChildStderr) -> String {
    let mut lines = BufReader::new(log).lines();
    let url = lines.find_map(|line| Some(line.ok()?.strip_prefix("DevTools listening on ")?.to_owned()));
    thread::spawn(|| lines.for_each(drop));
    url.unwrap()
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
fn two_windows_of_a_real_browser_chat_and_come_back_after_the_server() -> Result {
    if !has_tool("chromium") {
        return Ok(());
    }
    let mut server = chat().start()?;
    let mut browser = Browser::start()?;
    let (ann, bob) = (browser.open(&server), browser.open(&server));
    browser.write(&ann, "An n"); // a name that is refused
    browser.shows(&ann, "A name has 1 to 20 letters or digits, and no spaces. Which one is yours?");
    browser.write(&ann, "Ann");
    browser.shows(&ann, "Hello, Ann! Others in this room: 0");
    browser.write(&bob, "Bob");
    browser.shows(&ann, "Bob is here");
    they_talk(&mut browser, &ann, &bob);
    [&ann, &bob].into_iter().for_each(|window| fits_on_a_phone(&mut browser, window));

    server.terminate()?;
    for window in [&ann, &bob] {
        browser.shows(window, "The connection is closed: the server stops");
        browser.wait_for(window, "state.textContent.startsWith('not connected; trying again in ')");
    }
    server.wait_for_exit()?;
    let mut again = chat().command();
    let _again = Again(again.arg(server.address().to_string()).stdout(Stdio::null()).spawn()?);
    for (window, name) in [(&ann, "Ann"), (&bob, "Bob")] {
        browser.wait_for(window, &format!("state.textContent === 'connected as {name}'"));
    }
    browser.write(&bob, "back again");
    browser.shows(&ann, "Bob: back again");
    a_lost_connection_never_makes_a_name_of_a_message(&mut browser, &server, [&ann, &bob])?;
    not_all_come_back_at_the_same_time(&mut browser, &ann);
    Ok(())
}

/// Ann's connection ends, and somebody has her name when she comes back, as her own old connection might. What she writes meanwhile
/// is not sent, and when the name is free again, she is in the room under it.
fn a_lost_connection_never_makes_a_name_of_a_message(
    browser: &mut Browser,
    server: &Server,
    [ann, bob]: [&Window; 2],
) -> Result {
    browser.wait_for(ann, "(text.value = 'Secretplan', socket.close(), true)");
    browser.shows(bob, "Ann has left");
    let other = Talker::connect(server, SAFETY)?.called("Ann")?;
    browser.shows(ann, "Ann is here already. Which other name is yours?");
    assert_eq!(browser.wait_for(ann, "send.disabled && [prompt.textContent]"), json!(["Your message"]));
    browser.wait_for(ann, "(form.requestSubmit(), true)");
    drop(other);
    browser.wait_for(ann, "state.textContent === 'connected as Ann'");
    assert_eq!(browser.wait_for(ann, "[name, text.value]"), json!(["Ann", "Secretplan"]));
    Ok(())
}

/// Pauses are random, and grow to half a minute.
fn not_all_come_back_at_the_same_time(browser: &mut Browser, window: &Window) {
    let pauses = "[0, 9].map(failures => Array.from({ length: 200 }, () => pause(failures)))";
    let pauses: Vec<Vec<u64>> = serde_json::from_value(browser.wait_for(window, pauses)).unwrap();
    for (pauses, longest) in pauses.iter().zip([2, 30]) {
        let all: BTreeSet<_> = pauses.iter().collect();
        assert!(all.contains(&1) && all.len() > longest / 2 && all.last() == Some(&&(longest as u64)), "{pauses:?}");
    }
}

/// What one writes the other one reads, to the letter.
fn they_talk(browser: &mut Browser, ann: &Window, bob: &Window) {
    let html = "<b>hello</b> <img src=x onerror=alert(1)> &amp;";
    browser.write(ann, html);
    browser.shows(ann, html);
    browser.shows(bob, &format!("Ann: {html}"));
    let long = "a_long_word_".repeat(80);
    browser.write(bob, &long);
    browser.shows(ann, &format!("Bob: {long}"));
}

/// Nothing is wider than the window, and the button is in it and large enough for a thumb.
fn fits_on_a_phone(browser: &mut Browser, window: &Window) {
    let numbers = "[document.documentElement.scrollWidth, messages.scrollWidth, innerWidth]";
    assert_eq!(browser.wait_for(window, numbers), json!([412, 412, 412]));
    let button = browser.wait_for(window, "send.getBoundingClientRect().toJSON()");
    let number = |name: &str| button[name].as_f64().unwrap();
    assert!(number("right") <= 412.0 && number("bottom") <= 915.0 && number("height") >= 44.0, "{button}");
}
