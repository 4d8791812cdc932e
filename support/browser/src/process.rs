//! The process of a browser, with a profile of its own that is removed with it.

use harness::{Failure, Result, SAFETY};
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;
use tempfile::TempDir;

/// How long to wait before looking again.
pub const POLL: Duration = Duration::from_millis(5);

/// How long a browser may take. Its first start on a machine may take half a minute, and so may a page beside other browsers.
pub const PATIENCE: Duration = SAFETY.saturating_mul(3);

/// A browser. It is killed when dropped.
pub struct Process {
    child: Child,
    profile: TempDir,
}

impl Process {
    /// Starts a headless Chromium, and returns the address at which it listens.
    pub fn chromium() -> Result<(Self, String)> {
        let profile = tempfile::tempdir()?;
        let mut chromium = Command::new("chromium");
        chromium.args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]);
        chromium.args(["--disable-background-networking", "--disable-component-update", "--disable-sync"]);
        chromium.args(["--disable-background-timer-throttling", "--disable-renderer-backgrounding"]);
        chromium.args(["--remote-debugging-port=0", &format!("--user-data-dir={}", profile.path().display())]);
        Self::start(chromium, profile, "DevTools listening on ")
    }

    /// Starts a headless Firefox, and returns the address at which it listens.
    pub fn firefox() -> Result<(Self, String)> {
        let profile = tempfile::tempdir()?;
        let mut firefox = Command::new("firefox");
        firefox.args(["--headless", "--no-remote", "--remote-debugging-port=0", "--profile"]).arg(profile.path());
        firefox.arg("--offline"); // or else it looks for updates and the like
        firefox.env("HOME", profile.path()).env_remove("XDG_CONFIG_HOME").env_remove("XDG_CACHE_HOME"); // it writes there, too
        let (process, url) = Self::start(firefox, profile, "WebDriver BiDi listening on ")?;
        Ok((process, format!("{url}/session")))
    }

    fn start(mut command: Command, profile: TempDir, announcement: &'static str) -> Result<(Self, String)> {
        let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
        let mut process = Self { child, profile };
        let url = process.child.stderr.take().and_then(|log| announced(log, announcement).recv_timeout(PATIENCE).ok());
        let url =
            url.ok_or_else(|| Failure::new(format!("{:?} does not say where it listens", command.get_program())))?;
        Ok((process, url))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        // Its child processes end a moment later, and may write until then.
        for _ in 0..100 {
            if fs::remove_dir_all(self.profile.path()).is_ok() {
                return;
            }
            thread::sleep(POLL);
        }
    }
}

/// The address at which a browser says that it can be told what to do. What else it says is thrown away.
fn announced(log: ChildStderr, announcement: &'static str) -> Receiver<String> {
    let (sender, url) = channel();
    thread::spawn(move || {
        for line in BufReader::new(log).lines().map_while(std::io::Result::ok) {
            if let Some(url) = line.strip_prefix(announcement) {
                let _ = sender.send(url.to_owned()); // the test may be over
            }
        }
    });
    url
}
