//! Step 1.4: two requests, each of which computes, waits for an answer from elsewhere, and computes again. What runs when?
//!
//! Run: `cargo run --bin 01_04_two_requests -- sequence`
//! Try: `processes`, `threads` and `tasks` in its place. With `taskset -c 0` before it, Linux gives it a single processor.
//! You should see: in sequence, the second request waits for the first. Otherwise, one request computes while the other waits.

mod request;

use clap::{Parser, ValueEnum};
use common::command_line;
use request::{Request, Times};
use smol::LocalExecutor;
use std::io::{self, Write};
use std::thread;
use timeline::{Kind, Timeline, Unit};

/// Serves requests, and draws when each request computes and when it waits.
///
/// Try: sequence, processes, threads, tasks.
#[derive(Parser)]
struct Arguments {
    /// In which way
    way: Way,
    #[command(flatten)]
    times: Times,
    /// Print the timeline as data
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Way {
    One,
    Sequence,
    Processes,
    Threads,
    Tasks,
}

fn main() {
    let arguments: Arguments = command_line::read();
    let printed = run(&arguments).and_then(|timeline| {
        let text = if arguments.json { serde_json::to_string(&timeline)? } else { timeline.text(72) };
        writeln!(io::stdout(), "{}", text.trim_end())
    });
    command_line::finish(printed)
}

/// Serves one request or two, and returns what they did.
fn run(arguments: &Arguments) -> io::Result<Timeline> {
    let (mut a, mut b) = (Request::new("request A", arguments.times), Request::new("request B", arguments.times));
    serve(arguments.way, &mut a, &mut b)?;
    let mut timeline = Timeline::new(format!("Computing and waiting: {:?}", arguments.way), Unit::Microseconds)
        .legend(Kind::Runs, "computes")
        .legend(Kind::Blocked, "waits for an answer from elsewhere")
        .legend(Kind::Waits, "waits for its turn, or to be started");
    timeline.rows = [a, b].into_iter().map(Request::row).filter(|row| !row.spans.is_empty()).collect();
    Ok(timeline)
}

// ANCHOR: ways
fn serve(way: Way, a: &mut Request, b: &mut Request) -> io::Result<()> {
    match way {
        Way::One => a.serve(),
        Way::Sequence => {
            a.serve();
            b.serve();
        }
        Way::Processes => {
            let children = [a.start_process()?, b.start_process()?];
            for (request, child) in [a, b].into_iter().zip(children) {
                request.take_over(&child.wait_with_output()?)?;
            }
        }
        Way::Threads => thread::scope(|scope| {
            thread::Builder::new().spawn_scoped(scope, || a.serve())?;
            thread::Builder::new().spawn_scoped(scope, || b.serve()).map(drop)
        })?,
        Way::Tasks => {
            let executor = LocalExecutor::new();
            let tasks = [executor.spawn(a.serve_as_task()), executor.spawn(b.serve_as_task())];
            smol::block_on(executor.run(async {
                for task in tasks {
                    task.await;
                }
            }));
        }
    }
    Ok(())
}
// ANCHOR_END: ways
