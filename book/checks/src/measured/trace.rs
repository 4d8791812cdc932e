//! Who waits for whom: each step under the same little load, one slow client and then three quick ones.

use super::{load, save};
use crate::{Failure, Result, step};
use harness::{SAFETY, Server, request};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, SystemTime};
use std::{env, fs, thread};

/// A run of a step under the little load.
#[derive(Debug, Serialize, Deserialize)]
pub struct Trace {
    /// The step.
    pub step: String,
    /// What happens.
    pub scene: Scene,
    /// When the server was told to stop, if it was.
    pub stopped: Option<u64>,
    /// The clients, in the order in which they connected.
    pub clients: Vec<Visit>,
}

/// What happens, apart from the three quick clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scene {
    /// The first client connects, and says nothing for five seconds. (The first steps have no slow route.)
    SilentClient,
    /// The first client asks for `/sleep`.
    SlowRoute,
    /// The same, and when all have asked, the server is told to stop.
    SlowRouteAndStop,
}

/// What one client saw, and what the server's system calls say of it. All times are in milliseconds after the first
/// client began to connect.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Visit {
    /// When it connected.
    pub connected: u64,
    /// When the server accepted the connection.
    pub accepted: u64,
    /// When it sent its request.
    pub sent: u64,
    /// When its answer began to arrive.
    pub answered: u64,
    /// The thread of the server that sent the answer.
    pub thread: String,
}

/// The traces that the book shows.
pub const TRACES: [(&str, Scene); 6] = [
    ("09_01_sync_server", Scene::SilentClient),
    ("09_02_async_server", Scene::SilentClient),
    ("09_03_slow_request", Scene::SlowRoute),
    ("09_04_concurrent_server", Scene::SlowRoute),
    ("09_05_parallel_server", Scene::SlowRoute),
    ("09_06_graceful_server", Scene::SlowRouteAndStop),
];

impl Trace {
    /// The trace of this step that is in the book.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub fn committed(step: &str) -> Result<Self> {
        load(&file(step))
    }

    /// Measures a step with `strace`, which sees when and by which thread the server served each client.
    ///
    /// # Errors
    ///
    /// If the step does not answer, or if there is no `strace`.
    pub fn measure(step: &str, scene: Scene) -> Result {
        let server = step::program(step)?.start()?;
        let log = env::temp_dir().join(format!("{step}.{}.strace", server.process()));
        let mut strace = attach_strace(&server, &log)?;
        server.client()?.get("/")?; // the call that was under way when strace came is not in its log
        let threads = thread_names(&server)?;
        let load = Load::run(&server, scene, Duration::from_millis(250), Duration::from_secs(5))?;
        drop(server);
        strace.wait()?;
        let calls = fs::read_to_string(&log)?;

        let mut trace = Self { step: step.to_owned(), scene, stopped: load.stopped, clients: load.visits };
        for (visit, address) in trace.clients.iter_mut().zip(load.addresses) {
            visit.note_calls(address, &calls, load.beginning, &threads)?;
        }
        fs::remove_file(&log)?;
        save(&file(step), &trace)
    }

    /// Runs the little load once more, without looking into the server.
    ///
    /// # Errors
    ///
    /// If the step does not answer.
    pub fn observe(step: &str, scene: Scene) -> Result<Self> {
        let server = step::program(step)?.start()?;
        let load = Load::run(&server, scene, Duration::from_millis(100), Duration::from_secs(1))?;
        Ok(Self { step: step.to_owned(), scene, stopped: load.stopped, clients: load.visits })
    }

    /// Whether each of the quick clients asked while the slow one was being served, and was answered only after it.
    pub fn waits(&self) -> Vec<bool> {
        let (slow, quick) = self.clients.split_at(1);
        let answered = slow[0].answered;
        quick.iter().map(|visit| visit.sent < answered && answered <= visit.answered).collect()
    }
}

/// The file of the trace of this step.
fn file(step: &str) -> String {
    format!("trace_{}.json", &step[..5])
}

struct Load {
    beginning: SystemTime,
    stopped: Option<u64>,
    visits: Vec<Visit>,
    /// Where each client called from.
    addresses: Vec<SocketAddr>,
}

