//! What programs ask of the kernel, and when: the output of `strace`.

use crate::{Failure, Result};
use harness::Server;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::time::{Duration, SystemTime};
use std::{env, fs, process};

/// A system call. Times are in microseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Call {
    /// The thread that made it.
    pub(super) thread: u32,
    /// When it was made.
    pub(super) from: u64,
    /// When it returned; never, if the program ended meanwhile.
    pub(super) to: u64,
    /// The call as `strace` writes it, in one line or two.
    pub(super) text: String,
}

impl Call {
    /// When it returned, in milliseconds after this.
    pub(super) fn returned(&self, beginning: SystemTime) -> u64 {
        let beginning = beginning.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_micros();
        u64::try_from(u128::from(self.to).saturating_sub(beginning) / 1_000).unwrap_or(u64::MAX)
    }
}

/// A `strace` that watches a program.
pub(super) struct Strace {
    child: Child,
    log: PathBuf,
    /// It stays open, or `strace` would end when it announces the next thread.
    stderr: Option<BufReader<ChildStderr>>,
}

impl Strace {
    /// Watches a running server and the processes that it has started, from now on.
    pub(super) fn attach(server: &Server, calls: &str) -> Result<Self> {
        let log = log(&server.process().to_string());
        let mut strace = command(calls, &log);
        let processes = server.processes();
        processes.iter().for_each(|process| {
            strace.args(["-p", &process.to_string()]);
        });
        let mut child =
            strace.stderr(Stdio::piped()).spawn().map_err(|error| Failure::from(error).context("strace"))?;
        let stderr = child.stderr.take().map(BufReader::new);
        let mut strace = Self { child, log, stderr };
        for message in strace.stderr.as_mut().into_iter().flat_map(BufRead::lines).take(processes.len()) {
            let message = message?;
            if !message.contains("attached") {
                return Err(Failure::new(message));
            }
        }
        Ok(strace)
    }

    /// Starts a program, and watches it.
    pub(super) fn start(program: &[&str], calls: &str) -> Result<Self> {
        let log = log(&format!("{}.{}", program[0], process::id()));
        let mut strace = command(calls, &log);
        strace.arg("--seccomp-bpf"); // other calls do not stop the program, which takes longer than the calls
        strace.args(program).stdout(Stdio::null()).stderr(Stdio::null());
        let child = strace.spawn().map_err(|error| Failure::from(error).context("strace"))?;
        Ok(Self { child, log, stderr: None })
    }

    /// What it saw until the program ended.
    pub(super) fn calls(mut self) -> Result<Vec<Call>> {
        self.child.wait()?;
        let text = fs::read_to_string(&self.log)?;
        fs::remove_file(&self.log)?;
        Ok(calls(&text))
    }
}

/// `THREAD TIME CALL <DURATION>`. A call during which another thread is shown has two lines: the first one ends with `unfinished`, the
/// second one, `resumed`, says what it returned. The calls are in the order in which they returned.
fn calls(log: &str) -> Vec<Call> {
    let mut unfinished: BTreeMap<u32, Call> = BTreeMap::new();
    let mut calls = Vec::new();
    for line in log.lines() {
        let Some((thread, time, text)) = parts(line) else { continue };
        let took = text.rsplit_once('<').and_then(|(_, took)| micros(took.strip_suffix('>')?));
        let (from, text) = match unfinished.get(&thread) {
            Some(begun) if text.contains(" resumed>") => (begun.from, format!("{}{text}", begun.text)),
            _ => (time, text.to_owned()),
        };
        let call = |to| Call { thread, from, to, text: text.clone() };
        if text.ends_with("<unfinished ...>") {
            unfinished.insert(thread, call(u64::MAX));
        } else if let Some(took) = took {
            calls.push(call(if from == time { from + took } else { time }));
            unfinished.remove(&thread);
        }
    }
    calls.extend(unfinished.into_values());
    calls
}

fn parts(line: &str) -> Option<(u32, u64, &str)> {
    let (thread, rest) = line.trim_start().split_once(' ')?;
    let (time, text) = rest.trim_start().split_once(' ')?;
    Some((thread.parse().ok()?, micros(time)?, text))
}

fn log(name: &str) -> PathBuf {
    env::temp_dir().join(format!("{name}.strace"))
}

fn command(calls: &str, log: &Path) -> Command {
    let mut strace = Command::new("strace");
    strace.args(["-f", "-ttt", "-T", "-yy", "-e", calls, "-o"]).arg(log);
    strace
}

fn micros(seconds: &str) -> Option<u64> {
    let time = Duration::try_from_secs_f64(seconds.parse().ok()?).ok()?;
    u64::try_from(time.as_micros()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_read_from_its_line_or_from_its_two_lines() {
        let log = "\
17 2.000100 read(3<TCP:[1->2]>, \"\", 9) = 0 <0.000040>
18 3.000000 futex(0x7f, FUTEX_WAIT <unfinished ...>
17 3.000100 read(3,  <unfinished ...>
17 3.000300 <... read resumed>\"\", 9) = 0 <0.000190>
17 4.000000 +++ killed by SIGKILL +++
";
        let calls = calls(log);
        assert!(calls[1].text.starts_with("read(3, ") && calls[1].text.contains(" = 0 "), "{calls:?}");
        let calls: Vec<_> = calls.into_iter().map(|call| (call.thread, call.from, call.to)).collect();
        assert_eq!(calls, [(17, 2_000_100, 2_000_140), (17, 3_000_100, 3_000_300), (18, 3_000_000, u64::MAX)]);
    }
}
