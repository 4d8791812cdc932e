//! Does the exercises of the book, each in a copy of the workspace: with the patch of its answer, it must come out as the page says,
//! and without it otherwise.
//!
//! Run: `cargo run --bin exercises 02_01`, half a minute, as `.ci/run` does; without a name all of them.
//! Try: `cargo run --bin exercises 0` for all pages of chapters 1 to 9.
//! You should see: a line for each exercise as soon as it is done, with the time of its command, and one more if it had to be done again.

use book_checks::exercise::{self, Exercise};
use book_checks::sandbox::Sandbox;
use book_checks::{Result, chapter};
use clap::Parser;
use harness::{NO_IO_URING, at_a_time};
use std::process::ExitCode;
use std::thread;
use std::time::Instant;

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
    let mut exercises = Vec::new();
    for page in chapter::all()?.iter().filter(|page| is_wanted(&page.file)) {
        exercises.extend(exercise::of(page)?);
    }
    exercise::doing::build(&exercises)?;
    // Each builds its changed program, and then mostly waits.
    let number = 2 * thread::available_parallelism().map_or(1, usize::from);
    let done = at_a_time(number, &exercises, is_done);
    let failed: Vec<_> =
        exercises.iter().zip(done).filter(|(_, is_done)| !is_done).map(|(exercise, _)| exercise).collect();
    // Where many programs share few processors, an exercise may fail, or take too long, without a fault of its own.
    let again = failed.into_iter().filter(|exercise| {
        println!("{} FAILED beside others, and is done again, alone:", exercise.name());
        !is_done(exercise)
    });
    Ok(again.count())
}

/// Does an exercise, and says what came out. Whether nothing was wrong.
fn is_done(exercise: &Exercise) -> bool {
    let begin = Instant::now();
    // One place for each: what an exercise leaves behind must not help the next one.
    let result = Sandbox::new().and_then(|sandbox| exercise.check(&sandbox));
    match result {
        Ok(took) => {
            let problem = exercise.problem_with_time(took);
            let all = begin.elapsed();
            println!("{:6} {took:>6.1?}, all {all:>6.1?}  {}", exercise.name(), problem.as_deref().unwrap_or("ok"));
            problem.is_none()
        }
        Err(failure) => {
            let text = failure.to_string();
            let is_skipped = text.contains(NO_IO_URING); // a test that does nothing notices no fault
            if is_skipped {
                println!("{:6} {NO_IO_URING}", exercise.name());
            } else {
                println!("{:6} FAILED\n{text}", exercise.name());
            }
            is_skipped
        }
    }
}
