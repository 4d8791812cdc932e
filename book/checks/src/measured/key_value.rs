//! Step 7.2 beside Redis itself: what a request costs each of them, and how long everyone waits for one slow command.
//!
//! Both are loaded by `redis-benchmark`, in turns, so that what the machine does otherwise meets both. The server has one processor,
//! and the load another one.

use super::{load, save};
use crate::{Failure, Result, workspace};
use harness::Client;
use serde::{Deserialize, Serialize};
use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, thread};
use timeline::{Kind, Timeline, Unit};

/// The command that measures again.
pub const MEASURE: &str = "cargo run -p book-checks --bin measure_key_value";
/// The servers, in the order in which they are told of. Everything is a ratio to the first one.
pub const SERVERS: [&str; 2] = ["redis-server", "07_02_key_value"];
/// What is asked, and how many requests are sent at a time.
pub const LOADS: [(&str, usize); 6] = [("PING", 1), ("SET", 1), ("GET", 1), ("PING", 16), ("SET", 16), ("GET", 16)];
/// How many keys the load uses.
const KEYS_OF_LOAD: usize = 100_000;
/// How many keys there are when somebody asks for all of them.
pub const MANY_KEYS: usize = 1_000_000;
/// When the others ask, counted from the slow command.
const OTHERS: [Duration; 3] = [Duration::from_millis(5), Duration::from_millis(15), Duration::from_millis(25)];

/// All that was measured.
#[derive(Debug, Serialize, Deserialize)]
pub struct Measured {
    /// What Redis says of itself.
    pub redis: String,
    /// The processor.
    pub processor: String,
    /// The loads, in the order in which they were applied.
    pub loads: Vec<Load>,
    /// What a slow command did to everybody, on each server.
    pub waits: Vec<Wait>,
}

/// One load on one server.
#[derive(Debug, Serialize, Deserialize)]
pub struct Load {
    /// Which of [`SERVERS`].
    pub server: String,
    /// What was asked.
    pub command: String,
    /// How many requests were sent at a time.
    pub pipelined: usize,
    /// How many in all.
    pub requests: usize,
    /// The processor time that the server used meanwhile.
    pub cpu_seconds: f64,
    /// How long it took.
    pub seconds: f64,
    /// One answer in a hundred took longer than this, in milliseconds.
    #[serde(default)]
    pub latency_p99: Option<f64>,
}

/// One `KEYS *`, in microseconds from when it was sent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Wait {
    /// Which of [`SERVERS`].
    pub server: String,
    /// When its answer began to arrive.
    pub begun: u64,
    /// When all of it was there.
    pub ended: u64,
    /// When each of the others sent its `PING`, and when it was answered.
    pub others: Vec<(u64, u64)>,
}

impl Wait {
    /// The longest that one of the others waited.
    pub fn longest(&self) -> u64 {
        self.others.iter().map(|(sent, answered)| answered - sent).max().unwrap_or_default()
    }

    /// As a picture.
    pub fn timeline(&self) -> Timeline {
        let title = "One client asks for all of a million keys, and three others send PING";
        let mut timeline = Timeline::new(title, Unit::Microseconds)
            .legend(Kind::Runs, "all keys are looked at")
            .legend(Kind::Blocked, "the answer is sent")
            .legend(Kind::Waits, "waits for an answer");
        timeline.row("KEYS *").span(Kind::Runs, 0, self.begun).span(Kind::Blocked, self.begun, self.ended);
        for (sent, answered) in &self.others {
            timeline.row("PING").span(Kind::Waits, *sent, *answered);
        }
        timeline
    }
}

impl Measured {
    /// What is in the book.
    ///
    /// # Errors
    ///
    /// If there is nothing.
    pub fn committed() -> Result<Self> {
        load("key_value.json")
    }

    /// Measures again, in so many rounds, with so many requests (and sixteen times as many where sixteen are sent at a time).
    ///
    /// # Errors
    ///
    /// If Redis, its benchmark or the program of the step is missing.
    pub fn measure(rounds: usize, requests: usize) -> Result {
        let mut measured = Self::observe(&LOADS, rounds, requests)?;
        for round in 1..=rounds {
            for server in SERVERS {
                eprintln!("round {round} of {rounds}: KEYS *, {server}");
                measured.waits.push(Wait::measure(server)?);
            }
        }
        save("key_value.json", &measured)
    }

