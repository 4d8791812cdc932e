//! The report as a page: what the template needs, with every number made readable.

use crate::figure::{Measure, Unit, times};
use crate::linux::report::{Report, Row};
use crate::linux::results::{Cell, parts};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, context};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Error};

/// The figures of one kind.
#[derive(Serialize)]
struct Group {
    title: &'static str,
    /// What the figure means.
    meaning: &'static str,
    better: &'static str,
    rows: Vec<View>,
}

/// A row of the table, and a chart.
#[derive(Serialize)]
struct View {
    title: String,
    cells: Vec<Shown>,
}

/// A cell of the table, and a bar of the chart.
#[derive(Default, Serialize)]
struct Shown {
    server: String,
    value: String,
    /// Ratio to the first column.
    ratio: String,
    spread: String,
    has_failed: bool,
    /// The best of the servers, if they differ.
    is_best: bool,
    is_yardstick: bool,
    /// Smallest, median and largest, in thousandths of the largest in the row.
    bar: Option<[f64; 3]>,
}

/// The system calls of a scenario, by name.
#[derive(Serialize)]
struct Calls {
    title: String,
    /// Name, and how many each server makes for a request.
    rows: Vec<(String, Vec<String>)>,
}

/// The report as one self-contained HTML document.
pub fn page(report: &Report) -> io::Result<String> {
    let mut environment = Environment::new();
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    environment.set_syntax(syntax.map_err(Error::other)?);
    environment.add_template("report.html", include_str!("report.html")).map_err(Error::other)?;
    let template = environment.get_template("report.html").map_err(Error::other)?;
    let (groups, calls) = (Serde(groups(report)), Serde(calls_by_name(report)));
    template
        .render(context! { report => Serde(report), groups, calls, failures => failures(report) })
        .map_err(Error::other)
}

fn groups(report: &Report) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for row in &report.rows {
        if groups.last().is_none_or(|group| group.title != row.measure.title()) {
            groups.push(Group {
                title: row.measure.title(),
                meaning: meaning(row.measure),
                better: better(row.measure),
                rows: Vec::new(),
            });
        }
        if let Some(group) = groups.last_mut() {
            group.rows.push(view(row, report));
        }
    }
    groups
}

fn better(measure: Measure) -> &'static str {
    match (measure.is_compared(), measure.more_is_better()) {
        (false, _) => "",
        (true, true) => "more is better",
        (true, false) => "less is better",
    }
}

fn view(row: &Row, report: &Report) -> View {
    let largest =
        row.cells.iter().filter_map(Cell::range).map(|[.., largest]| largest).fold(f64::MIN_POSITIVE, f64::max);
    let columns = row.cells.iter().zip(&report.servers);
    let rivals = || columns.clone().filter(|(cell, server)| !server.is_yardstick && cell.range().is_some());
    let beaten = |cell: &Cell| rivals().filter(|(other, _)| is_better(cell, other, row.measure)).count();
    let cells = columns.clone().map(|(cell, server)| Shown {
        is_best: row.measure.is_compared()
            && !server.is_yardstick
            && rivals().count() > 1
            && beaten(cell) + 1 == rivals().count(),
        is_yardstick: server.is_yardstick,
        bar: cell.range().map(|range| range.map(|value| (value / largest * 1000.0).max(0.0))),
        server: shortened(&server.name),
        ..shown(cell, row.measure)
    });
    View { title: report.title(row.scenario), cells: cells.collect() }
}

/// Whether each round of one server was better than any round of another.
fn is_better(one: &Cell, other: &Cell, measure: Measure) -> bool {
    match (one.range(), other.range()) {
        (Some([smallest, ..]), Some([.., largest])) if measure.more_is_better() => smallest > largest,
        (Some([.., largest]), Some([smallest, ..])) => largest < smallest,
        _ => false,
    }
}

fn shown(cell: &Cell, measure: Measure) -> Shown {
    match cell {
        Cell::Absent => Shown { value: "–".to_owned(), ..Shown::default() },
        Cell::Failed { .. } => Shown { value: "failed".to_owned(), has_failed: true, ..Shown::default() },
        Cell::Measured { median, ratio, load_was_the_limit, .. } => {
            let mark = if *load_was_the_limit && measure.more_is_better() { "≥ " } else { "" };
            Shown {
                value: format!("{mark}{}", measure.unit().format(*median)),
                ratio: ratio.map(times).unwrap_or_default(),
                spread: cell.shown_spread().unwrap_or_default(),
                ..Shown::default()
            }
        }
    }
}

