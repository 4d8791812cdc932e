//! A headless Chromium or Firefox for tests, which is told what to do in JSON over a WebSocket: Chromium by its DevTools protocol, Firefox by WebDriver BiDi.

mod process;

use harness::{Failure, Result};
use process::{PATIENCE, POLL, Process};
use serde_json::{Value, json};
use std::net::TcpStream;
use std::thread;
use std::time::Instant;
use tokio_tungstenite::tungstenite::{self, Message, WebSocket};

/// What Chromium reports if a script of a page fails, if a page writes to the console, and if it lacks a file (only after `Log.enable`). Firefox reports the first two, as the last of
/// these methods.
const PROBLEMS: [&str; 4] = ["Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded", "log.entryAdded"];

/// A headless browser. It is killed when dropped.
pub struct Browser {
    _process: Process,
    protocol: Protocol,
    socket: WebSocket<TcpStream>,
    calls: u64,
    windows: Vec<Window>,
}

/// How a browser is told what to do.
#[derive(Clone, Copy)]
enum Protocol {
    DevTools,
    BiDi,
}

/// A window of it: the session of DevTools that is attached to it, or its context of BiDi.
#[derive(Clone, Debug)]
pub struct Window(Value);

impl Browser {
    /// Starts Chromium with a new profile.
    ///
    /// # Errors
    ///
    /// If it does not start, or cannot be reached.
    pub fn start() -> Result<Self> {
        Self::connect(Process::chromium()?, Protocol::DevTools)
    }

    /// Starts Firefox with a new profile. It opens files, and nothing from the network.
    ///
    /// # Errors
    ///
    /// If it does not start, or cannot be reached.
    pub fn start_firefox() -> Result<Self> {
        let mut firefox = Self::connect(Process::firefox()?, Protocol::BiDi)?;
        firefox.call(None, "session.new", json!({ "capabilities": {} }))?;
        firefox.call(None, "session.subscribe", json!({ "events": ["log.entryAdded"] }))?;
        Ok(firefox)
    }

    fn connect((process, url): (Process, String), protocol: Protocol) -> Result<Self> {
        let address = url.strip_prefix("ws://").and_then(|rest| rest.split('/').next()).unwrap_or_default();
        let stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let (socket, _) = tungstenite::client(&url, stream).map_err(|error| Failure::new(error.to_string()))?;
        Ok(Self { _process: process, protocol, socket, calls: 0, windows: Vec::new() })
    }

    /// Closes all windows.
    ///
    /// # Errors
    ///
    /// If one does not close.
    pub fn close_all(&mut self) -> Result {
        let method = match self.protocol {
            Protocol::DevTools => "Page.close",
            Protocol::BiDi => "browsingContext.close",
        };
        std::mem::take(&mut self.windows)
            .iter()
            .try_for_each(|window| self.call(Some(window), method, json!({})).map(drop))
    }

    /// Calls a method of the browser's protocol, and waits for its result.
    ///
    /// # Errors
    ///
    /// If the method fails, or a script of the page has thrown an exception or written to the console.
    pub fn call(&mut self, window: Option<&Window>, method: &str, parameters: Value) -> Result<Value> {
        self.calls += 1;
        let mut call = json!({ "id": self.calls, "method": method, "params": parameters });
        if let Some(Window(id)) = window {
            match self.protocol {
                Protocol::DevTools => call["sessionId"] = id.clone(),
                Protocol::BiDi => call["params"]["context"] = id.clone(),
            }
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

    /// A new, empty window of this size, in pixels. In Chromium, one that is narrower than 500 pixels is that of a phone.
    ///
    /// # Errors
    ///
    /// If it cannot be opened.
    pub fn window(&mut self, (width, height): (u32, u32)) -> Result<Window> {
        let window = match self.protocol {
            Protocol::DevTools => {
                let target = self.call(None, "Target.createTarget", json!({ "url": "about:blank" }))?;
                let target = json!({ "targetId": target["targetId"], "flatten": true });
                Window(self.call(None, "Target.attachToTarget", target)?["sessionId"].take())
            }
            Protocol::BiDi => {
                Window(self.call(None, "browsingContext.create", json!({ "type": "tab" }))?["context"].take())
            }
        };
        self.windows.push(window.clone());
        match self.protocol {
            Protocol::DevTools => {
                let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500 });
                self.call(Some(&window), "Emulation.setDeviceMetricsOverride", size)?;
                self.call(Some(&window), "Runtime.enable", json!({}))?;
            }
            Protocol::BiDi => {
                let size = json!({ "viewport": { "width": width, "height": height } });
                self.call(Some(&window), "browsingContext.setViewport", size)?;
            }
        }
        Ok(window)
    }

