//! A headless Chromium for tests, which is told what to do over its DevTools protocol: JSON over WebSocket.

use harness::{Failure, Result, SAFETY};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio_tungstenite::tungstenite::{self, Message, WebSocket};

/// How long to wait before an expression is looked at again.
const POLL: Duration = Duration::from_millis(5);

/// What the browser reports if a script of a page fails, if a page writes to the console, and if it lacks a file. (The last one only after `Log.enable`.)
const PROBLEMS: [&str; 3] = ["Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded"];

/// A headless Chromium. It is killed when dropped.
pub struct Browser {
    child: Child,
    _profile: TempDir,
    socket: WebSocket<TcpStream>,
    calls: u64,
    windows: Vec<Window>,
}

/// A window of it.
#[derive(Clone, Debug)]
pub struct Window(Value);

impl Browser {
    /// Starts Chromium with a new profile.
    ///
    /// # Errors
    ///
    /// If it does not start, or cannot be reached.
    pub fn start() -> Result<Self> {
        let profile = tempfile::tempdir()?;
        let mut chromium = Command::new("chromium");
        chromium.args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]);
        chromium.args(["--disable-background-networking", "--disable-component-update", "--disable-sync"]);
        chromium.args(["--disable-background-timer-throttling", "--disable-renderer-backgrounding"]);
        chromium.args(["--remote-debugging-port=0", &format!("--user-data-dir={}", profile.path().display())]);
        let mut child = chromium.stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
        let url = child
            .stderr
            .take()
            .and_then(announced)
            .ok_or_else(|| Failure::new("Chromium does not say where it listens"))?;
        let address = url.strip_prefix("ws://").and_then(|rest| rest.split('/').next()).unwrap_or_default();
        let stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(SAFETY * 3))?; // its first start on a machine may take half a minute
        let (socket, _) = tungstenite::client(&url, stream).map_err(|error| Failure::new(error.to_string()))?;
        Ok(Self { child, _profile: profile, socket, calls: 0, windows: Vec::new() })
    }

    /// Closes all windows.
    ///
    /// # Errors
    ///
    /// If one does not close.
    pub fn close_all(&mut self) -> Result {
        std::mem::take(&mut self.windows)
            .iter()
            .try_for_each(|window| self.call(Some(window), "Page.close", json!({})).map(drop))
    }

    /// Calls a method, and waits for its result.
    ///
    /// # Errors
    ///
    /// If the method fails, or a script of the page has thrown an exception or written to the console.
    pub fn call(&mut self, window: Option<&Window>, method: &str, parameters: Value) -> Result<Value> {
        self.calls += 1;
        let mut call = json!({ "id": self.calls, "method": method, "params": parameters });
        if let Some(Window(session)) = window {
            call["sessionId"] = session.clone();
        }
        let failure = |error: tungstenite::Error| Failure::new(format!("{method}: {error}"));
        self.socket.send(Message::text(call.to_string())).map_err(failure)?;
        loop {
            let Message::Text(text) = self.socket.read().map_err(failure)? else { continue };
            let mut message: Value = serde_json::from_str(&text).unwrap_or_default();
            let is_problem = PROBLEMS.iter().any(|problem| message["method"] == *problem);
            let is_known = ["info", "verbose"].iter().any(|level| message["params"]["entry"]["level"] == *level);
            if is_problem && !is_known || message["id"] == self.calls && !message["error"].is_null() {
                return Err(Failure::new(format!("{method}: {message}")));
            }
            if message["id"] == self.calls {
                return Ok(message["result"].take());
            }
        }
    }

    /// Opens a page in a new window of this size, in pixels.
    ///
    /// # Errors
    ///
    /// If it cannot be opened.
    pub fn open(&mut self, url: &str, (width, height): (u32, u32)) -> Result<Window> {
        let window = self.window((width, height))?;
        self.go(&window, url)?;
        Ok(window)
    }

    /// A new, empty window of this size, in pixels. One that is narrower than 500 pixels is that of a phone.
    ///
    /// # Errors
    ///
    /// If it cannot be opened.
    pub fn window(&mut self, (width, height): (u32, u32)) -> Result<Window> {
        let target = self.call(None, "Target.createTarget", json!({ "url": "about:blank" }))?;
        let target = json!({ "targetId": target["targetId"], "flatten": true });
        let window = Window(self.call(None, "Target.attachToTarget", target)?["sessionId"].take());
        self.windows.push(window.clone());
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500 });
        self.call(Some(&window), "Emulation.setDeviceMetricsOverride", size)?;
        self.call(Some(&window), "Runtime.enable", json!({}))?;
        Ok(window)
    }

    /// Opens a page in this window, and waits until all of it is there.
    ///
    /// # Errors
    ///
    /// If it cannot be opened.
    pub fn go(&mut self, window: &Window, url: &str) -> Result {
        self.call(Some(window), "Page.navigate", json!({ "url": "about:blank" }))?;
        self.call(Some(window), "Page.navigate", json!({ "url": url }))?;
        self.wait_for(window, "location.protocol !== 'about:' && document.readyState === 'complete'").map(drop)
    }

    /// The value of an expression.
    ///
    /// # Errors
    ///
    /// If it throws an exception.
    pub fn evaluate(&mut self, window: &Window, expression: &str) -> Result<Value> {
        let script = json!({ "expression": expression, "awaitPromise": true, "returnByValue": true });
        let mut result = self.call(Some(window), "Runtime.evaluate", script)?;
        if result["exceptionDetails"].is_null() {
            return Ok(result["result"]["value"].take());
        }
        Err(Failure::new(format!("{expression}: {}", result["exceptionDetails"])))
    }

    /// Waits until this expression has a value that counts as true, and returns the value.
    ///
    /// # Errors
    ///
    /// If it throws an exception.
    pub fn wait_for(&mut self, window: &Window, expression: &str) -> Result<Value> {
        let begin = Instant::now();
        loop {
            match self.evaluate(window, expression) {
                Err(failure) if PROBLEMS.iter().any(|problem| failure.to_string().contains(problem)) => {
                    return Err(failure);
                }
                // A page that is being left may say that it is gone.
                Ok(Value::Null | Value::Bool(false)) | Err(_) if begin.elapsed() < SAFETY => thread::sleep(POLL),
                Ok(Value::Null | Value::Bool(false)) => {
                    return Err(Failure::new(format!("this never becomes true: {expression}")));
                }
                answer => return answer,
            }
        }
    }

    /// Presses a key, such as `ArrowRight` or a space.
    ///
    /// # Errors
    ///
    /// If the browser does not take it.
    pub fn press(&mut self, window: &Window, key: &str) -> Result {
        let code = match key {
            " " => 32,
            "End" => 35,
            "Home" => 36,
            "ArrowLeft" => 37,
            "ArrowRight" => 39,
            "Enter" => 13,
            _ => key.to_uppercase().bytes().next().unwrap_or_default().into(),
        };
        let text = if key.len() == 1 { json!(key) } else { Value::Null };
        let mut event = json!({ "type": "rawKeyDown", "key": key, "windowsVirtualKeyCode": code });
        if !text.is_null() {
            (event["type"], event["text"]) = (json!("keyDown"), text);
        }
        self.call(Some(window), "Input.dispatchKeyEvent", event)?;
        let up = json!({ "type": "keyUp", "key": key, "windowsVirtualKeyCode": code });
        self.call(Some(window), "Input.dispatchKeyEvent", up).map(drop)
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The address at which Chromium says that it can be told what to do. What else it says is thrown away.
fn announced(log: ChildStderr) -> Option<String> {
    let mut lines = BufReader::new(log).lines();
    let url = lines.find_map(|line| Some(line.ok()?.strip_prefix("DevTools listening on ")?.to_owned()));
    thread::spawn(|| lines.for_each(drop));
    url
}
