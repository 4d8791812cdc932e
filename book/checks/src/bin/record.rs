//! Records again what the book's steppers show: runs each program with its hooks, and writes down what it does.
//!
//! Run: `cargo run --bin record`, then `UPDATE_BOOK=1 cargo test -p book-checks stepper` to write the pages' parts.
//! After `--`, the beginning of a name records only the frames that are called so: `-- lost`.

use book_checks::stepper::lesson::{Lesson, frames};
use book_checks::stepper::recording;
use book_checks::{Failure, Result};
use std::env;

fn main() -> Result {
    let only = env::args().nth(1).unwrap_or_default();
    let frames: Vec<String> = frames().into_iter().filter(|frame| frame.starts_with(&only)).collect();
    if frames.is_empty() {
        return Err(Failure::new(format!("no frame has a name that begins with {only}")));
    }
    let lessons = frames.iter().map(|frame| Lesson::read(frame)).collect::<Result<Vec<_>>>()?;
    recording::build(&lessons)?;
    for (frame, lesson) in frames.iter().zip(&lessons) {
        for run in &lesson.runs {
            eprintln!("{frame}: {}", run.id);
            recording::renew(frame, lesson, run)?;
        }
    }
    Ok(())
}
