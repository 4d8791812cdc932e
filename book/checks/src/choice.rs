//! What the choice of a runtime costs, in one table.

use crate::goals::PORTS;
use crate::measured::blocked::Blocked;
use crate::ports::{ASYNC_STD, SMOL, TOKIO};
use crate::report::{Report, Row, Verdict, format};
use crate::{Result, difference};
use measure::figure::Measure;

/// The figures of the table, each with what it says of the choice.
const FIGURES: [(&str, Row); 6] = [
    ("CPU time of a request on a connection that stays open", (Measure::CpuPerRequest, runtimes_compare::KEEP_ALIVE)),
    (
        "CPU time of a request with a connection of its own",
        (Measure::CpuPerRequest, runtimes_compare::CONNECTION_PER_REQUEST),
    ),
    ("memory of an idle connection", (Measure::BytesPerConnection, runtimes_compare::MEMORY)),
    ("size of the program", (Measure::BinaryBytes, runtimes_compare::SIZE)),
    ("crates that are built for it", (Measure::Crates, runtimes_compare::CRATES)),
    ("time of a release build from nothing", (Measure::BuildTime, runtimes_compare::BUILD)),
];

/// The table: a column for each runtime. What is less than with both others, in each round, is bold.
///
/// # Errors
///
/// If what was measured, or a port, cannot be read.
pub fn table() -> Result<String> {
    let reports = [Report::committed("report")?, Report::committed("build")?];
    let mut table = line("", &PORTS.map(str::to_owned)) + "|---|--:|--:|--:|\n";
    for (title, row) in FIGURES {
        let report = reports.iter().find(|report| report.median(row, PORTS[0]).is_some());
        table += &line(title, &PORTS.map(|port| report.map_or_else(String::new, |report| cell(report, row, port))));
    }
    let [_, tokio, _] = difference::counts(ASYNC_STD, TOKIO)?;
    let [_, smol, _] = difference::counts(ASYNC_STD, SMOL)?;
    table +=
        &line("lines that are new, compared with step 9.6", &["–".to_owned(), tokio.to_string(), smol.to_string()]);
    let blocked = Blocked::committed()?;
    let stopped = PORTS.map(|port| blocked.of(&format!("{}_server", port.replace('-', "_"))));
    let stopped = stopped.map(|count| format!("{}\u{a0}of\u{a0}{}", count.unwrap_or_default(), blocked.attempts));
    Ok(table + &line("runs in which one blocked handler stopped everyone", &stopped))
}

fn line(title: &str, cells: &[String]) -> String {
    format!("| {title} | {} |\n", cells.join(" | "))
}

fn cell(report: &Report, row: Row, port: &str) -> String {
    let shown = report.median(row, port).map_or_else(|| "–".to_owned(), |median| format(row.0, median));
    let mut others = PORTS.into_iter().filter(|other| *other != port);
    let is_least = others.all(|other| report.verdict(row, port, other) == Some(Verdict::Less));
    if is_least { format!("**{shown}**") } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_figure_is_bold_if_it_is_lower_than_both_others_in_each_round() {
        let rounds = [("async-std", [1.0, 3.0]), ("tokio", [2.0, 4.0]), ("smol", [2.5, 2.9])];
        let report = |rounds: &[(&str, [f64; 2])]| -> Report {
            let sample = |server, round, size| json!({ "server": server, "round": round, "scenario": "size", "values": { "binary_bytes": size } });
            let samples = rounds
                .iter()
                .flat_map(|(server, [first, second])| [sample(server, 1, first), sample(server, 2, second)]);
            serde_json::from_value(json!({
                "date": "", "command_line": "", "machine": { "processor": "", "cores": 2, "kernel": "" }, "compiler": "", "crates": {},
                "servers": [], "connections": {}, "rate": null, "disturbance": null, "rows": [], "samples": samples.collect::<Vec<_>>(),
            }))
            .expect("a report")
        };
        let is_bold = |report: &Report| {
            PORTS.map(|port| cell(report, (Measure::BinaryBytes, runtimes_compare::SIZE), port).starts_with("**"))
        };
        assert_eq!(is_bold(&report(&rounds)), [false; 3], "smol is lower in the second round");
        assert_eq!(is_bold(&report(&[rounds[0], rounds[1], ("smol", [2.5, 3.1])])), [true, false, false]);
        assert_eq!(is_bold(&report(&rounds[..2])), [false; 3], "smol was not measured");
    }
}
