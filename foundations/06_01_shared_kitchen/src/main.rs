//! Step 6.1: customers are tasks that share a soda machine, three cooks, and a fryer. Where do they wait?
//!
//! Run: `cargo run --bin 06_01_shared_kitchen`
//! Try: `--every 1s`, then `--every 1s --soda-machines 2`. With `--real-time`, it takes as long as it says.
//! You should see: with a customer every second, each waits longer for a soda than the one before. Another soda machine helps the last ones.

mod clock;
mod executor;
mod kitchen;
mod picture;
mod plan;
mod report;
mod story;
#[cfg(test)]
mod tests;

use clap::Parser;
use clock::Pace;
use common::command_line;
use plan::Plan;
use std::fs::File;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process;
use story::Event;

/// Serves the customers of a kitchen on a virtual clock, and says how long each of them waits for what.
#[derive(Debug, Parser)]
#[command(after_help = "Try: --every 1s, then --every 1s --soda-machines 2")]
struct Arguments {
    #[command(flatten)]
    plan: Plan,
    /// Take as long as it says, and print each event as it happens
    #[arg(long)]
    real_time: bool,
    /// Draw who used what and when into this file
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Print nothing but the times of service, as JSON
    #[arg(long)]
    json: bool,
}

fn main() {
    let arguments: Arguments = command_line::read();
    if let Some(problem) = arguments.plan.problem() {
        command_line::refuse::<Arguments>(problem);
    }
    if let Err(error) = run(&arguments) {
        end(&error);
    }
}

fn run(Arguments { plan, real_time, svg, json }: &Arguments) -> io::Result<()> {
    let cannot_write =
        |path: &Path, error: io::Error| io::Error::other(format!("cannot write {}: {error}", path.display()));
    let pace = if *real_time { Pace::Real } else { Pace::Virtual };
    let file = svg.as_ref().map(|path| File::create(path).map_err(|error| cannot_write(path, error))).transpose()?;
    let print = if *json { |_| {} } else { print };
    let visits = kitchen::serve_all(plan, pace, print);
    let visits = visits.ok_or_else(|| io::Error::other("deadlock: each task waits for another"))?;
    if let (Some(mut file), Some(path)) = (file, svg) {
        let picture = picture::draw(plan, &visits);
        file.write_all(picture.as_bytes()).map_err(|error| cannot_write(path, error))?;
    }
    let mut output = BufWriter::new(io::stdout().lock());
    if *json {
        serde_json::to_writer(&mut output, &report::json(&visits))?;
        writeln!(output)?;
    } else {
        writeln!(output, "{}\n{}", report::table(&visits), report::summary(plan, &visits))?;
    }
    output.flush()
}

/// Prints an event, as soon as it happens.
fn print(event: Event) {
    if (event.customer as usize) < report::SHOWN
        && let Err(error) = writeln!(io::stdout(), "{event}")
    {
        end(&error);
    }
}

/// Ends the program: without a message, if its output was closed.
fn end(error: &io::Error) -> ! {
    if error.kind() == ErrorKind::BrokenPipe {
        process::exit(0)
    }
    let _ = writeln!(io::stderr(), "{error}");
    process::exit(1)
}
