//! Draws a row of figures: a bar for each server, and on it a line from the smallest round to the largest.
//!
//! The picture is a part of the page, so it takes the colours of the reader's theme (`book/book.css`).

use crate::report::{Report, Row, format};
use std::fmt::{self, Write};

const WIDTH: f64 = 470.0;
const LEFT: f64 = 105.0;
const RIGHT: f64 = 380.0;
const ROW: f64 = 26.0;
const BAR: f64 = 16.0;

/// The picture, as SVG without empty lines and comments, which would end it for a Markdown reader.
pub fn draw(report: &Report, row: Row) -> String {
    draw_to_scale(report, &[row])
}

/// A picture for each row, all of them to the same scale, so that bars can be compared across them.
pub fn draw_to_scale(report: &Report, rows: &[Row]) -> String {
    let servers = report.servers();
    let ranges = rows.iter().flat_map(|row| servers.iter().filter_map(|server| report.range(*row, server)));
    let largest = ranges.map(|range| range[2]).fold(f64::MIN_POSITIVE, f64::max);
    let mut svg = String::new();
    for row in rows {
        // Nothing can fail: the text is written to memory.
        let _ = draw_to(&mut svg, report, *row, largest);
    }
    svg
}

fn draw_to(svg: &mut String, report: &Report, row: Row, largest: f64) -> fmt::Result {
    let bars = report.servers().into_iter().filter_map(|server| Some((server, report.range(row, server)?)));
    let bars: Vec<(&str, [f64; 3])> = bars.collect();
    let x = |value: f64| LEFT + (RIGHT - LEFT) * value.max(0.0) / largest;

    let title = format!("{}: {}", row.0.title(), report.title(row));
    let label: Vec<_> = bars.iter().map(|(server, range)| format!("{server} {}", format(row.0, range[1]))).collect();
    let height = 28.0 + ROW * bars.len() as f64;
    writeln!(
        svg,
        r#"<svg class="bars" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{title}. {}">"#,
        label.join(", ")
    )?;
    writeln!(svg, r#"<text class="title" x="0" y="16">{title}</text>"#)?;
    for (number, (server, [smallest, median, largest])) in bars.into_iter().enumerate() {
        let y = 28.0 + ROW * number as f64;
        let class = if report.is_yardstick(server) { "yardstick" } else { "server" };
        let (middle, text_y) = (y + BAR / 2.0, y + BAR - 3.0);
        writeln!(svg, r#"<text x="0" y="{text_y}">{server}</text>"#)?;
        writeln!(svg, r#"<rect class="{class}" x="{LEFT}" y="{y}" width="{:.1}" height="{BAR}"/>"#, x(median) - LEFT)?;
        writeln!(
            svg,
            r#"<path d="M{:.1} {middle}H{:.1}m0 -4v8M{0:.1} {}v8"/>"#,
            x(smallest),
            x(largest),
            middle - 4.0
        )?;
        writeln!(svg, r#"<text x="{:.1}" y="{text_y}">{}</text>"#, x(largest) + 8.0, format(row.0, median))?;
    }
    writeln!(svg, "</svg>")
}
