//! Step 1.3: the same jobs one after the other, on threads, and as tasks on one thread: some wait, the others compute.
//!
//! Run: `cargo run --bin 01_03_cpu_or_io`
//! Try: `--jobs 1`; `--jobs 100`; `--wait 1s`. Look at the load of your processors meanwhile.
//! You should see: jobs that wait do so at the same time, on threads as well as in tasks. Jobs that compute are no faster as tasks.

use clap::Parser;
use comfy_table::{CellAlignment, Table, presets::ASCII_MARKDOWN};
use common::command_line;
use smol::{LocalExecutor, Timer};
use std::hint::black_box;
use std::io::{self, Write};
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::thread;
use std::time::{Duration, Instant};

/// Does jobs that wait and jobs that compute, each in three ways, and prints how long it takes.
///
/// Try: --jobs 1, then --jobs 100.
#[derive(Parser)]
struct Arguments {
    /// How many jobs
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    jobs: u32,
    /// How long a job waits, if it is one that waits
    #[arg(long, value_name = "TIME", default_value = "100ms", value_parser = humantime::parse_duration)]
    wait: Duration,
    /// How many rounds a job computes, if it is one that computes
    #[arg(long, value_name = "ROUNDS", default_value_t = 2_000_000)]
    compute: u32,
}

fn main() {
    command_line::finish(run(&command_line::read()))
}

fn run(arguments: &Arguments) -> io::Result<()> {
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN).set_header(["each job", "the jobs are done", "time", "faster", "under way"]);
    for (does, work) in [("waits", Work::Wait(arguments.wait)), ("computes", Work::Compute(arguments.compute))] {
        let mut first = None;
        for (how, way) in WAYS {
            let (job, begun) = (Job { work, under_way: 0.into(), most: 0.into() }, Instant::now());
            way(&job, arguments.jobs)?;
            let took = begun.elapsed();
            let faster = first.get_or_insert(took).as_secs_f64() / took.as_secs_f64();
            let (took, under_way_at_most) = (format!("{} ms", took.as_millis()), job.most.load(SeqCst).to_string());
            table.add_row([does, how, &took, &format!("{faster:.1} x"), &under_way_at_most]);
        }
    }
    for column in table.column_iter_mut().skip(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    writeln!(io::stdout(), "{table}")
}

type Way = fn(&Job, u32) -> io::Result<()>;

const WAYS: [(&str, Way); 3] = [
    ("one after the other", one_after_the_other),
    ("each on a thread", on_threads),
    ("as tasks on one thread", as_tasks),
];

// ANCHOR: ways
fn one_after_the_other(job: &Job, jobs: u32) -> io::Result<()> {
    for _ in 0..jobs {
        job.block();
    }
    Ok(())
}

fn on_threads(job: &Job, jobs: u32) -> io::Result<()> {
    thread::scope(|scope| {
        for _ in 0..jobs {
            thread::Builder::new().spawn_scoped(scope, || job.block())?;
        }
        Ok(()) // here, the scope waits until all its threads have ended
    })
}

fn as_tasks(job: &Job, jobs: u32) -> io::Result<()> {
    let executor = LocalExecutor::new();
    let tasks: Vec<_> = (0..jobs).map(|_| executor.spawn(job.suspend())).collect();
    smol::block_on(executor.run(async {
        for task in tasks {
            task.await;
        }
    }));
    Ok(())
}
// ANCHOR_END: ways

#[derive(Clone, Copy)]
enum Work {
    Wait(Duration),
    Compute(u32),
}

/// What each job does, and how many jobs are under way: at this moment, and at most so far.
struct Job {
    work: Work,
    under_way: AtomicU32,
    most: AtomicU32,
}

impl Job {
    // ANCHOR: job
    /// Keeps its thread until it is done.
    fn block(&self) {
        let _counted = self.count();
        match self.work {
            Work::Wait(time) => thread::sleep(time),
            Work::Compute(rounds) => compute(rounds),
        }
    }

    /// Gives its thread back while it waits.
    async fn suspend(&self) {
        let _counted = self.count();
        match self.work {
            Work::Wait(time) => {
                Timer::after(time).await;
            }
            Work::Compute(rounds) => compute(rounds),
        }
    }
    // ANCHOR_END: job

    /// Counts this job as under way, until the result is dropped.
    fn count(&self) -> Counted<'_> {
        self.most.fetch_max(self.under_way.fetch_add(1, SeqCst) + 1, SeqCst);
        Counted(self)
    }
}

/// A job that is under way.
struct Counted<'j>(&'j Job);

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, SeqCst);
    }
}

fn compute(rounds: u32) {
    black_box((0..rounds).fold(0, |last, round| black_box(last) ^ round));
}