/// The system calls that were counted, in each scenario in which they were.
fn calls_by_name(report: &Report) -> Vec<Calls> {
    let counted = report.rows.iter().filter(|row| row.measure == Measure::SystemCallsPerRequest);
    let of = |scenario| {
        let servers = report.servers.iter().map(|server| parts(report.samples, scenario, &server.name));
        let servers: Vec<BTreeMap<_, _>> = servers.collect();
        let names: BTreeSet<&String> = servers.iter().flat_map(BTreeMap::keys).collect();
        let number = |calls: Option<&f64>| calls.map_or("–".to_owned(), |&calls| Unit::Average.format(calls));
        let row = |name: &String| (name.clone(), servers.iter().map(|calls| number(calls.get(name))).collect());
        Calls { title: report.title(scenario), rows: names.into_iter().map(row).collect() }
    };
    counted.map(|row| of(row.scenario)).collect()
}

/// What failed, and why. What fails in the same way everywhere is said once.
fn failures(report: &Report) -> Vec<String> {
    let mut failures: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for sample in report.samples {
        if let Some(error) = &sample.error {
            failures.entry((&sample.server, error)).or_default().push(sample.scenario.title);
        }
    }
    let sentence =
        |((server, error), scenarios): ((_, _), Vec<_>)| format!("{server}: {error} ({})", scenarios.join("; "));
    failures.into_iter().map(sentence).collect()
}

/// What fits beside a bar.
fn shortened(name: &str) -> String {
    match name.char_indices().nth(12) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.to_owned(),
    }
}

fn meaning(measure: Measure) -> &'static str {
    match measure {
        Measure::CpuPerRequest => {
            "User and system time of all the server's threads, divided by the requests answered. It depends least on what else the machine does, so it comes first."
        }
        Measure::KernelShare => {
            "For its system calls: to accept, to receive, to send, to wait. What is left is the server's own work. The kernel looks a few hundred times per second what runs, so the share is rougher than the time."
        }
        Measure::SystemCallsPerRequest => "Of all the server's threads, counted by strace.",
        Measure::InstructionsPerRequest => {
            "The server's own work, in all its threads, counted by valgrind. It depends little on the machine."
        }
        Measure::RequestsPerSecond => "Answers that are whole and good. Other work on the machine lowers it.",
        Measure::LatencyMedian => {
            "From the request to its answer. At a given rate it begins when the request was due, not when it could be sent, so that a server pays for its pauses. The other scenarios send the next request only after the last answer, and flatter a server that pauses."
        }
        Measure::LatencyP99 => "One answer in a hundred took longer.",
        Measure::LatencyP999 => "One answer in a thousand took longer.",
        Measure::AllAnswered => {
            "From the first of all the simultaneous requests to the last answer. Ideal: the time that one answer takes."
        }
        Measure::Arrival => "From the first of all the clients to the last one. The server answers each of them once.",
        Measure::BytesPerConnection => {
            "How much the server's resident memory grows per connection, between a tenth of the connections and all of them. The kernel's own buffers are not in it."
        }
        Measure::ResidentBytes => "The server's resident memory. The kernel's own buffers are not in it.",
        Measure::VirtualBytes => {
            "What the server has reserved, whether or not there is memory behind it: a thread reserves its whole stack, and uses little of it."
        }
        Measure::PageTableBytes => {
            "The kernel's own memory for each process: which memory is behind which addresses. Not in the resident memory."
        }
        Measure::Threads => "In all the server's processes.",
        Measure::Processes => "That the server consists of.",
        Measure::IdleCpuPerSecond => "After one request, with no client connected.",
        Measure::StartUp => "From the start of the process to the end of its first answer.",
        Measure::BinaryBytes => "After strip has taken the symbols out.",
        Measure::Crates => {
            "As cargo tree counts them with the server's feature alone: the server itself and all that is linked into it, without macros and build tools."
        }
        Measure::BuildTime => "Everything that the server needs, from nothing, already downloaded.",
    }
}
