//! Step 7.2 beside Redis itself: what a request costs each of them, and how long everyone waits for one slow command.
//!
//! Both are loaded by `redis-benchmark`, in turns, so that what the machine does otherwise meets both. The server has one processor,
//! and the load another one.

use super::{load, save};
use crate::{Failure, Result, workspace};
use harness::Client;
use serde::{Deserialize, Serialize};
use std::fmt::{self, Display, Formatter};
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
/// How long keys are: those of `redis-benchmark` fit into the map of the step to the byte. Longer ones do not.
pub const KEY_LENGTHS: [usize; 3] = [USUAL, 17, 40];
const USUAL: usize = 16;
/// What is asked with keys of each length: that in which the server's own work counts.
pub const LONG_KEYS: [(&str, usize); 2] = [("SET", 16), ("GET", 16)];
/// A server that works for a smaller part of the time waits for the load.
const BUSY: f64 = 0.9;
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
    /// How long each key is, in bytes.
    #[serde(default = "usual")]
    pub key_length: usize,
    /// The processor time that the server used meanwhile.
    pub cpu_seconds: f64,
    /// How long it took.
    pub seconds: f64,
    /// One answer in a hundred took longer than this, in milliseconds.
    #[serde(default)]
    pub latency_p99: Option<f64>,
}

fn usual() -> usize {
    USUAL
}

