//! Which clients of an echo server wait for others: several clients connect one after the other, and send a line each.

use super::milliseconds_since;
use super::strace::{Call, Strace};
use crate::{Failure, Result, step};
use harness::{Protocol, SAFETY, Server};
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, SystemTime};
use timeline::{Kind, Timeline, Unit};

/// Measures a step with `strace`, which sees when, and by which thread, each line was read.
pub(super) fn measure(step: &str, clients: u32) -> Result<Timeline> {
    let server = start(step, Duration::from_secs(1))?;
    let strace = Strace::attach(&server, "trace=accept4,recvfrom,sendto,read,write")?;
    let (beginning, visits) = visit_all(&server, clients, Duration::from_millis(500) / clients)?;
    let main = server.process();
    let family = server.processes();
    drop(server);
    let calls = strace.calls()?;

    let (mut timeline, mut readers) = (timeline(step), vec![main]);
    for (number, visit) in visits.iter().enumerate() {
        let (read, reader) = visit.read(&calls, beginning)?;
        if !readers.contains(&reader) {
            readers.push(reader);
        }
        let what = if family.contains(&reader) { "process" } else { "thread" };
        let place = readers.iter().position(|known| *known == reader).unwrap_or_default();
        let row = timeline.row(format!("client {}", number + 1));
        row.note = if place == 0 { "main".to_owned() } else { format!("{what} {place}") };
        if read > visit.connected {
            row.span(Kind::Waits, visit.connected, read);
        }
        row.span(Kind::Served, read, visit.answered);
    }
    "answered by".clone_into(&mut timeline.notes);
    Ok(timeline)
}

/// Does it once more, without looking into the server.
pub(super) fn observe(step: &str, clients: u32) -> Result<Timeline> {
    let server = start(step, Duration::from_millis(300))?;
    let (_, visits) = visit_all(&server, clients, Duration::from_millis(10))?;
    let mut timeline = timeline(step);
    for (number, visit) in visits.iter().enumerate() {
        timeline.row(format!("client {}", number + 1)).span(Kind::Served, visit.connected, visit.answered);
    }
    Ok(timeline)
}

/// Which clients had to wait for others: those that were there for a third longer than the client that was answered quickest. (All have the
/// same delay. On a busy machine each of them may be there for a little longer.)
pub fn in_line(timeline: &Timeline) -> Vec<bool> {
    let times: Vec<u64> = timeline.rows.iter().map(|row| row.end() - row.start()).collect();
    let quickest = times.iter().min().copied().unwrap_or_default();
    times.into_iter().map(|time| time * 3 >= quickest * 4).collect()
}

fn start(step: &str, delay: Duration) -> Result<Server> {
    step::program(step)?.speaking(Protocol::Echo).delay(delay).start()
}

fn timeline(step: &str) -> Timeline {
    Timeline::new(format!("A line from each client, in {step}"), Unit::Milliseconds)
        .legend(Kind::Waits, "waits to be read")
        .legend(Kind::Served, "read, until answered")
}

/// What one client saw. All times are in milliseconds after the first one began to connect.
struct Visit {
    address: SocketAddr,
    connected: u64,
    answered: u64,
}

fn visit_all(server: &Server, clients: u32, pause: Duration) -> Result<(SystemTime, Vec<Visit>)> {
    let beginning = SystemTime::now();
    let mut visits = Vec::new();
    for _ in 0..clients {
        let connected = milliseconds_since(beginning);
        let stream = TcpStream::connect(server.address())?; // here, so that they come in this order
        visits.push(thread::spawn(move || visit(stream, beginning, connected)));
        thread::sleep(pause);
    }
    let visits =
        visits.into_iter().map(|visit| visit.join().unwrap_or_else(|_| Err(Failure::new("a client panicked"))));
    Ok((beginning, visits.collect::<Result<_>>()?))
}

fn visit(mut stream: TcpStream, beginning: SystemTime, connected: u64) -> Result<Visit> {
    stream.set_read_timeout(Some(SAFETY))?;
    stream.write_all(b"hello\n")?;
    let mut line = String::new();
    BufReader::new(&stream).read_line(&mut line)?;
    let answered = milliseconds_since(beginning);
    if line == "hello\n" {
        Ok(Visit { address: stream.local_addr()?, connected, answered })
    } else {
        Err(Failure::new(line))
    }
}

impl Visit {
    /// When the server read this client's line, and the thread that did.
    fn read(&self, calls: &[Call], beginning: SystemTime) -> Result<(u64, u32)> {
        let from_this_client = format!("->{}]>", self.address);
        let is_read = |call: &&Call| call.text.contains(&from_this_client) && call.text.contains("\"hello\\n\"");
        let call = calls.iter().find(is_read);
        let call = call.ok_or_else(|| Failure::new(format!("strace did not see {} read", self.address)))?;
        Ok((call.returned(beginning), call.thread))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_that_takes_longer_than_a_delay_has_waited() {
        let mut timeline = Timeline::new("", Unit::Milliseconds);
        for (from, to) in [(0, 100), (10, 110), (20, 200), (30, 290)] {
            timeline.row("").span(Kind::Served, from, to);
        }
        assert_eq!(in_line(&timeline), [false, false, true, true]);
    }
}
