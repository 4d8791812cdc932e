//! Step 11.1: what the parts of a server cost: a lock, a system call, a switch, and the start of a task, a thread and a process.
//!
//! Run: `cargo run --release --bin 11_01_claims`
//! Try: `--time 1s`; `--json`; the same without `--release`.
//! You should see: a task is started in a small part of the time of a thread, and a thread in a small part of the time of a process.

mod parts;

use clap::Parser;
use comfy_table::{CellAlignment, Table, presets::ASCII_MARKDOWN};
use common::command_line;
use parts::{PARTS, Part, memory_of_a_task};
use serde_json::{Map, Value, json};
use std::io::{self, IsTerminal, Write};
use std::time::Duration;

/// Measures what the parts of a server cost, and prints it.
///
/// Of several rounds, the quickest one counts, because other work of the machine can only add to it.
#[derive(Parser)]
#[command(after_help = "Try: --time 1s; --json; the same without --release")]
struct Arguments {
    /// How often to measure each part
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=100))]
    rounds: u32,
    /// For how long to do each part, at least
    #[arg(long, value_name = "TIME", default_value = "100ms", value_parser = humantime::parse_duration)]
    time: Duration,
    /// Print every round, in seconds and in bytes, for programs to read
    #[arg(long)]
    json: bool,
}

fn main() {
    command_line::finish(run(&command_line::read()))
}

fn run(arguments: &Arguments) -> io::Result<()> {
    let memory = memory_of_a_task()?; // before anything else has asked for memory and given it back
    let mut rounds = Vec::new();
    for round in 1..=arguments.rounds {
        show_progress(&format!("round {round} of {} …", arguments.rounds));
        let seconds = PARTS.map(|(_, _, part)| seconds(part, arguments.time));
        rounds.push(seconds.into_iter().collect::<io::Result<Vec<f64>>>()?);
    }
    show_progress("");
    if arguments.json {
        let names = PARTS.map(|(name, _, _)| name.to_owned());
        let named = |round: Vec<f64>| -> Map<String, Value> {
            names.iter().cloned().zip(round.into_iter().map(Value::from)).collect()
        };
        let rounds: Vec<_> = rounds.into_iter().map(named).collect();
        return writeln!(io::stdout(), "{:#}", json!({ "memory_of_a_task": memory, "rounds": rounds }));
    }
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN).set_header(["what", "takes"]);
    for (part, (_, title, _)) in PARTS.iter().enumerate() {
        let quickest = rounds.iter().map(|round| round[part]).fold(f64::INFINITY, f64::min);
        table.add_row([title, format!("{:.0} ns", quickest * 1e9).as_str()]);
    }
    table.add_row(["a task that waits", &format!("{memory:.0} bytes")]);
    table.column_iter_mut().skip(1).for_each(|column| column.set_cell_alignment(CellAlignment::Right));
    writeln!(io::stdout(), "{table}")
}

/// Says to a person what it is doing, in the place of what it said before.
fn show_progress(words: &str) {
    if io::stderr().is_terminal() {
        let _ = write!(io::stderr(), "\r\x1b[K{words}"); // to the beginning of the line, and clear it
    }
}

// ANCHOR: seconds
/// How long a part takes. It is done twice as often each time until the whole takes this time,
/// so that the clock costs nothing.
fn seconds(part: Part, time: Duration) -> io::Result<f64> {
    let mut times = 1;
    loop {
        let took = part(times)?;
        if took >= time || times > u32::MAX / 2 {
            return Ok(took.as_secs_f64() / f64::from(times));
        }
        times *= 2;
    }
}
// ANCHOR_END: seconds
