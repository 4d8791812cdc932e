//! Measures step 7.2 and Redis, in turns.

use super::{KEY_LENGTHS, LOADS, LONG_KEYS, Load, MANY_KEYS, Measured, SERVERS, USUAL, Wait};
use crate::measured::save;
use crate::{Failure, Result, workspace};
use harness::Client;
use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

/// How many keys the load uses.
const KEYS_OF_LOAD: usize = 100_000;
/// When the others ask, counted from the slow command.
const OTHERS: [Duration; 3] = [Duration::from_millis(5), Duration::from_millis(15), Duration::from_millis(25)];

impl Measured {
    /// Measures again, in so many rounds, with so many requests (and sixteen times as many where sixteen are sent at a time).
    pub fn measure(rounds: usize, requests: usize) -> Result {
        let mut measured = Self::observe(&LOADS, rounds, requests)?;
        measured.wait(rounds, &[USUAL])?;
        save("key_value.json", &measured)
    }

    /// The same with keys of each length, side by side.
    pub fn measure_lengths(rounds: usize, requests: usize) -> Result {
        let mut measured = Self::observe(&[], 0, 0)?;
        for round in 1..=rounds {
            for ((command, pipelined), length) in
                LONG_KEYS.iter().flat_map(|load| KEY_LENGTHS.map(|length| (*load, length)))
            {
                for server in SERVERS {
                    eprintln!("round {round} of {rounds}: {command}, {length} bytes a key, {server}");
                    measured.loads.push(Load::measure(server, command, pipelined, requests * pipelined, length)?);
                }
            }
        }
        measured.wait(rounds, &KEY_LENGTHS)?;
        save("key_lengths.json", &measured)
    }

    /// How long all clients wait for one slow command.
    fn wait(&mut self, rounds: usize, lengths: &[usize]) -> Result {
        for (round, length) in (1..=rounds).flat_map(|round| lengths.iter().map(move |length| (round, *length))) {
            for server in SERVERS {
                eprintln!("round {round} of {rounds}: KEYS *, {length} bytes a key, {server}");
                self.waits.push(Wait::measure(server, length)?);
            }
        }
        Ok(())
    }

    /// Applies these loads, and nothing else.
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
