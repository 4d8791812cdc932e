//! Which clients wait for others: a server under a little load, one slow client and then three quick ones.

use super::milliseconds_since;
use super::strace::{Call, Strace};
use crate::{Failure, Result, step};
use harness::{SAFETY, Server, request};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, SystemTime};
use timeline::{Kind, Mark, Timeline, Unit};

/// What happens, apart from the three quick clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scene {
    /// The first client connects, and says nothing for five seconds. (The first steps have no slow route.)
    SilentClient,
    /// The first client asks for `/sleep`.
    SlowRoute,
    /// The same, and when all have asked, the server gets the signal to stop.
    SlowRouteAndStop,
}

/// Measures a step with `strace`, which sees when and by which thread the server served each client.
pub(super) fn measure(step: &str, scene: Scene) -> Result<Timeline> {
    let server = step::program(step)?.start()?;
    let strace = Strace::attach(&server, "trace=accept4,sendto,write")?;
    server.client()?.get("/")?; // the call that was under way when strace came is not in its log
    let threads = thread_names(&server)?;
    let load = Load::run(&server, scene, Duration::from_millis(250), Duration::from_secs(5))?;
    drop(server);
    let calls = strace.calls()?;

    let mut timeline = load.timeline(step, scene);
    for (row, visit) in timeline.rows.iter_mut().zip(&load.visits) {
        let (accepted, thread) = visit.served(&calls, load.beginning)?;
        let name = threads.get(&thread).cloned();
        row.note = name.ok_or_else(|| Failure::new(format!("{} was answered by an unknown thread", visit.address)))?;
        row.spans.clear();
        if accepted > visit.connected {
            row.span(Kind::Waits, visit.connected, accepted);
        }
        row.span(Kind::Served, accepted, visit.answered);
    }
    Ok(timeline)
}

/// Runs the little load once more, without looking into the server.
pub(super) fn observe(step: &str, scene: Scene) -> Result<Timeline> {
    let server = step::program(step)?.start()?;
    Ok(Load::run(&server, scene, Duration::from_millis(100), Duration::from_secs(1))?.timeline(step, scene))
}

/// Whether each of the quick clients came while the slow one was being served, and was answered only after it.
pub fn waits(timeline: &Timeline) -> Vec<bool> {
    let slow = timeline.rows[0].end();
    timeline.rows[1..].iter().map(|row| row.start() < slow && slow <= row.end()).collect()
}

/// What the quick clients notice of the slow one.
pub fn outcome(timeline: &Timeline) -> &'static str {
    let waits = waits(timeline);
    if waits.iter().all(|waits| *waits) {
        "all wait for client 1"
    } else if waits.iter().any(|waits| *waits) {
        "some wait for client 1"
    } else {
        "no client waits for client 1"
    }
}

struct Load {
    beginning: SystemTime,
    stopped: Option<u64>,
    visits: Vec<Visit>,
}

/// What one client saw. All times are in milliseconds after the first one began to connect.
struct Visit {
    /// Where it called from.
    address: SocketAddr,
    /// When it connected.
    connected: u64,
    /// When its answer began to arrive.
    answered: u64,
}

impl Load {
    /// The quick clients connect `pause` after one another; the slow one, if it is the client that is slow, says nothing
    /// for `silence`.
    fn run(server: &Server, scene: Scene, pause: Duration, silence: Duration) -> Result<Self> {
        let beginning = SystemTime::now();
        let mut visits = Vec::new();
        for number in 0..4 {
            let stream = TcpStream::connect(server.address())?;
            let connected = milliseconds_since(beginning);
            stream.set_read_timeout(Some(SAFETY))?;
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
            // A busy machine may be late with the quick ones.
            while visits[1..].iter().any(|visit| !visit.is_finished()) && !visits[0].is_finished() {
                thread::sleep(Duration::from_millis(5));
            }
            server.interrupt()?;
            stopped = Some(milliseconds_since(beginning));
        }
        let visits =
            visits.into_iter().map(|visit| visit.join().unwrap_or_else(|_| Err(Failure::new("a client panicked"))));
        Ok(Self { beginning, stopped, visits: visits.collect::<Result<_>>()? })
    }

    /// What the clients alone can tell.
    fn timeline(&self, step: &str, scene: Scene) -> Timeline {
        let title = format!("Which clients wait for others in {step}");
        let mut timeline = Timeline::new(title, Unit::Milliseconds)
            .legend(Kind::Waits, "waits to be accepted")
            .legend(Kind::Served, "accepted, until answered");
        timeline.notes = "answered by".to_owned();
        for (number, visit) in self.visits.iter().enumerate() {
            let label = match (number, scene) {
                (0, Scene::SilentClient) => "client 1, silent".to_owned(),
                (0, Scene::SlowRoute | Scene::SlowRouteAndStop) => "client 1: /sleep".to_owned(),
                _ => format!("client {}: /", number + 1),
            };
            timeline.row(label).span(Kind::Served, visit.connected, visit.answered);
        }
        timeline.marks = self.stopped.map(|at| Mark { at, label: "Ctrl-C".to_owned() }).into_iter().collect();
        timeline
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
    stream.write_all(&request(route))?;
    if stream.read(&mut [0; 4096])? == 0 {
        return Err(Failure::new("a connection was closed without an answer"));
    }
    Ok(Visit { address: stream.local_addr()?, connected, answered: milliseconds_since(beginning) })
}

/// The names of the server's threads, by the number that `strace` shows.
fn thread_names(server: &Server) -> Result<HashMap<u32, String>> {
    let names = server.thread_names().ok_or(Failure::new("only Linux reports the names of threads"))?;
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
        (number, name)
    });
    Ok(named.collect())
}

impl Visit {
    /// When the server accepted this client, and the thread that answered it.
    fn served(&self, calls: &[Call], beginning: SystemTime) -> Result<(u64, u32)> {
        let marker = format!("->{}]>", self.address);
        let mut calls = calls.iter().filter(|call| call.text.contains(&marker));
        let mut find = |text: &str| {
            let call = calls.find(|call| call.text.contains(text));
            call.ok_or_else(|| Failure::new(format!("strace saw no {text} for {}", self.address)))
        };
        let accepted = find("accept4")?.returned(beginning);
        Ok((accepted, find("HTTP/1.1 200")?.thread))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_that_comes_meanwhile_and_is_answered_later_has_waited() {
        let with_quick_clients = |quick: [(u64, u64); 2]| {
            let mut timeline = Timeline::new("", Unit::Milliseconds);
            timeline.row("").span(Kind::Served, 0, 50);
            quick.into_iter().for_each(|(from, to)| {
                timeline.row("").span(Kind::Served, from, to);
            });
            timeline
        };
        for (quick, waited, outcome_in_words) in [
            ([(10, 60), (20, 70)], [true, true], "all wait for client 1"),
            ([(10, 10), (20, 60)], [false, true], "some wait for client 1"),
            ([(10, 10), (55, 60)], [false, false], "no client waits for client 1"),
        ] {
            let timeline = with_quick_clients(quick);
            assert_eq!((waits(&timeline), outcome(&timeline)), (waited.to_vec(), outcome_in_words));
        }
    }
}