impl Load {
    /// The quick clients connect `pause` after one another; the slow one, if it is the client that is slow, says nothing
    /// for `silence`.
    fn run(server: &Server, scene: Scene, pause: Duration, silence: Duration) -> Result<Self> {
        let beginning = SystemTime::now();
        let (mut visits, mut addresses) = (Vec::new(), Vec::new());
        for number in 0..4 {
            let stream = TcpStream::connect(server.address())?;
            let connected = milliseconds_since(beginning);
            stream.set_read_timeout(Some(SAFETY))?;
            addresses.push(stream.local_addr()?);
            let (route, silence) = match (number, scene) {
                (0, Scene::SilentClient) => ("/", silence),
                (0, Scene::SlowRoute | Scene::SlowRouteAndStop) => ("/sleep", Duration::ZERO),
                _ => ("/", Duration::ZERO),
            };
            visits.push(thread::spawn(move || visit(stream, beginning, connected, route, silence)));
            thread::sleep(pause);
        }
        let mut stopped = None;
        if scene == Scene::SlowRouteAndStop {
            server.interrupt()?;
            stopped = Some(milliseconds_since(beginning));
        }
        let visits =
            visits.into_iter().map(|visit| visit.join().unwrap_or_else(|_| Err(Failure::new("a client panicked"))));
        Ok(Self { beginning, stopped, visits: visits.collect::<Result<_>>()?, addresses })
    }
}

fn visit(
    mut stream: TcpStream,
    beginning: SystemTime,
    connected: u64,
    route: &str,
    silence: Duration,
) -> Result<Visit> {
    thread::sleep(silence);
    let sent = milliseconds_since(beginning);
    stream.write_all(&request(route))?;
    if stream.read(&mut [0; 4096])? == 0 {
        return Err(Failure::new("a connection was closed without an answer"));
    }
    let answered = milliseconds_since(beginning);
    Ok(Visit { connected, sent, answered, ..Visit::default() })
}

fn milliseconds_since(beginning: SystemTime) -> u64 {
    let elapsed = beginning.elapsed().unwrap_or_default().as_millis();
    u64::try_from(elapsed).unwrap_or(u64::MAX)
}

/// Starts `strace` on a running server, and waits until it watches.
fn attach_strace(server: &Server, log: &Path) -> Result<Child> {
    let mut strace = Command::new("strace");
    strace.args([
        "-f",
        "-ttt",
        "-T",
        "-yy",
        "-e",
        "trace=accept4,sendto,write",
        "-p",
        &server.process().to_string(),
        "-o",
    ]);
    let mut strace =
        strace.arg(log).stderr(Stdio::piped()).spawn().map_err(|error| Failure::from(error).context("strace"))?;
    let mut message = String::new();
    if let Some(stderr) = strace.stderr.take() {
        BufReader::new(stderr).read_line(&mut message)?;
    }
    if message.contains("attached") { Ok(strace) } else { Err(Failure::new(message)) }
}

/// The names of the server's threads, by the number that `strace` shows.
fn thread_names(server: &Server) -> Result<HashMap<String, String>> {
    let names = server.thread_names().ok_or(Failure::new("only Linux tells the names of threads"))?;
    let mut workers = 0;
    let named = names.into_iter().map(|(number, name)| {
        let name = if number == server.process() {
            "main".to_owned()
        } else if name.starts_with("async-std/runti") {
            workers += 1;
            format!("runtime {workers}")
        } else {
            name
        };
        (number.to_string(), name)
    });
    Ok(named.collect())
}

impl Visit {
    /// Looks in the output of `strace` for the calls that served this client.
    fn note_calls(
        &mut self,
        client: SocketAddr,
        calls: &str,
        beginning: SystemTime,
        threads: &HashMap<String, String>,
    ) -> Result {
        let beginning = beginning.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let marker = format!("->{client}]>");
        let mut calls = calls.lines().filter(|line| line.contains(&marker));
        let mut find = |call: &str| {
            let line = calls.find(|line| line.contains(call));
            line.ok_or_else(|| Failure::new(format!("strace saw no {call} for {client}")))
        };
        let seconds = |text: &str| text.parse().map_or(Duration::ZERO, Duration::from_secs_f64);
        let milliseconds =
            |time: Duration| u64::try_from(time.saturating_sub(beginning).as_millis()).unwrap_or(u64::MAX);

        // THREAD TIME CALL <DURATION>; a call that was interrupted is shown at its end, so the duration counts only if not.
        let accepted = find("accept4")?;
        let began = seconds(accepted.split_whitespace().nth(1).unwrap_or_default());
        let took = seconds(accepted.rsplit('<').next().unwrap_or_default().trim_end_matches('>'));
        self.accepted = milliseconds(if accepted.contains("resumed>") { began } else { began + took });
        let answered = find("HTTP/1.1 200")?;
        let thread = answered.split_whitespace().next().unwrap_or_default();
        let name = threads.get(thread).cloned();
        self.thread = name.ok_or_else(|| Failure::new(format!("{client} was answered by an unknown thread")))?;
        Ok(())
    }
}
