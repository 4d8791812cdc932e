//! Section 3.5: what it costs a server to wake up for one client, by the number of other clients that say nothing.
//!
//! One client sends a line, waits until it comes back, and sends the next one. So the server waits once for each line.

use super::{load, save};
use crate::report::range;
use crate::{Failure, Result, run, workspace};
use harness::{Program, Server};
use serde::{Deserialize, Serialize};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::Instant;

/// The calls in which step 3.5 can wait.
pub const CALLS: [&str; 3] = ["select", "poll", "epoll"];
/// How many clients say nothing.
pub const IDLE: [usize; 3] = [10, 1_000, 10_000];
const ROUNDS: usize = 7;
const LINES: usize = 2_000;
const FILE: &str = "wake_ups.json";

/// All that was measured.
#[derive(Debug, Serialize, Deserialize)]
pub struct WakeUps {
    /// One for each call and each number of clients, in each round.
    pub rounds: Vec<WakeUp>,
}

/// What one line cost in one round, in microseconds.
#[derive(Debug, Serialize, Deserialize)]
pub struct WakeUp {
    /// Which of [`CALLS`].
    pub call: String,
    /// Which of [`IDLE`].
    pub idle: usize,
    /// From when the line was sent to when it was back.
    pub time: f64,
    /// The CPU time of the server.
    pub cpu: f64,
}

impl WakeUps {
    /// What is in the book.
    pub fn committed() -> Result<Self> {
        load(FILE)
    }

    /// Measures again.
    pub fn measure() -> Result {
        run(Command::new(env!("CARGO")).args(["build", "--release", "--quiet", "-p", "select_poll_epoll"]))?;
        let server = Program::echo(workspace().join("target/release/03_05_select_poll_epoll"));
        let mut rounds = Vec::new();
        for round in 1..=ROUNDS {
            eprintln!("round {round} of {ROUNDS}");
            for idle in IDLE {
                for call in CALLS.into_iter().filter(|call| fits(call, idle)) {
                    rounds.push(WakeUp::observe(&server, call, idle, LINES)?);
                }
            }
        }
        save(FILE, &Self { rounds })
    }

    /// The smallest, the median and the largest of all rounds.
    pub fn range(&self, call: &str, idle: usize, figure: fn(&WakeUp) -> f64) -> Option<[f64; 3]> {
        let rounds = self.rounds.iter().filter(|round| round.call == call && round.idle == idle);
        range(rounds.map(figure))
    }

    /// How many times as much CPU time the largest crowd makes a wake-up cost as the smallest one, for which there is room.
    pub fn growth(&self, call: &str) -> Option<f64> {
        let median = |idle| self.range(call, idle, |round| round.cpu).map(|[_, median, _]| median);
        Some(IDLE.into_iter().rev().find_map(median)? / median(IDLE[0])?)
    }
}

impl WakeUp {
    /// Lets so many clients come and say nothing, and one more send so many lines.
    pub fn observe(server: &Program, call: &str, idle: usize, lines: usize) -> Result<Self> {
        let server = server.clone().argument("--with").argument(call).start()?;
        let mut crowd = Vec::new();
        for number in 0..idle {
            let mut client = Line::connect(&server)?;
            if number % 50 == 0 {
                client.exchange()?; // so that the backlog never overflows
            }
            crowd.push(client);
        }
        let mut client = Line::connect(&server)?;
        (0..lines / 10).try_for_each(|_| client.exchange())?;
        let cpu = || server.cpu_time().ok_or_else(|| Failure::new("the system does not tell the time of a process"));
        let (start, before) = (Instant::now(), cpu()?);
        (0..lines).try_for_each(|_| client.exchange())?;
        let (time, cpu) = (start.elapsed(), cpu()? - before);
        drop(crowd);
        let each = |time: std::time::Duration| time.as_secs_f64() * 1e6 / lines as f64;
        Ok(Self { call: call.to_owned(), idle, time: each(time), cpu: each(cpu) })
    }
}

/// A client that sends a line and waits until it is back.
struct Line(BufReader<TcpStream>);

impl Line {
    fn connect(server: &Server) -> Result<Self> {
        let stream = TcpStream::connect(server.address())?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(harness::SAFETY))?;
        Ok(Self(BufReader::with_capacity(64, stream)))
    }

    fn exchange(&mut self) -> Result {
        self.0.get_mut().write_all(b"hello\n")?;
        let mut answer = String::new();
        self.0.read_line(&mut answer)?;
        if answer == "hello\n" { Ok(()) } else { Err(Failure::new(format!("the answer is {answer:?}"))) }
    }
}

/// Whether `select` has room for so many.
fn fits(call: &str, idle: usize) -> bool {
    call != "select" || idle < 1_010
}
