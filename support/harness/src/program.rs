//! A program that serves: where it is, how Cargo builds it, and with what it is started.

use crate::failure::ensure;
use crate::{Failure, Protocol, Result, SAFETY, system};
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// A program that serves, and how to start it.
#[derive(Clone, Debug)]
pub struct Program {
    pub(crate) path: PathBuf,
    arguments: Vec<OsString>,
    environment: Vec<(OsString, OsString)>,
    directory: Option<PathBuf>,
    pub(crate) descriptor_limit: Option<u64>,
    pub(crate) patience: Duration,
    pub(crate) protocol: Protocol,
    pub(crate) never_rests: bool,
}

impl Program {
    /// The program in this file. A step's own tests know it: `env!("CARGO_BIN_EXE_09_01_sync_server")`.
    pub fn at(path: impl AsRef<Path>) -> Self {
        let path = path.as_ref().to_owned();
        let (arguments, environment) = (Vec::new(), Vec::new());
        let (directory, descriptor_limit, patience, protocol) = (None, None, SAFETY, Protocol::Http);
        let never_rests = false;
        Self { path, arguments, environment, directory, descriptor_limit, patience, protocol, never_rests }
    }

    /// The echo server in this file, told to answer without a delay.
    pub fn echo(path: impl AsRef<Path>) -> Self {
        Self::at(path).speaking(Protocol::Echo)
    }

    /// The same, if it speaks this protocol. (An echo server is told to answer without a delay.)
    pub fn speaking(self, protocol: Protocol) -> Self {
        let program = Self { protocol, ..self };
        if protocol == Protocol::Echo { program.delay(Duration::ZERO) } else { program }
    }

    /// The binary of this name in this workspace, built first if it is not up to date.
    ///
    /// # Errors
    ///
    /// Fails if Cargo cannot build it.
    pub fn in_workspace(binary: &str) -> Result<Self> {
        Ok(Self::several_in_workspace(&[binary])?.remove(0))
    }

    /// The binaries of these names, in this order: as [`in_workspace`](Self::in_workspace), in one go.
    pub fn several_in_workspace(binaries: &[&str]) -> Result<Vec<Self>> {
        Self::built("--bin", binaries)
    }

    /// The example of this name, built first if it is not up to date: `cargo test NAME` does not do it.
    ///
    /// # Errors
    ///
    /// Fails if Cargo cannot build it.
    pub fn example(name: &str) -> Result<Self> {
        Ok(Self::built("--example", &[name])?.remove(0))
    }

    /// Each of them is built once in a process: cargo looks at everything, even if there is nothing to build.
    fn built(kind: &str, names: &[&str]) -> Result<Vec<Self>> {
        static BUILT: Mutex<BTreeMap<(String, String), Program>> = Mutex::new(BTreeMap::new());
        let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
        let key = |name: &str| (kind.to_owned(), name.to_owned());
        let missing: Vec<&str> = names.iter().copied().filter(|name| !built.contains_key(&key(name))).collect();
        if !missing.is_empty() {
            built.extend(missing.iter().map(|name| key(name)).zip(Self::build(kind, &missing)?));
        }
        Ok(names.iter().filter_map(|name| built.get(&key(name)).cloned()).collect())
    }

    fn build(kind: &str, names: &[&str]) -> Result<Vec<Self>> {
        let mut cargo = cargo();
        cargo.args(["build", "--quiet", "--message-format=json"]);
        cargo.args(names.iter().flat_map(|name| [kind, name]));
        if !cfg!(debug_assertions) {
            cargo.arg("--release");
        }
        let built = cargo.stderr(Stdio::inherit()).output()?;
        ensure!(built.status.success(), "cannot build {names:?}: cargo ended with {}", built.status);
        let messages = String::from_utf8_lossy(&built.stdout);
        names.iter().map(|name| Ok(Self::at(executable(&messages, name)?))).collect()
    }

    /// The same, with an argument before the address.
    pub fn argument(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.arguments.push(argument.as_ref().to_owned());
        self
    }

    /// The same, with a variable in its environment.
    pub fn environment(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.environment.push((name.as_ref().to_owned(), value.as_ref().to_owned()));
        self
    }