/// One `KEYS *`, in microseconds from when it was sent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Wait {
    /// Which of [`SERVERS`].
    pub server: String,
    /// How long each key is, in bytes.
    #[serde(default = "usual")]
    pub key_length: usize,
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
        for (round, length) in (1..=rounds).flat_map(|round| KEY_LENGTHS.map(|length| (round, length))) {
            for server in SERVERS {
                eprintln!("round {round} of {rounds}: KEYS *, {length} bytes a key, {server}");
                measured.waits.push(Wait::measure(server, length)?);
                for (command, pipelined) in LONG_KEYS.into_iter().filter(|_| length != USUAL) {
                    eprintln!("round {round} of {rounds}: {command}, {length} bytes a key, {server}");
                    measured.loads.push(Load::measure(server, command, pipelined, requests * pipelined, length)?);
                }
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
                    measured.loads.push(Load::measure(server, command, pipelined, requests * pipelined, USUAL)?);
                }
            }
        }
        Ok(measured)
    }

    /// The median of a figure of one load on one server; `None` if it was not measured.
    pub fn median(&self, server: &str, load: (&str, usize), figure: fn(&Load) -> Option<f64>) -> Option<f64> {
        let figures: Vec<f64> = self.of(server, load, USUAL).filter_map(figure).collect();
        (!figures.is_empty()).then(|| median(&figures))
    }

    fn of(&self, server: &str, (command, pipelined): (&str, usize), length: usize) -> impl Iterator<Item = &Load> {
        let is_meant = move |load: &&Load| {
            load.server == server && load.command == command && load.pipelined == pipelined && load.key_length == length
        };
        self.loads.iter().filter(is_meant)
    }

    /// A figure of each round: of Redis, of the step, and the ratio of the second to the first.
    fn compare(&self, load: (&str, usize), length: usize, figure: fn(&Load) -> f64) -> [Spread; 3] {
        let [redis, own] = SERVERS.map(|server| self.of(server, load, length).map(figure).collect::<Vec<_>>());
        let ratios = redis.iter().zip(&own).map(|(redis, own)| own / redis).collect();
        [redis, own, ratios].map(Spread::of)
    }

    /// How many times as many requests the step answers as Redis does in the same processor time, with keys of this length.
    pub fn ratio(&self, load: (&str, usize), length: usize) -> Spread {
        self.compare(load, length, Load::per_cpu_second)[2]
    }

    /// The same in the same time.
    pub fn ratio_by_the_clock(&self, load: (&str, usize)) -> Spread {
        self.compare(load, USUAL, Load::per_second)[2]
    }

    /// Whether one of the servers had to wait for the load.
    pub fn is_limited_by_the_load(&self, load: (&str, usize)) -> bool {
        let [redis, own, _] = self.compare(load, USUAL, Load::busy);
        redis.median.min(own.median) < BUSY
    }

    /// The round in which the median of the waits was measured.
    pub fn typical_wait(&self, server: &str, length: usize) -> Option<&Wait> {
        let is_meant = |wait: &&Wait| wait.server == server && wait.key_length == length;
        let mut waits: Vec<&Wait> = self.waits.iter().filter(is_meant).collect();
        waits.sort_by_key(|wait| wait.longest());
        waits.get(waits.len() / 2).copied()
    }

    /// How it was measured.
    pub fn circumstances(&self) -> String {
        let rounds = self.of(SERVERS[0], LOADS[0], USUAL).count();
        let Load { requests, .. } = &self.loads[0];
        format!(
            "Measured with `{MEASURE} -- {rounds} {requests}`: {rounds} rounds, in each of them first the one server and then the \
             other, on one core of an {}, and `redis-benchmark` with 50 connections on another core. `{}`.\n",
            self.processor,
            self.redis.split(" sha").next().unwrap_or_default()
        )
    }

    /// What the clock says, as a table.
    pub fn by_the_clock(&self) -> String {
        let mut table = "| requests per second | Redis | step 7.2 | ratio | busy: Redis, step | limited by |\n\
                         |---|--:|--:|--:|--:|---|\n"
            .to_owned();
        for load in LOADS {
            let [redis, own, ratio] = self.compare(load, USUAL, Load::per_second);
            let busy = self.compare(load, USUAL, Load::busy).map(|share| format!("{:.0} %", share.median * 100.0));
            let limit = if self.is_limited_by_the_load(load) { "the load" } else { "the server" };
            let (redis, own) = (thousands(redis.median), thousands(own.median));
            table += &format!("| {} | {redis} | {own} | {ratio} | {}, {} | {limit} |\n", name(load), busy[0], busy[1]);
        }
        table
    }

    /// What a request costs, and how long everyone waits for one slow command, as a table.
    pub fn markdown(&self) -> String {
        let mut table =
            "| processor time | length of a key | Redis | step 7.2 | step per Redis |\n|---|--:|--:|--:|--:|\n"
                .to_owned();
        let usual = LOADS.map(|load| (load, USUAL));
        let long = KEY_LENGTHS[1..].iter().flat_map(|length| LONG_KEYS.map(|load| (load, *length)));
        for (load, length) in usual.into_iter().chain(long) {
            if self.of(SERVERS[0], load, length).next().is_some() {
                let [redis, own, ratio] = self.compare(load, length, Load::cpu_microseconds);
                let length = if load.0 == "PING" { "–".to_owned() } else { format!("{length} B") };
                table += &format!("| {} | {length} | {redis:.2} µs | {own:.2} µs | {ratio} |\n", name(load));
            }
        }
        for length in KEY_LENGTHS {
            if let [Some(redis), Some(own)] = SERVERS.map(|server| self.typical_wait(server, length)) {
                let [redis, own] = [redis, own].map(|wait| wait.longest() as f64 / 1_000.0);
                table += &format!(
                    "| longest wait for `PING` during `KEYS *` | {length} B | {redis:.0} ms | {own:.0} ms | {:.2} |\n",
                    own / redis
                );
            }
        }
        table
    }
}

/// The least, the median, and the most of some rounds.
#[derive(Clone, Copy, Debug)]
pub struct Spread {
    /// The least.
    pub least: f64,
    /// The one in the middle.
    pub median: f64,
    /// The most.
    pub most: f64,
}

impl Spread {
    fn of(mut numbers: Vec<f64>) -> Self {
        numbers.sort_by(f64::total_cmp);
        Self { least: numbers[0], median: median(&numbers), most: numbers[numbers.len() - 1] }
    }
}

/// With a precision: the median alone. Otherwise, with the least and the most.
impl Display for Spread {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match formatter.precision() {
            Some(precision) => write!(formatter, "{:.precision$}", self.median),
            None => write!(formatter, "{:.2} ({:.2}–{:.2})", self.median, self.least, self.most),
        }
    }
}

