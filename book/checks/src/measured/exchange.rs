//! One request from far away, seen from both sides. The distance is a relay between the two, which keeps whatever it gets for a
//! while, as a long cable does.

use super::strace::{Call, Strace};
use crate::{Failure, Result, step};
use harness::SAFETY;
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant, SystemTime};
use timeline::{Kind, Row, Timeline, Unit};

/// How long everything is under way, in each direction: about as long as from one continent to the next.
pub const DISTANCE: Duration = Duration::from_millis(40);
/// How long the server's own slow work takes: the nap of `/sleep`.
pub const NAP: Duration = Duration::from_millis(60);
/// A call that takes at least so long, in microseconds, has waited for something.
const BLOCKED: u64 = 500;
/// A program that runs for less than this only looks whether there is something to do: the picture would be full of it.
const GLANCE: u64 = 100;
/// The calls in which programs wait, and those that show what they do.
const CALLS: &str = "trace=connect,accept4,poll,ppoll,epoll_wait,epoll_pwait,futex,recvfrom,sendto";

/// Lets `curl` ask a step for this route, with `strace` on both sides.
pub(super) fn measure(step: &str, route: &str) -> Result<Timeline> {
    let server = step::program(step)?.nap(NAP).start()?;
    let strace = Strace::attach(&server, CALLS)?;
    server.client()?.get("/")?; // the call that was under way when strace came is not in its log
    let relay = Relay::start(server.address())?;
    let url = format!("http://{}{route}", relay.address);
    let client = Strace::start(&["curl", "--silent", "--header", "Connection: close", &url], CALLS)?.calls()?;
    drop(server);
    let packets = relay.packets()?;
    timeline(step, route, &client, &strace.calls()?, &packets)
}

/// The same without looking into either side: when each of them waits for the other is known from outside, too.
pub(super) fn observe(step: &str, route: &str) -> Result<Timeline> {
    let server = step::program(step)?.nap(NAP).start()?;
    let relay = Relay::start(server.address())?;
    let begin = now();
    let mut stream = TcpStream::connect(relay.address)?;
    write!(stream, "GET {route} HTTP/1.1\r\nHost: far.away\r\nConnection: close\r\n\r\n")?;
    io::copy(&mut stream, &mut io::sink())?;
    let end = now();
    drop(stream); // or the relay would wait for more
    let packets = relay.packets()?;
    let mut timeline = empty(step, route);
    timeline.row("client").span(Kind::Blocked, 0, end - begin);
    *timeline.row("on its way") = on_its_way(&packets, begin, end);
    Ok(timeline)
}

fn empty(step: &str, route: &str) -> Timeline {
    Timeline::new(format!("A client and {step} exchange a request for {route} and its answer"), Unit::Microseconds)
        .legend(Kind::Runs, "computes")
        .legend(Kind::Blocked, "waits")
        .legend(Kind::Waits, "the request or the answer is on its way")
}

/// From when the client sends its request to when it has the whole answer.
fn timeline(step: &str, route: &str, client: &[Call], server: &[Call], packets: &[Packet]) -> Result<Timeline> {
    let sends = client.iter().find(|call| call.text.starts_with("sendto("));
    let receives = client.iter().rfind(|call| call.text.starts_with("recvfrom("));
    let (Some(sends), Some(receives)) = (sends, receives) else {
        return Err(Failure::new("strace did not see the client send a request and receive an answer"));
    };
    let (begin, end) = (sends.from, receives.to);
    let mut timeline = empty(step, route);
    for (label, calls) in [("client", client), ("server", server)] {
        if label == "server" {
            *timeline.row("on its way") = on_its_way(packets, begin, end);
        }
        let runs = running(calls, begin, end);
        let row = timeline.row(label);
        let mut done = begin;
        for (from, to) in runs.into_iter().chain([(end, end)]) {
            if from > done {
                row.span(Kind::Blocked, done - begin, from - begin);
            }
            if to > from {
                row.span(Kind::Runs, from - begin, to - begin);
            }
            done = to;
        }
    }
    Ok(timeline)
}

