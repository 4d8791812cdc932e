//! What each idea for step 9.5 changes, as it was measured.

use crate::report::scenario::{Measure, Scenario, times};
use crate::report::{Report, Row, Verdict, format};

/// The figures by which an idea is judged.
pub const ROWS: [Row; 5] = [
    (Measure::CpuPerRequest, Scenario::KeepAlive),
    (Measure::CpuPerRequest, Scenario::ConnectionPerRequest),
    (Measure::CpuPerRequest, Scenario::Pipelined),
    (Measure::RequestsPerSecond, Scenario::Pipelined),
    (Measure::BytesPerConnection, Scenario::Memory),
];

/// The step that all ideas start from, as `compare` names it.
pub const STEP: &str = "async-std";

/// What an idea changes, as a table.
pub fn table(report: &Report, idea: &str) -> String {
    let mut table = "| | step 9.5 | changed | ratio | in each round |\n|---|--:|--:|--:|---|\n".to_owned();
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
        let title = format!("{}: {}", row.0.title(), row.1.title());
        let (before, after) = (format(row.0, before), format(row.0, after));
        table += &format!("| {title} | {before} | {after} | {ratio} | {verdict} |\n");
    }
    table
}