    /// Applies these loads, and nothing else.
    ///
    /// # Errors
    ///
    /// If Redis, its benchmark or the program of the step is missing.
    pub fn observe(loads: &[(&str, usize)], rounds: usize, requests: usize) -> Result<Self> {
        let redis = output(Command::new(SERVERS[0]).arg("--version"))?;
        let cpuinfo = fs::read_to_string("/proc/cpuinfo")?;
        let processor = cpuinfo.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or_default();
        let processor = processor.trim_start_matches([' ', '\t', ':']).to_owned();
        let mut measured = Self { redis: redis.trim().to_owned(), processor, loads: Vec::new(), waits: Vec::new() };
        for round in 1..=rounds {
            for &(command, pipelined) in loads {
                for server in SERVERS {
                    eprintln!("round {round} of {rounds}: {command}, {pipelined} at a time, {server}");
                    measured.loads.push(Load::measure(server, command, pipelined, requests * pipelined)?);
                }
            }
        }
        Ok(measured)
    }

    /// The median of a figure of one load on one server; `None` if it was not measured.
    pub fn median(&self, server: &str, load: (&str, usize), figure: fn(&Load) -> Option<f64>) -> Option<f64> {
        let figures: Vec<f64> = self.of(server, load).filter_map(figure).collect();
        (!figures.is_empty()).then(|| median(&figures))
    }

    fn of(&self, server: &str, (command, pipelined): (&str, usize)) -> impl Iterator<Item = &Load> {
        let is_meant =
            move |load: &&Load| load.server == server && load.command == command && load.pipelined == pipelined;
        self.loads.iter().filter(is_meant)
    }

    /// The requests per second of processor time, one number for each round.
    fn rates(&self, server: &str, load: (&str, usize)) -> Vec<f64> {
        self.of(server, load).map(|load| load.requests as f64 / load.cpu_seconds).collect()
    }

    /// How many times as many requests the step answers as Redis does, in the same processor time: the least, the median, and the most
    /// of all rounds.
    pub fn ratio(&self, load: (&str, usize)) -> [f64; 3] {
        let [redis, own] = SERVERS.map(|server| self.rates(server, load));
        let mut ratios: Vec<f64> = redis.iter().zip(&own).map(|(redis, own)| own / redis).collect();
        ratios.sort_by(f64::total_cmp);
        [ratios[0], median(&ratios), ratios[ratios.len() - 1]]
    }

    /// The round in which the median of the waits was measured.
    pub fn typical_wait(&self, server: &str) -> Option<&Wait> {
        let mut waits: Vec<&Wait> = self.waits.iter().filter(|wait| wait.server == server).collect();
        waits.sort_by_key(|wait| wait.longest());
        waits.get(waits.len() / 2).copied()
    }

    /// How it was measured.
    pub fn circumstances(&self) -> String {
        let rounds = self.waits.len() / SERVERS.len();
        let Load { requests, .. } = &self.loads[0];
        format!(
            "Measured with `{MEASURE} -- {rounds} {requests}`: {rounds} rounds, in each of them first the one server and then the \
             other, on one core of an {}, and `redis-benchmark` with 50 connections on another core. `{}`.\n",
            self.processor,
            self.redis.split(" sha").next().unwrap_or_default()
        )
    }

    /// As a table.
    pub fn markdown(&self) -> String {
        let mut table =
            "| requests per second of processor time | Redis | step 7.2 | ratio |\n|---|--:|--:|--:|\n".to_owned();
        for load @ (command, pipelined) in LOADS {
            let rate = |server| thousands(median(&self.rates(server, load)));
            let [least, ratio, most] = self.ratio(load);
            let how = if pipelined == 1 { "one at a time".to_owned() } else { format!("{pipelined} at a time") };
            table += &format!(
                "| `{command}`, {how} | {} | {} | {ratio:.2} ({least:.2}–{most:.2}) |\n",
                rate(SERVERS[0]),
                rate(SERVERS[1]),
            );
        }
        let waited = |server| self.typical_wait(server).map_or(0.0, |wait| wait.longest() as f64 / 1_000.0);
        let [redis, own] = SERVERS.map(waited);
        table + &format!("| longest wait for `PING` during `KEYS *` | {redis:.0} ms | {own:.0} ms | |\n")
    }
}