/// When at least one thread was not waiting: between calls, and in calls that return at once.
fn running(calls: &[Call], begin: u64, end: u64) -> Vec<(u64, u64)> {
    let mut threads: Vec<u32> = calls.iter().map(|call| call.thread).collect();
    threads.sort_unstable();
    threads.dedup();
    let mut runs = Vec::new();
    for thread in threads {
        let calls: Vec<&Call> = calls.iter().filter(|call| call.thread == thread).collect();
        let mut awake = calls[0].from;
        for wait in calls.iter().filter(|call| call.to - call.from >= BLOCKED) {
            runs.push((awake, wait.from));
            awake = wait.to;
        }
        runs.push((awake, calls[calls.len() - 1].to));
    }
    let clipped = runs.into_iter().map(|(from, to)| (from.max(begin), to.min(end))).filter(|(from, to)| from < to);
    let mut runs: Vec<(u64, u64)> = clipped.collect();
    runs.sort_unstable();
    let mut united: Vec<(u64, u64)> = Vec::new();
    for (from, to) in runs {
        match united.last_mut().filter(|last| from <= last.1) {
            Some(last) => last.1 = last.1.max(to),
            None => united.push((from, to)),
        }
    }
    united.retain(|(from, to)| to - from >= GLANCE);
    united
}

/// What the relay has carried.
#[derive(Clone, Copy, Debug)]
struct Packet {
    from: u64,
    to: u64,
}

fn on_its_way(packets: &[Packet], begin: u64, end: u64) -> Row {
    let mut row = Row { label: "on its way".to_owned(), ..Row::default() };
    for packet in packets.iter().filter(|packet| packet.from >= begin && packet.from < end) {
        row.span(Kind::Waits, packet.from - begin, packet.to.min(end) - begin);
    }
    row
}

/// A long cable: it serves one connection, then it is done.
struct Relay {
    address: SocketAddr,
    packets: Receiver<Result<Vec<Packet>>>,
}

impl Relay {
    fn start(server: SocketAddr) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let (sender, packets) = channel();
        thread::spawn(move || sender.send(carry_both_ways(&listener, server)));
        Ok(Self { address, packets })
    }

    /// What it carried, in the order of time, without the ends of connections.
    fn packets(self) -> Result<Vec<Packet>> {
        self.packets.recv_timeout(SAFETY).map_err(|_| Failure::new("the relay does not end"))?
    }
}

fn carry_both_ways(listener: &TcpListener, server: SocketAddr) -> Result<Vec<Packet>> {
    let far = TcpStream::connect(server)?; // the server has taken it when the client comes
    let (near, _) = listener.accept()?;
    for stream in [&near, &far] {
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(SAFETY))?;
    }
    let back = {
        let (near, far) = (near.try_clone()?, far.try_clone()?);
        thread::spawn(move || carry(far, near))
    };
    let mut packets = carry(near, far)?;
    packets.extend(back.join().map_err(|_| Failure::new("the relay panicked"))??);
    packets.sort_by_key(|packet| packet.from);
    Ok(packets)
}

/// Reads and delays; whatever comes meanwhile is delayed just as long.
fn carry(mut from: TcpStream, mut to: TcpStream) -> Result<Vec<Packet>> {
    let (sender, receiver) = channel::<(Instant, u64, Vec<u8>)>();
    let writing = thread::spawn(move || {
        let mut packets = Vec::new();
        for (at, read, bytes) in receiver {
            thread::sleep((at + DISTANCE).saturating_duration_since(Instant::now()));
            if bytes.is_empty() {
                let _ = to.shutdown(Shutdown::Write); // it may be gone already
            } else if to.write_all(&bytes).is_ok() {
                packets.push(Packet { from: read, to: now() });
            }
        }
        packets
    });
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let length = from.read(&mut buffer).unwrap_or(0);
        if sender.send((Instant::now(), now(), buffer[..length].to_vec())).is_err() || length == 0 {
            break;
        }
    }
    drop(sender);
    writing.join().map_err(|_| Failure::new("the relay panicked"))
}

/// Microseconds since 1970, as in the output of `strace`.
fn now() -> u64 {
    let time = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(thread: u32, from: u64, to: u64) -> Call {
        Call { thread, from, to, text: String::new() }
    }

    #[test]
    fn a_program_runs_between_its_waits_and_in_its_quick_calls() {
        let calls = [call(1, 0, 1_000), call(1, 1_100, 1_110), call(1, 1_200, 3_000), call(1, 3_150, 5_000)];
        assert_eq!(running(&calls, 0, 5_000), [(1_000, 1_200), (3_000, 3_150)]);
    }

    #[test]
    fn it_runs_if_one_of_its_threads_does() {
        let calls = [call(1, 0, 1_000), call(1, 1_400, 9_000), call(2, 0, 1_300), call(2, 1_500, 9_000)];
        assert_eq!(running(&calls, 0, 5_000), [(1_000, 1_500)]);
    }
}
