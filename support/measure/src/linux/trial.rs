//! How a scenario is measured once on one server.

use crate::comparison::{Hands, Own};
use crate::figure::Measure;
use crate::linux::count;
use crate::linux::load::{Job, Length, Outcome, Task};
use crate::linux::loading::{Load, closed_loop, job};
use crate::linux::plan::Plan;
use crate::linux::process;
use crate::linux::results::{Busy, Yield};
use crate::linux::server::{Recipe, Server};
use crate::linux::source;
use crate::scenario::{Beside, Scenario, Work};
use std::io::{self, BufRead, BufReader, Error, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::time::Instant;

/// Measures one scenario on one server, which is started for it.
pub fn measure(scenario: Scenario, recipe: &Recipe, plan: &Plan) -> io::Result<Yield> {
    if plan.is_counting {
        return count::count(scenario, recipe, plan);
    }
    let mut measured = match (scenario.work, &recipe.own) {
        (Work::StartUp, _) => start_up(scenario, recipe)?,
        (Work::Size, Some(_)) => [(Measure::BinaryBytes, source::stripped_size(Path::new(&recipe.command[0]))?)].into(),
        (Work::Crates, Some(own)) => [(Measure::Crates, source::crates(own)?)].into(),
        (Work::Build, Some(own)) => build(own)?,
        (Work::Size | Work::Crates | Work::Build, None) => Yield::default(),
        (Work::AllAtOnce { .. }, Some(own)) if own.is_yardstick || !own.hands.admits(plan.connections(scenario)) => {
            Yield::default()
        }
        _ => {
            let mut server =
                recipe.with(scenario.arguments).start(plan.server_cores(scenario), (scenario.protocol)().as_ref())?;
            let result = match scenario.work {
                Work::AllAtOnce { is_leaving, .. } => all_at_once(scenario, &server, plan, is_leaving),
                Work::Hold => hold(scenario, &server, plan, recipe.own),
                Work::Idle => idle(scenario, &server, plan),
                _ => load(scenario, &server, plan),
            };
            result.map_err(|error| server.explain(&error))?
        }
    };
    measured.values.retain(|measure, _| scenario.figures.contains(measure));
    Ok(measured)
}

/// Loads a server for a while.
fn load(scenario: Scenario, server: &Server, plan: &Plan) -> io::Result<Yield> {
    let window = plan.window;
    let task = match scenario.work {
        Work::FixedRate { per_second } => Task::Rate { per_second: f64::from(per_second), window },
        Work::HalfTheRate { .. } => {
            Task::Rate { per_second: plan.rate.ok_or_else(|| Error::other("no rate is known"))?, window }
        }
        _ => closed_loop(scenario, Length::Time(window)),
    };
    let job = job(scenario, server, plan, task)?;
    let (address, is_over) = (server.address, &AtomicBool::new(false));
    let outcome = thread::scope(|scope| {
        let beside = scenario.beside.map(|beside| scope.spawn(move || ask_beside(beside, address, is_over)));
        let outcome = Load::start(&job).and_then(|mut load| load.outcome());
        is_over.store(true, Relaxed);
        beside.map_or(Ok(()), |beside| beside.join().unwrap_or_else(|_| Err(Error::other("a client panicked"))))?;
        outcome
    })?;
    Ok(evaluate(scenario, &job, &outcome, plan))
}

/// Asks again and again, until the measurement is over.
fn ask_beside(beside: Beside, server: SocketAddr, is_over: &AtomicBool) -> io::Result<()> {
    let mut stream = TcpStream::connect(server)?;
    let mut answers = BufReader::new(stream.try_clone()?);
    while !is_over.load(Relaxed) {
        stream.write_all(beside.request)?;
        answers.read_line(&mut String::new())?;
        thread::sleep(beside.pause);
    }
    Ok(())
}

fn evaluate(scenario: Scenario, job: &Job, outcome: &Outcome, plan: &Plan) -> Yield {
    let mut measured = Yield::from([
        (Measure::CpuPerRequest, outcome.server_cpu / outcome.requests as f64),
        (Measure::RequestsPerSecond, outcome.requests as f64 / outcome.seconds),
        (Measure::LatencyMedian, outcome.latency.p50),
        (Measure::LatencyP99, outcome.latency.p99),
        (Measure::LatencyP999, outcome.latency.p999),
    ]);
    measured.values.extend(outcome.kernel_share.map(|share| (Measure::KernelShare, share)));
    let share = |cpu: f64, cores: usize| cpu / outcome.seconds / cores as f64;
    measured.busy = Some(Busy {
        server: share(outcome.server_cpu, plan.cores_of(plan.server_cores(scenario))),
        load: share(outcome.load_cpu, job.threads),
        are_apart: !job.cores.is_empty(),
        fell_behind: matches!(job.task, Task::Rate { per_second, .. } if (outcome.requests as f64) < 0.97 * per_second * outcome.seconds),
    });
    measured
}

fn all_at_once(scenario: Scenario, server: &Server, plan: &Plan, leaves: bool) -> io::Result<Yield> {
    let outcome = Load::start(&job(scenario, server, plan, Task::Once { asks: true, leaves })?)?.outcome()?;
    let cpu_per_request = outcome.server_cpu / outcome.requests as f64;
    Ok([(Measure::AllAnswered, outcome.seconds), (Measure::CpuPerRequest, cpu_per_request)].into())
}

/// What is there while all connections are held; and the slope between a tenth of them and all, where what a server takes for itself
/// cancels out. A server that serves a few at a time gets all of them, and holds what it takes.
fn hold(scenario: Scenario, server: &Server, plan: &Plan, own: Option<Own>) -> io::Result<Yield> {
    let has_few_hands = matches!(own, Some(Own { hands: Hands::Few(_), .. }));
    let task = if has_few_hands { Task::Knock } else { Task::Once { asks: false, leaves: false } };
    let mut job = job(scenario, server, plan, task)?;
    let all = job.connections.max(10);
    let mut held = Vec::new();
    let mut resident = Vec::new();
    let mut arrival = 0.0;
    for connections in [all / 10, all - all / 10] {
        job.connections = connections;
        let mut load = Load::start(&job)?;
        arrival += load.outcome()?.arrival;
        held.push(load);
        thread::sleep(plan.settling);
        resident.push(process::resident_bytes(&job.server)? as f64);
    }
    let processes = server.processes();
    let held_by = process::extent(&processes)?;
    held.into_iter().try_for_each(Load::release)?;
    let mut measured = Yield::from([
        (Measure::ResidentBytes, resident[1]),
        (Measure::VirtualBytes, held_by.virtual_bytes as f64),
        (Measure::PageTableBytes, held_by.page_table_bytes as f64),
        (Measure::Threads, held_by.threads as f64),
        (Measure::Processes, processes.len() as f64),
    ]);
    if !has_few_hands {
        let each = (resident[1] - resident[0]) / (all - all / 10) as f64;
        measured.values.extend([(Measure::BytesPerConnection, each), (Measure::Arrival, arrival)]);
    }
    Ok(measured)
}

/// What a server costs that has answered once and is then left alone.
fn idle(scenario: Scenario, server: &Server, plan: &Plan) -> io::Result<Yield> {
    server.ask((scenario.protocol)().as_mut())?;
    thread::sleep(plan.settling);
    let processes = server.processes();
    let (before, start) = (process::cpu_time(&processes)?, Instant::now());
    thread::sleep(plan.idling);
    let used = process::cpu_time(&processes)?.saturating_sub(before);
    Ok([(Measure::IdleCpuPerSecond, used.as_secs_f64() / start.elapsed().as_secs_f64())].into())
}

fn build(own: &Own) -> io::Result<Yield> {
    let (seconds, parts) = source::cold_build(own)?;
    Ok(Yield { parts, ..[(Measure::BuildTime, seconds)].into() })
}

fn start_up(scenario: Scenario, recipe: &Recipe) -> io::Result<Yield> {
    let mut protocol = (scenario.protocol)();
    let start = Instant::now();
    let mut server = recipe.with(scenario.arguments).start(&[], protocol.as_ref())?;
    server.ask(protocol.as_mut()).map_err(|error| server.explain(&error))?;
    Ok([(Measure::StartUp, start.elapsed().as_secs_f64())].into())
}