fn median(numbers: &[f64]) -> f64 {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

/// `1,234,000`, because the last three digits are chance.
fn thousands(number: f64) -> String {
    let thousands = (number / 1_000.0).round();
    if thousands < 1_000.0 {
        return format!("{thousands},000");
    }
    format!("{},{:03},000", (thousands / 1_000.0).floor(), thousands % 1_000.0)
}

fn output(command: &mut Command) -> Result<String> {
    let output = command.output()?;
    if !output.status.success() {
        return Err(Failure::new(format!("{command:?} ended with {}", output.status)));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// One of [`SERVERS`], on the first processor. It is killed when dropped.
struct Running {
    process: Child,
    address: SocketAddr,
}

impl Running {
    fn start(server: &str) -> Result<Self> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let mut command = Command::new("taskset");
        command.args(["-c", "0"]);
        if server == SERVERS[0] {
            command.args([server, "--port", &address.port().to_string(), "--save", "", "--appendonly", "no"]);
        } else {
            command.arg(workspace().join("target/release").join(server)).arg(address.to_string());
        }
        let process = command.current_dir(env::temp_dir()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        let running = Self { process, address };
        let deadline = Instant::now() + Duration::from_secs(10);
        while running.client().is_err() {
            if Instant::now() > deadline {
                return Err(Failure::new(format!("{server} does not listen")));
            }
            thread::sleep(Duration::from_millis(5));
        }
        Ok(running)
    }

    fn client(&self) -> Result<Client> {
        Client::connect(self.address)
    }

    /// The processor time of all its threads.
    fn cpu_time(&self) -> Result<Duration> {
        let mut time = 0;
        for thread in fs::read_dir(format!("/proc/{}/task", self.process.id()))? {
            // The first number in it is the time on a processor, in nanoseconds (Linux: Documentation/scheduler/sched-stats).
            let statistics = fs::read_to_string(thread?.path().join("schedstat"))?;
            time += statistics.split_whitespace().next().and_then(|time| time.parse().ok()).unwrap_or(0);
        }
        Ok(Duration::from_nanos(time))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Load {
    fn measure(server: &str, command: &str, pipelined: usize, requests: usize) -> Result<Self> {
        let running = Running::start(server)?;
        let test = if command == "PING" { "ping_mbulk" } else { command };
        let mut benchmark = Command::new("taskset");
        benchmark.args(["-c", "1", "redis-benchmark", "--csv", "-p", &running.address.port().to_string()]);
        benchmark.args(["-c", "50", "-t", &test.to_lowercase(), "-n", &requests.to_string()]);
        benchmark.args(["-r", &KEYS_OF_LOAD.to_string(), "-P", &pipelined.to_string()]);
        if command == "GET" {
            fill(&mut running.client()?, KEYS_OF_LOAD)?;
        }
        let (before, start) = (running.cpu_time()?, Instant::now());
        let said = output(&mut benchmark)?;
        let (seconds, cpu) = (start.elapsed().as_secs_f64(), running.cpu_time()? - before);
        let (server, command) = (server.to_owned(), command.to_owned());
        // A line of `--csv` is the test, the rate, and the latencies in milliseconds: mean, least, 50 %, 95 %, 99 %, most.
        let latency_p99 = said.lines().last().and_then(|line| line.split(',').nth(6)?.trim_matches('"').parse().ok());
        let cpu_seconds = cpu.as_secs_f64();
        Ok(Self { server, command, pipelined, requests, cpu_seconds, seconds, latency_p99 })
    }
}

/// Sets so many keys, with names as `redis-benchmark` gives them.
fn fill(client: &mut Client, keys: usize) -> Result {
    const AT_A_TIME: usize = 1_000;
    for first in (0..keys).step_by(AT_A_TIME) {
        let requests: String =
            (first..first + AT_A_TIME).map(|number| format!("SET key:{number:012} xxx\r\n")).collect();
        client.send(requests)?;
        client.bytes(AT_A_TIME * "+OK\r\n".len())?;
    }
    Ok(())
}

impl Wait {
    fn measure(server: &str) -> Result<Self> {
        let running = Running::start(server)?;
        let mut slow = running.client()?;
        fill(&mut slow, MANY_KEYS)?;
        let mut others: Vec<Client> = OTHERS.iter().map(|_| running.client()).collect::<Result<_>>()?;
        others.iter_mut().try_for_each(ping)?;
        let start = Instant::now();
        let now = || u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX);
        slow.send("KEYS *\r\n")?;
        let (others, begun, ended) = thread::scope(|scope| {
            let pinging: Vec<_> = others
                .iter_mut()
                .zip(OTHERS)
                .map(|(client, when)| {
                    scope.spawn(move || {
                        thread::sleep(when.saturating_sub(start.elapsed()));
                        let sent = now();
                        ping(client)?;
                        Ok::<_, Failure>((sent, now()))
                    })
                })
                .collect();
            slow.line()?;
            let begun = now();
            slow.bytes(MANY_KEYS * "$16\r\nkey:000000000000\r\n".len())?;
            let ended = now();
            let pinged =
                pinging.into_iter().map(|other| other.join().map_err(|_| Failure::new("a client panicked"))?);
            Ok::<_, Failure>((pinged.collect::<Result<Vec<_>>>()?, begun, ended))
        })?;
        Ok(Self { server: server.to_owned(), begun, ended, others })
    }
}

fn ping(client: &mut Client) -> Result {
    client.send("PING\r\n")?;
    client.line().map(drop)
}