    /// Opens a page in this window, and waits until all of it is there.
    ///
    /// # Errors
    ///
    /// If it cannot be opened.
    pub fn go(&mut self, window: &Window, url: &str) -> Result {
        let method = match self.protocol {
            Protocol::DevTools => "Page.navigate",
            Protocol::BiDi => "browsingContext.navigate",
        };
        self.call(Some(window), method, json!({ "url": "about:blank" }))?;
        self.call(Some(window), method, json!({ "url": url }))?;
        self.wait_for(window, "location.protocol !== 'about:' && document.readyState === 'complete'").map(drop)
    }

    /// The value of an expression.
    ///
    /// # Errors
    ///
    /// If it throws an exception.
    pub fn evaluate(&mut self, window: &Window, expression: &str) -> Result<Value> {
        let mut result = match self.protocol {
            Protocol::DevTools => {
                let script = json!({ "expression": expression, "awaitPromise": true, "returnByValue": true });
                self.call(Some(window), "Runtime.evaluate", script)?
            }
            // It has a form of its own for values, so the value comes as a string. `eval` takes statements, too, as the other protocol does.
            Protocol::BiDi => {
                let text = format!("(async () => JSON.stringify(await (0, eval)({})))()", json!(expression));
                let target = json!({ "context": window.0 });
                let script = json!({ "expression": text, "awaitPromise": true, "target": target });
                let mut result = self.call(None, "script.evaluate", script)?;
                let value = result["result"]["value"].as_str().map(serde_json::from_str);
                result["result"]["value"] = value.and_then(std::result::Result::ok).unwrap_or_default();
                result
            }
        };
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
                Ok(Value::Null | Value::Bool(false)) | Err(_) if begin.elapsed() < PATIENCE => thread::sleep(POLL),
                Ok(Value::Null | Value::Bool(false)) => {
                    return Err(Failure::new(format!("this never becomes true: {expression}")));
                }
                answer => return answer,
            }
        }
    }

    /// What can be seen of the page: a PNG in Base64.
    ///
    /// # Errors
    ///
    /// If there is no picture.
    pub fn picture(&mut self, window: &Window) -> Result<Value> {
        let method = match self.protocol {
            Protocol::DevTools => "Page.captureScreenshot",
            Protocol::BiDi => "browsingContext.captureScreenshot",
        };
        Ok(self.call(Some(window), method, json!({}))?["data"].take())
    }

    /// Presses a key, such as `ArrowRight` or a space.
    ///
    /// # Errors
    ///
    /// If the browser does not take it.
    pub fn press(&mut self, window: &Window, key: &str) -> Result {
        // For each key its number in DevTools, and its character in BiDi.
        let (code, character) = match key {
            " " => (32, " "),
            "End" => (35, "\u{e010}"),
            "Home" => (36, "\u{e011}"),
            "ArrowLeft" => (37, "\u{e012}"),
            "ArrowRight" => (39, "\u{e014}"),
            "Enter" => (13, "\u{e007}"),
            _ => (key.to_uppercase().bytes().next().unwrap_or_default().into(), key),
        };
        match self.protocol {
            Protocol::DevTools => {
                let mut event = json!({ "type": "rawKeyDown", "key": key, "windowsVirtualKeyCode": code });
                if key.len() == 1 {
                    (event["type"], event["text"]) = (json!("keyDown"), json!(key));
                }
                self.call(Some(window), "Input.dispatchKeyEvent", event)?;
                let up = json!({ "type": "keyUp", "key": key, "windowsVirtualKeyCode": code });
                self.call(Some(window), "Input.dispatchKeyEvent", up).map(drop)
            }
            Protocol::BiDi => {
                let actions = ["keyDown", "keyUp"].map(|act| json!({ "type": act, "value": character }));
                let keyboard = json!({ "type": "key", "id": "keyboard", "actions": actions });
                self.call(Some(window), "input.performActions", json!({ "actions": [keyboard] })).map(drop)
            }
        }
    }
}
