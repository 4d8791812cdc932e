//! Step 7.2 beside Redis itself: what a request costs each of them, and how long all clients wait for one slow command.
//!
//! Both are loaded by `redis-benchmark`, in turns, so that what the machine does otherwise meets both. The server has one processor,
//! and the load another one.

mod observe;

use super::load;
use crate::Result;
use crate::report::range;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use timeline::{Kind, Timeline, Unit};

/// The command that measures again.
pub const MEASURE: &str = "cargo run --bin measure_key_value";
/// The servers, in the order of the tables. Every figure is a ratio to that of the first one.
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
/// How many keys there are when a client asks for all of them.
pub const MANY_KEYS: usize = 1_000_000;

/// All that was measured.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Measured {
    /// What Redis says of itself.
    pub redis: String,
    /// The processor.
    pub processor: String,
    /// The loads, in the order in which they were applied.
    pub loads: Vec<Load>,
    /// What a slow command did to all clients, on each server.
    pub waits: Vec<Wait>,
}

/// One load on one server.
#[derive(Clone, Debug, Serialize, Deserialize)]
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
    /// The longest wait of the other clients.
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
    pub fn committed() -> Result<Self> {
        load("key_value.json")
    }

    /// The same for keys of several lengths.
    pub fn of_lengths() -> Result<Self> {
        load("key_lengths.json")
    }

    /// A figure of one load on one server, in each round.
    pub fn figures(&self, server: &str, load: (&str, usize), figure: fn(&Load) -> Option<f64>) -> Vec<f64> {
        self.of(server, load, USUAL).filter_map(figure).collect()
    }

    fn of(&self, server: &str, (command, pipelined): (&str, usize), length: usize) -> impl Iterator<Item = &Load> {
        let is_meant = move |load: &&Load| {
            load.server == server && load.command == command && load.pipelined == pipelined && load.key_length == length
        };
        self.loads.iter().filter(is_meant)
    }

    /// A figure of each round: of Redis, of the step, and the ratio of the second to the first.
    fn compare(&self, load: (&str, usize), length: usize, figure: fn(&Load) -> f64) -> [[f64; 3]; 3] {
        compare(SERVERS.map(|server| self.of(server, load, length).map(figure).collect()))
    }

    /// How many times as many requests the step answers as Redis does in the same processor time, with keys of this length.
    pub fn ratio(&self, load: (&str, usize), length: usize) -> [f64; 3] {
        self.compare(load, length, Load::per_cpu_second)[2]
    }

    /// The same in the same time.
    pub fn ratio_by_the_clock(&self, load: (&str, usize)) -> [f64; 3] {
        self.compare(load, USUAL, Load::per_second)[2]
    }

    /// Whether one of the servers had to wait for the load.
    pub fn is_limited_by_the_load(&self, load: (&str, usize)) -> bool {
        let [redis, own, _] = self.compare(load, USUAL, Load::busy);
        redis[1].min(own[1]) < BUSY
    }

    /// The round in which the median of the waits was measured.
    pub fn typical_wait(&self, server: &str, length: usize) -> Option<&Wait> {
        let is_meant = |wait: &&Wait| wait.server == server && wait.key_length == length;
        let mut waits: Vec<&Wait> = self.waits.iter().filter(is_meant).collect();
        waits.sort_by_key(|wait| wait.longest());
        waits.get(waits.len() / 2).copied()
    }

    /// What the tables say: each load on both servers, and the waits for one slow command.
    pub fn compared(&self) -> Value {
        let usual = LOADS.map(|load| (load, USUAL));
        let long = KEY_LENGTHS[1..].iter().flat_map(|length| LONG_KEYS.map(|load| (load, *length)));
        let measured =
            usual.into_iter().chain(long).filter(|(load, length)| self.of(SERVERS[0], *load, *length).count() > 0);
        let loads = measured.map(|(load, length)| {
            let [clock, cpu, busy] =
                [Load::per_second, Load::cpu_of_a_request, Load::busy].map(|figure| self.compare(load, length, figure));
            json!({
                "command": load.0,
                "at_a_time": if load.1 == 1 { "one at a time".to_owned() } else { format!("{} at a time", load.1) },
                "key_length": length,
                "per_second": [clock[0][1], clock[1][1]],
                "cpu": [cpu[0][1], cpu[1][1]],
                "busy": [busy[0][1], busy[1][1]],
                "ratio_by_the_clock": clock[2],
                "ratio": cpu[2],
                "limited_by_the_load": self.is_limited_by_the_load(load),
            })
        });
        let waits =
            KEY_LENGTHS.into_iter().filter(|length| self.typical_wait(SERVERS[0], *length).is_some()).map(|length| {
                let [redis, own, ratio] = self.compare_waits(length);
                json!({ "key_length": length, "longest": [redis[1], own[1]], "ratio": ratio })
            });
        let first = &self.loads[0];
        json!({
            "command": MEASURE,
            "rounds": self.of(&first.server, (&first.command, first.pipelined), first.key_length).count(),
            "requests": first.requests / first.pipelined,
            "processor": self.processor,
            "redis": self.redis.split(" sha").next(),
            "loads": loads.collect::<Vec<_>>(),
            "waits": waits.collect::<Vec<_>>(),
        })
    }

    /// The longest wait of each round, in seconds: of Redis, of the step, and the ratio of the second to the first.
    pub fn compare_waits(&self, key_length: usize) -> [[f64; 3]; 3] {
        let of = |server: &str| {
            let waits = self.waits.iter().filter(|wait| wait.server == server && wait.key_length == key_length);
            waits.map(|wait| wait.longest() as f64 / 1e6).collect::<Vec<_>>()
        };
        compare(SERVERS.map(of))
    }
}

/// Least, median and most of both servers, and of the ratios of the second to the first, round by round.
fn compare([redis, own]: [Vec<f64>; 2]) -> [[f64; 3]; 3] {
    let ratios: Vec<f64> = redis.iter().zip(&own).map(|(redis, own)| own / redis).collect();
    [redis, own, ratios].map(|rounds| range(rounds).unwrap_or([f64::NAN; 3]))
}

impl Load {
    fn per_second(&self) -> f64 {
        self.requests as f64 / self.seconds
    }

    fn per_cpu_second(&self) -> f64 {
        self.requests as f64 / self.cpu_seconds
    }

    fn cpu_of_a_request(&self) -> f64 {
        self.cpu_seconds / self.requests as f64
    }

    /// For which part of the time the server had its processor.
    fn busy(&self) -> f64 {
        self.cpu_seconds / self.seconds
    }
}