    /// The same, with a `/sleep` that takes so long instead of five seconds: for what has to wait for its end.
    pub fn nap(self, nap: Duration) -> Self {
        self.environment("NAP", nap.as_secs_f64().to_string())
    }

    /// The same echo server, with this delay before each answer.
    pub fn delay(mut self, delay: Duration) -> Self {
        if let Some(earlier) = self.arguments.iter().position(|argument| argument == "--delay") {
            self.arguments.drain(earlier..earlier + 2);
        }
        self.argument("--delay").argument(format!("{}ms", delay.as_millis()))
    }

    /// The same, with less patience for clients that say nothing, if it is an echo server or a mutant: for what waits for its
    /// end.
    pub fn patience_for_clients(self, patience: Duration) -> Self {
        self.environment("PATIENCE", patience.as_secs_f64().to_string())
    }

    /// How long it waits for a client that makes no progress: ten seconds, unless its environment says otherwise.
    pub(crate) fn its_patience(&self) -> Duration {
        let patience = self.environment.iter().rev().find(|(name, _)| name == "PATIENCE");
        let seconds = patience.and_then(|(_, seconds)| seconds.to_str()?.parse().ok());
        seconds.map_or(Duration::from_secs(10), Duration::from_secs_f64)
    }

    /// The same, of a server that computes even when it has nothing to do: so its clients cannot see when it is done, and no check
    /// asks it to rest.
    pub fn never_rests(mut self) -> Self {
        self.never_rests = true;
        self
    }

    /// The same, started by another program: `strace` with these arguments, for example.
    pub(crate) fn wrapped(&self, wrapper: &str, arguments: &[&str]) -> Self {
        let mut wrapped = self.clone();
        let path = std::mem::replace(&mut wrapped.path, wrapper.into());
        let before = arguments.iter().map(|argument| OsString::from(*argument)).chain([path.into()]);
        wrapped.arguments = before.chain(wrapped.arguments).collect();
        wrapped
    }

    /// The same, started in this directory.
    pub fn directory(mut self, directory: impl AsRef<Path>) -> Self {
        self.directory = Some(directory.as_ref().to_owned());
        self
    }

    /// The same, with a limit on its file descriptors, as `ulimit -n` sets it. Only Linux lets us: see
    /// [`Server::limit_descriptors`](crate::Server::limit_descriptors).
    pub fn descriptor_limit(mut self, limit: u64) -> Self {
        self.descriptor_limit = Some(limit);
        self
    }

    /// The same, with less patience than [`SAFETY`] for what does not happen.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = self.patience.min(patience);
        self
    }

    /// The name of its file, for messages.
    pub(crate) fn name(&self) -> String {
        self.path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// The command that starts it, with its own arguments, but without an address.
    pub fn command(&self) -> Command {
        system::stop_ignoring_ctrl_c();
        let mut command = Command::new(&self.path);
        command.args(&self.arguments).envs(self.environment.iter().cloned()).stdin(Stdio::null());
        if let Some(directory) = &self.directory {
            command.current_dir(directory);
        }
        command
    }
}

/// Cargo, in this workspace, and not in the mood in which it runs tests.
pub fn cargo() -> Command {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).env_remove("RUSTC_BOOTSTRAP"); // the gate times tests with it
    cargo
}

/// The path that Cargo reports for this binary, in its messages of one line each.
fn executable(messages: &str, binary: &str) -> Result<String> {
    let paths = messages.lines().filter_map(|message| message.split_once("\"executable\":\"")?.1.split('"').next());
    let mut paths = paths.map(|path| path.replace("\\\\", "\\"));
    let found = paths.find(|path| Path::new(path).file_stem() == Some(OsStr::new(binary)));
    found.ok_or_else(|| Failure::new(format!("cargo did not say where {binary} is")))
}

/// Programs can be given by their path.
impl<P: AsRef<Path>> From<P> for Program {
    fn from(path: P) -> Self {
        Self::at(path)
    }
}

/// How a program ended, and what it wrote.
#[derive(Clone, Debug)]
pub struct Ended {
    /// Its exit code; `None` if a signal ended it.
    pub code: Option<i32>,
    /// Its standard output.
    pub output: String,
    /// Its standard error.
    pub log: String,
}
