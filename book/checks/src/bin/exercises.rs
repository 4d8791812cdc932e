//! Does the exercises of the book, each in a copy of the workspace: with the patch of its answer, it must come out as the page says,
//! and without it otherwise.

use book_checks::exercise::{self, Exercise};
use book_checks::sandbox::Sandbox;
use book_checks::{Result, chapter};
use clap::Parser;
use std::process::ExitCode;
use std::sync::Mutex;
use std::thread;

/// Does the exercises of the book: with the patch of its answer, each must come out as the page says, and without it otherwise.
#[derive(Parser)]
struct Options {
    /// Only those of the pages whose names begin with this, such as `02_01` (all unless given).
    page: Vec<String>,
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(failed) => {
            eprintln!("{failed} exercises failed");
            ExitCode::FAILURE
        }
        Err(failure) => {
            eprintln!("cannot continue: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<usize> {
    let is_wanted = |file: &str| options.page.is_empty() || options.page.iter().any(|page| file.starts_with(page));
    let mut pages = Vec::new();
    for page in chapter::all()?.iter().filter(|page| is_wanted(&page.file)) {
        pages.push(exercise::of(page)?);
    }
    exercise::doing::build(&pages.concat())?;
    let workers = if Sandbox::is_possible() { thread::available_parallelism().map_or(1, usize::from) } else { 1 };
    let (queue, failed) = (Mutex::new(pages.into_iter()), Mutex::new(0));
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(page) = queue.lock().ok().and_then(|mut queue| queue.next()) {
                    let failures = page.iter().filter(|exercise| !is_done(exercise)).count();
                    failed.lock().map_or_else(|_| {}, |mut failed| *failed += failures);
                }
            });
        }
    });
    Ok(failed.into_inner().unwrap_or(1))
}

fn is_done(exercise: &Exercise) -> bool {
    // One place for each: what an exercise leaves behind must not help the next one.
    let result = Sandbox::new().and_then(|sandbox| exercise.check(&sandbox));
    match result {
        Ok(took) => {
            let problem = exercise.problem_with_time(took);
            println!("{:6} {took:>6.1?}  {}", exercise.name(), problem.as_deref().unwrap_or("ok"));
            problem.is_none()
        }
        Err(failure) => {
            println!("{:6} FAILED\n{failure}", exercise.name());
            false
        }
    }
}
