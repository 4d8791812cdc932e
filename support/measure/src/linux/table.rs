//! The table for the terminal.

use crate::figure::{Measure, times};
use crate::linux::report::Report;
use crate::linux::results::{Cell, Results, Sample};
use comfy_table::{CellAlignment, ContentArrangement, Table, presets::UTF8_FULL_CONDENSED};

/// All figures, one column per server, followed by what the marks mean.
pub fn table(report: &Report, results: &Results, servers: &[String]) -> String {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header([&["".to_owned()], servers].concat());
    let mut title = None;
    for (measure, scenario) in results.rows() {
        if title.replace(measure) != Some(measure) {
            table.add_row([measure.title()]);
        }
        let cells = servers.iter().map(|server| text(&results.cell(scenario, measure, server, &servers[0]), measure));
        table.add_row([format!("  {}", report.title(scenario))].into_iter().chain(cells));
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    format!("{table}\n{}", notes(report, results))
}

/// Median and spread, and below them the ratio to the first column.
fn text(cell: &Cell, measure: Measure) -> String {
    match cell {
        Cell::Absent => "–".to_owned(),
        Cell::Failed { .. } => "failed".to_owned(),
        Cell::Measured { median, ratio, load_was_the_limit, .. } => {
            let mark = if *load_was_the_limit && measure.more_is_better() { "≥ " } else { "" };
            let ratio = ratio.map_or_else(String::new, times);
            let spread = cell.shown_spread().map_or_else(String::new, |spread| format!(" {spread}"));
            format!("{mark}{}\n{ratio}{spread}", measure.unit().format(*median))
        }
    }
}

fn notes(report: &Report, results: &Results) -> String {
    let mut notes =
        "Medians over the rounds; ± is how far the farthest round lies from it; × is the ratio to the first column.\n"
            .to_owned();
    if results.samples.iter().any(Sample::load_was_the_limit) {
        notes += "≥: the load was the limit, the server could have done more.\n";
    }
    if report.rows.iter().any(|row| row.cells.contains(&Cell::Absent)) {
        notes +=
            "–: the server has no such thing, or serves so few clients at a time that most of them do not get in.\n";
    }
    if let Some(disturbance) = results.disturbance() {
        notes += &disturbance;
        notes += "\n";
    }
    notes
}
