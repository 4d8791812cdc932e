//! What each idea for a quicker server changes, as it was measured.

use crate::report::{Report, Row, Verdict, format};
use measure::Scenario;
use measure::figure::{Measure, times};

/// The figures by which an idea is judged.
pub const ROWS: [Row; 7] = [
    (Measure::CpuPerRequest, runtimes_compare::KEEP_ALIVE),
    (Measure::CpuPerRequest, runtimes_compare::KEEP_ALIVE_SHARED),
    (Measure::CpuPerRequest, runtimes_compare::CONNECTION_PER_REQUEST),
    (Measure::CpuPerRequest, runtimes_compare::CONNECTION_PER_REQUEST_SHARED),
    (Measure::CpuPerRequest, runtimes_compare::PIPELINED),
    (Measure::RequestsPerSecond, runtimes_compare::PIPELINED),
    (Measure::BytesPerConnection, runtimes_compare::MEMORY),
];

/// The step that all ideas start from, under the name that it has in the committed data: they were measured when step 9.5 was what step 9.7 is
/// now, but for the way it stops. Whoever measures again names [`runtimes_compare::CHANGED_STEP`] here.
pub const STEP: &str = "09_05_parallel_server";

/// The ideas that were tried on it, in the order of the book: the patches in `runtimes-compare/ideas`.
pub const IDEAS: [&str; 7] = [
    "page_from_disk",
    "write_per_answer",
    "without_yield",
    "yield_at_the_end",
    "buffer_of_the_poll",
    "accept_on_the_main_thread",
    "deferred_accept",
];

/// The ideas whose system calls are counted, and the load under which they show.
pub const COUNTED: [(&str, Scenario); 1] = [("yield_at_the_end", runtimes_compare::CONNECTION_PER_REQUEST)];

/// What an idea changes, as a table.
pub fn table(report: &Report, idea: &str) -> String {
    let mut table = "| | the step | changed | ratio | in each round |\n|---|--:|--:|--:|---|\n".to_owned();
    for row in ROWS {
        let (Some([_, before, _]), Some([_, after, _])) = (report.range(row, STEP), report.range(row, idea)) else {
            continue;
        };
        let ratio = report.ratio(row, idea, STEP).map_or_else(String::new, |[_, ratio, _]| times(ratio));
        let verdict = match report.verdict(row, idea, STEP) {
            Some(Verdict::Less) => "less",
            Some(Verdict::More) => "more",
            _ => "–",
        };
        let title = format!("{}: {}", row.0.title(), row.1.title);
        let (before, after) = (format(row.0, before), format(row.0, after));
        table += &format!("| {title} | {before} | {after} | {ratio} | {verdict} |\n");
    }
    table
}