impl Load {
    fn per_second(&self) -> f64 {
        self.requests as f64 / self.seconds
    }

    fn per_cpu_second(&self) -> f64 {
        self.requests as f64 / self.cpu_seconds
    }

    fn cpu_microseconds(&self) -> f64 {
        self.cpu_seconds * 1e6 / self.requests as f64
    }

    /// For which part of the time the server had its processor.
    fn busy(&self) -> f64 {
        self.cpu_seconds / self.seconds
    }
}

fn name((command, pipelined): (&str, usize)) -> String {
    let how = if pipelined == 1 { "one at a time".to_owned() } else { format!("{pipelined} at a time") };
    format!("`{command}`, {how}")
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
    fn measure(server: &str, command: &str, pipelined: usize, requests: usize, key_length: usize) -> Result<Self> {
        let running = Running::start(server)?;
        let test = if command == "PING" { "ping_mbulk" } else { command };
        let mut benchmark = Command::new("taskset");
        benchmark.args(["-c", "1", "redis-benchmark", "--csv", "-p", &running.address.port().to_string()]);
        benchmark.args(["-c", "50", "-n", &requests.to_string()]);
        benchmark.args(["-r", &KEYS_OF_LOAD.to_string(), "-P", &pipelined.to_string()]);
        let key = format!("{}__rand_int__", prefix(key_length)); // twelve digits take the place of the word
        match command {
            _ if key_length == USUAL => benchmark.args(["-t", &test.to_lowercase()]),
            "SET" => benchmark.args([command, &key, "xxx"]),
            _ => benchmark.args([command, &key]),
        };
        if command == "GET" {
            fill(&mut running.client()?, KEYS_OF_LOAD, key_length)?;
        }
        let (before, start) = (running.cpu_time()?, Instant::now());
        let said = output(&mut benchmark)?;
        let (seconds, cpu) = (start.elapsed().as_secs_f64(), running.cpu_time()? - before);
        let (server, command) = (server.to_owned(), command.to_owned());
        // A line of `--csv` is the test, the rate, and the latencies in milliseconds: mean, least, 50 %, 95 %, 99 %, most.
        let latency_p99 = said.lines().last().and_then(|line| line.split(',').nth(6)?.trim_matches('"').parse().ok());
        let cpu_seconds = cpu.as_secs_f64();
        Ok(Self { server, command, pipelined, requests, key_length, cpu_seconds, seconds, latency_p99 })
    }
}

/// What comes before the twelve digits of a key, so that it has this length.
fn prefix(key_length: usize) -> String {
    format!("{}:", "key".repeat(20).get(..key_length - 13).unwrap_or_default())
}

/// Sets so many keys, with names as `redis-benchmark` gives them.
fn fill(client: &mut Client, keys: usize, key_length: usize) -> Result {
    const AT_A_TIME: usize = 1_000;
    for first in (0..keys).step_by(AT_A_TIME) {
        let requests: String = (first..first + AT_A_TIME)
            .map(|number| format!("SET {}{number:012} xxx\r\n", prefix(key_length)))
            .collect();
        client.send(requests)?;
        client.bytes(AT_A_TIME * "+OK\r\n".len())?;
    }
    Ok(())
}

impl Wait {
    fn measure(server: &str, key_length: usize) -> Result<Self> {
        let running = Running::start(server)?;
        let mut slow = running.client()?;
        fill(&mut slow, MANY_KEYS, key_length)?;
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
            slow.bytes(MANY_KEYS * ("$16\r\n\r\n".len() + key_length))?; // each length has two digits
            let ended = now();
            let pinged =
                pinging.into_iter().map(|other| other.join().map_err(|_| Failure::new("a client panicked"))?);
            Ok::<_, Failure>((pinged.collect::<Result<Vec<_>>>()?, begun, ended))
        })?;
        Ok(Self { server: server.to_owned(), key_length, begun, ended, others })
    }
}

fn ping(client: &mut Client) -> Result {
    client.send("PING\r\n")?;
    client.line().map(drop)
}
