//! Section 3.5: what it costs a server to wake up for one client, by the number of other clients that say nothing.
//!
//! One client sends a line, waits until it comes back, and sends the next one. So the server waits once for each line.

use super::{load, save};
use crate::{Failure, Result, run, workspace};
use harness::{Program, Server};
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write as _};
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
    ///
    /// # Errors
    ///
    /// If there is nothing.
    pub fn committed() -> Result<Self> {
        load(FILE)
    }

    /// Measures again.
    ///
    /// # Errors
    ///
    /// If the step cannot be built, or does not answer.
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
        let mut figures: Vec<f64> = rounds.map(figure).collect();
        figures.sort_by(f64::total_cmp);
        Some([*figures.first()?, figures[figures.len() / 2], *figures.last()?])
    }

    /// How many times as much CPU time the largest crowd makes a wake-up cost as the smallest one, for which there is room.
    pub fn growth(&self, call: &str) -> Option<f64> {
        let median = |idle| self.range(call, idle, |round| round.cpu).map(|[_, median, _]| median);
        Some(IDLE.into_iter().rev().find_map(median)? / median(IDLE[0])?)
    }

    /// As a table: a row for each call.
    pub fn table(&self) -> String {
        let heads: String = ["time", "CPU"]
            .iter()
            .flat_map(|what| IDLE.map(|idle| format!(" {what}, {} idle |", thousands(idle))))
            .collect();
        let mut table = format!("| |{heads}\n|---|{}\n", "--:|".repeat(2 * IDLE.len()));
        for call in CALLS {
            let figures: [fn(&WakeUp) -> f64; 2] = [|round| round.time, |round| round.cpu];
            let cells: Vec<String> =
                figures.into_iter().flat_map(|figure| IDLE.map(|idle| self.cell(call, idle, figure))).collect();
            let _ = writeln!(table, "| `{call}` | {} |", cells.join(" | "));
        }
        table
    }

    fn cell(&self, call: &str, idle: usize, figure: fn(&WakeUp) -> f64) -> String {
        self.range(call, idle, figure).map_or("refused".to_owned(), |[_, median, _]| microseconds(median))
    }

    /// A bar for each call and each number of idle clients: the CPU time of a wake-up, and a line from the smallest round to the largest.
    pub fn picture(&self) -> String {
        let (left, right, row) = (150.0, 380.0, 22.0);
        let bars =
            IDLE.into_iter().flat_map(|idle| CALLS.map(|call| (call, idle, self.range(call, idle, |round| round.cpu))));
        let bars: Vec<_> = bars.collect();
        let largest = bars.iter().filter_map(|(.., range)| Some(range.as_ref()?[2])).fold(f64::MIN_POSITIVE, f64::max);
        let x = |value: f64| left + (right - left) * value / largest;
        let title = "CPU time of one wake-up, beside idle clients";
        let label: Vec<String> = bars
            .iter()
            .map(|(call, idle, _)| {
                format!("{call}, {}: {}", thousands(*idle), self.cell(call, *idle, |round| round.cpu))
            })
            .collect();
        let height = 28.0 + row * bars.len() as f64 + 12.0;
        let mut svg = format!(
            "<svg class=\"bars\" viewBox=\"0 0 470 {height}\" role=\"img\" aria-label=\"{title}. {}\">\n",
            label.join("; ")
        );
        let _ = writeln!(svg, "<text class=\"title\" x=\"0\" y=\"16\">{title}</text>");
        for (number, (call, idle, range)) in bars.iter().enumerate() {
            let y = 28.0 + row * number as f64 + 6.0 * (number / CALLS.len()) as f64;
            let (middle, text) = (y + 7.0, y + 12.0);
            let _ = writeln!(svg, "<text x=\"0\" y=\"{text}\">{call}, {} idle</text>", thousands(*idle));
            let [smallest, median, most] = range.unwrap_or_default();
            if range.is_some() {
                let _ = writeln!(
                    svg,
                    "<rect class=\"server\" x=\"{left}\" y=\"{y}\" width=\"{:.1}\" height=\"14\"/>",
                    x(median) - left
                );
                let _ = writeln!(svg, "<path d=\"M{:.1} {middle}H{:.1}\"/>", x(smallest), x(most));
            }
            let cell = self.cell(call, *idle, |round| round.cpu);
            let _ = writeln!(svg, "<text x=\"{:.1}\" y=\"{text}\">{cell}</text>", x(most) + 8.0);
        }
        svg + "</svg>\n"
    }
}

impl WakeUp {
    /// Lets so many clients come and say nothing, and one more send so many lines.
    ///
    /// # Errors
    ///
    /// If the server does not answer.
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

fn thousands(number: usize) -> String {
    if number < 1_000 { number.to_string() } else { format!("{},{:03}", number / 1_000, number % 1_000) }
}

fn microseconds(time: f64) -> String {
    if time < 100.0 { format!("{time:.1} µs") } else { format!("{time:.0} µs") }
}
