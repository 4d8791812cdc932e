//! How each scenario is measured on one server.

use crate::compare::children::Group;
use crate::compare::count;
use crate::compare::load::{Job, Length, Outcome, Window, Work};
use crate::compare::plan::Plan;
use crate::compare::process;
use crate::compare::results::Busy;
use crate::compare::scenario::{Measure, Scenario};
use crate::compare::server::{Recipe, Server};
use crate::compare::source;
use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Error, Write};
use std::process::{ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// What a scenario yields on one server; no values where the server has no such thing.
#[derive(Default)]
pub struct Yield {
    pub values: BTreeMap<Measure, f64>,
    /// What the figure consists of, by name, where that is known: system calls per request, or the seconds that each crate took.
    pub parts: BTreeMap<String, f64>,
    /// How busy server and load were, if the server was loaded.
    pub busy: Option<Busy>,
}

impl<const N: usize> From<[(Measure, f64); N]> for Yield {
    fn from(values: [(Measure, f64); N]) -> Self {
        Self { values: values.into(), ..Self::default() }
    }
}

/// Measures one scenario on one server, which is started for it.
pub fn measure(scenario: Scenario, recipe: &Recipe, plan: &Plan) -> io::Result<Yield> {
    let own = recipe.own.as_ref();
    if plan.is_counting {
        return count::count(scenario, recipe, plan);
    }
    match (scenario, own) {
        (Scenario::StartUp, _) => start_up(recipe),
        (Scenario::Size, Some(own)) => Ok([(Measure::BinaryBytes, source::stripped_size(&own.path)?)].into()),
        (Scenario::Crates, Some(own)) => Ok([(Measure::Crates, source::crates(own.binary)?)].into()),
        (Scenario::Build, Some(own)) => build(own.binary),
        (Scenario::Size | Scenario::Crates | Scenario::Build, None) => Ok(Yield::default()),
        (Scenario::Sleep, Some(own)) if !own.is_server => Ok(Yield::default()),
        _ => {
            let mut server = recipe.start(plan.server_cores(scenario))?;
            let result = match scenario {
                Scenario::Sleep => sleep(&server, plan),
                Scenario::Memory => memory(&server, plan),
                Scenario::Idle => idle(&server, plan),
                _ => load(scenario, &server, plan),
            };
            result.map_err(|error| server.explain(&error))
        }
    }
}

/// Loads a server for a while.
fn load(scenario: Scenario, server: &Server, plan: &Plan) -> io::Result<Yield> {
    let window = plan.window;
    let work = match scenario {
        Scenario::Rate => Work::Rate { per_second: plan.rate.ok_or_else(|| Error::other("no rate is known"))?, window },
        _ => work(scenario, Length::Time(window)),
    };
    let job = job(scenario, server, plan, work);
    let outcome = Load::start(&job)?.outcome()?;
    Ok(evaluate(scenario, &job, &outcome, plan))
}

/// What each connection does in the scenarios in which it asks again as soon as it is answered.
pub fn work(scenario: Scenario, length: Length) -> Work {
    match scenario {
        Scenario::ConnectionPerRequest => Work::Reconnect { length },
        Scenario::Pipelined => Work::KeepAlive { pipelined: 16, length },
        _ => Work::KeepAlive { pipelined: 1, length },
    }
}

fn evaluate(scenario: Scenario, job: &Job, outcome: &Outcome, plan: &Plan) -> Yield {
    let mut values = BTreeMap::from([
        (Measure::CpuPerRequest, outcome.server_cpu / outcome.requests as f64),
        (Measure::RequestsPerSecond, outcome.requests as f64 / outcome.seconds),
        (Measure::LatencyMedian, outcome.latency.p50),
        (Measure::LatencyP99, outcome.latency.p99),
        (Measure::LatencyP999, outcome.latency.p999),
    ]);
    values.extend(outcome.kernel_share.map(|share| (Measure::KernelShare, share)));
    values.retain(|measure, _| scenario.yields(*measure));
    let share = |cpu: f64, cores: usize| cpu / outcome.seconds / cores as f64;
    let busy = Busy {
        server: share(outcome.server_cpu, plan.cores_of(plan.server_cores(scenario))),
        load: share(outcome.load_cpu, job.threads),
        are_apart: !job.cores.is_empty(),
        fell_behind: matches!(job.work, Work::Rate { per_second, .. } if (outcome.requests as f64) < 0.97 * per_second * outcome.seconds),
    };
    Yield { values, busy: Some(busy), ..Yield::default() }
}

/// The load of a scenario, as it is told to the process that makes it.
pub fn job(scenario: Scenario, server: &Server, plan: &Plan, work: Work) -> Job {
    let cores = plan.load_cores(scenario).to_vec();
    Job {
        address: server.address,
        connections: plan.connections(scenario),
        threads: plan.cores_of(&cores),
        cores,
        server: server.processes(),
        work,
    }
}

fn sleep(server: &Server, plan: &Plan) -> io::Result<Yield> {
    let work = Work::Once { path: Some("/sleep".to_owned()) };
    let outcome = Load::start(&job(Scenario::Sleep, server, plan, work))?.outcome()?;
    Ok([(Measure::AllAnswered, outcome.seconds)].into())
}

/// The slope between a tenth of the connections and all of them, each having made one request: what a server takes for itself cancels out.
fn memory(server: &Server, plan: &Plan) -> io::Result<Yield> {
    let mut job = job(Scenario::Memory, server, plan, Work::Once { path: None });
    let all = job.connections.max(10);
    let mut held = Vec::new();
    let mut resident = Vec::new();
    for connections in [all / 10, all - all / 10] {
        job.connections = connections;
        let mut load = Load::start(&job)?;
        load.outcome()?;
        held.push(load);
        thread::sleep(plan.settling);
        resident.push(process::resident_bytes(&job.server)? as f64);
    }
    held.into_iter().try_for_each(Load::release)?;
    Ok([(Measure::BytesPerConnection, (resident[1] - resident[0]) / (all - all / 10) as f64)].into())
}

/// What a server costs that has answered once and is then left alone.
fn idle(server: &Server, plan: &Plan) -> io::Result<Yield> {
    server.ask()?;
    thread::sleep(plan.settling);
    let processes = server.processes();
    let (before, start) = (process::cpu_time(&processes)?, Instant::now());
    thread::sleep(plan.idling);
    let used = process::cpu_time(&processes)?.saturating_sub(before);
    Ok([(Measure::IdleCpuPerSecond, used.as_secs_f64() / start.elapsed().as_secs_f64())].into())
}

fn build(binary: &str) -> io::Result<Yield> {
    let (seconds, parts) = source::cold_build(binary)?;
    Ok(Yield { parts, ..[(Measure::BuildTime, seconds)].into() })
}

fn start_up(recipe: &Recipe) -> io::Result<Yield> {
    let start = Instant::now();
    let mut server = recipe.start(&[])?;
    server.ask().map_err(|error| server.explain(&error))?;
    Ok([(Measure::StartUp, start.elapsed().as_secs_f64())].into())
}

/// A load at work.
pub struct Load {
    group: Group,
    output: BufReader<ChildStdout>,
}

impl Load {
    /// Starts it.
    pub fn start(job: &Job) -> io::Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("load").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut group = Group::start(&mut command)?;
        let (Some(input), Some(output)) = (&mut group.0.stdin, group.0.stdout.take()) else {
            return Err(Error::other("the load has no pipes"));
        };
        writeln!(input, "{}", serde_json::to_string(job)?)?;
        Ok(Self { group, output: BufReader::new(output) })
    }

    /// Waits for what it saw.
    pub fn outcome(&mut self) -> io::Result<Outcome> {
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        if line.is_empty() {
            return Err(Error::other("the load ended without a word"));
        }
        serde_json::from_str::<Result<Outcome, String>>(&line)?.map_err(Error::other)
    }

    /// Lets the connections go, all of which must still be open.
    fn release(mut self) -> io::Result<()> {
        drop(self.group.0.stdin.take());
        self.outcome().map(drop)
    }
}

/// The default lengths of things that take time.
pub fn times(quick: bool) -> (Window, Duration, Duration) {
    let milliseconds = Duration::from_millis;
    if quick {
        let window = Window { warm_up: milliseconds(40), measured: milliseconds(100) };
        (window, milliseconds(100), milliseconds(700))
    } else {
        let window = Window { warm_up: milliseconds(500), measured: milliseconds(2000) };
        (window, milliseconds(300), milliseconds(5000))
    }
}
