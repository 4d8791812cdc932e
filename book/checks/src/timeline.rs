//! Draws a trace: a line for each client, from its connection to its answer.
//!
//! The picture is a part of the page, so it takes the colours of the reader's theme (`book/book.css`).

use crate::measured::trace::{Scene, Trace, Visit};
use std::fmt::{self, Write};

const WIDTH: u64 = 470;
const LEFT: u64 = 105;
const RIGHT: u64 = 355;
const TOP: u64 = 26;
const ROW: u64 = 34;
const BAR: u64 = 16;
/// The height of what explains the bars.
const LEGEND: u64 = 46;
/// The height of a title, and the margin, of a picture that stands by itself.
const TITLE: u64 = 28;
const MARGIN: u64 = 20;
/// The room between two traces.
const GAP: u64 = 24;
/// The colours of a picture that stands by itself. (In the book, `book/book.css` has them.)
const STYLE: &str = "\
text { font: 13px sans-serif; fill: #1f2328; }
.title { font-weight: bold; }
.axis { text-anchor: middle; }
.page { fill: #ffffff; }
.grid { stroke: #d1d9e0; }
.waits { fill: none; stroke: #9a6700; stroke-width: 1.5; stroke-dasharray: 5 3; }
.served { fill: #0969da; }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3; }
.page { fill: #0d1117; }
.grid { stroke: #3d444d; }
.waits { stroke: #d29922; }
.served { fill: #4493f8; }
}
";
/// The least a bar is wide: what takes no time must be seen as well.
const LEAST: u64 = 4;

/// The picture, as SVG without empty lines and comments, which would end it for a Markdown reader.
pub fn draw(trace: &Trace) -> String {
    let mut svg = String::new();
    // Nothing can fail: the text is written to memory.
    let _ = draw_to(&mut svg, trace);
    svg
}

fn draw_to(svg: &mut String, trace: &Trace) -> fmt::Result {
    let (id, bottom) = (&trace.step[..5], bottom(trace));
    write!(svg, r#"<svg class="timeline" viewBox="0 0 {WIDTH} {}" role="img""#, bottom + LEGEND)?;
    writeln!(svg, r#" aria-labelledby="title_{id} text_{id}">"#)?;
    writeln!(svg, r#"<title id="title_{id}">Who waits for whom in {}</title>"#, trace.step)?;
    writeln!(svg, r#"<desc id="text_{id}">{}</desc>"#, describe(trace))?;
    draw_clients(svg, trace, end(trace))?;
    draw_legend(svg, bottom)?;
    writeln!(svg, "</svg>")
}

/// Several traces, one above the other, as a picture that stands by itself: it brings its own colours, for light pages and dark ones.
pub fn draw_together(traces: &[&Trace]) -> String {
    let mut svg = String::new();
    // Nothing can fail: the text is written to memory.
    let _ = draw_together_to(&mut svg, traces);
    svg
}

fn draw_together_to(svg: &mut String, traces: &[&Trace]) -> fmt::Result {
    let height = traces.iter().map(|trace| TITLE + bottom(trace) + GAP).sum::<u64>() - GAP + LEGEND;
    let (width, outer) = (WIDTH + 2 * MARGIN, height + 2 * MARGIN);
    write!(svg, r#"<svg xmlns="http://www.w3.org/2000/svg" width="{}" "#, width * 5 / 4)?;
    writeln!(svg, r#"viewBox="0 0 {width} {outer}" role="img" aria-label="{}">"#, describe_together(traces))?;
    writeln!(svg, "<style>\n{STYLE}</style>")?;
    writeln!(svg, r#"<rect class="page" width="{width}" height="{outer}" rx="8"/>"#)?;
    let end = traces.iter().map(|trace| end(trace)).max().unwrap_or_default();
    let mut y = MARGIN;
    for trace in traces {
        writeln!(svg, r#"<g transform="translate({MARGIN} {y})">"#)?;
        writeln!(svg, r#"<text class="title" x="0" y="16">{}: {}</text>"#, trace.step, outcome(trace))?;
        writeln!(svg, r#"<g transform="translate(0 {TITLE})">\n<desc>{}</desc>"#, describe(trace))?;
        draw_clients(svg, trace, end)?;
        writeln!(svg, "</g>\n</g>")?;
        y += TITLE + bottom(trace) + GAP;
    }
    writeln!(svg, r#"<g transform="translate({MARGIN} {})">"#, y - GAP)?;
    draw_legend(svg, 0)?;
    writeln!(svg, "</g>\n</svg>")
}

/// Several traces in words, for those who do not see the picture.
pub fn describe_together(traces: &[&Trace]) -> String {
    let each = traces.iter().map(|trace| format!("In {}, {}.", trace.step, outcome(trace)));
    each.collect::<Vec<_>>().join(" ")
}

/// What the quick clients notice of the slow one.
fn outcome(trace: &Trace) -> &'static str {
    let waits = trace.waits();
    if waits.iter().all(|waits| *waits) {
        "everyone waits for client 1"
    } else if waits.iter().any(|waits| *waits) {
        "some wait for client 1"
    } else {
        "nobody waits for client 1"
    }
}

/// Where the lines of the clients end.
fn bottom(trace: &Trace) -> u64 {
    TOP + trace.clients.len() as u64 * ROW
}

/// When the last client is answered.
fn end(trace: &Trace) -> u64 {
    trace.clients.iter().map(|visit| visit.answered).max().unwrap_or_default()
}

/// A line for each client, on an axis that ends at `end`.
fn draw_clients(svg: &mut String, trace: &Trace, end: u64) -> fmt::Result {
    let bottom = bottom(trace);
    let x = |milliseconds: u64| LEFT + milliseconds * (RIGHT - LEFT) / end.max(1);
    for second in 0..=end / 1000 {
        let x = x(second * 1000);
        writeln!(svg, r#"<path class="grid" d="M{x} {}V{bottom}"/>"#, TOP - 6)?;
        writeln!(svg, r#"<text class="axis" x="{x}" y="{}">{second} s</text>"#, TOP - 10)?;
    }
    writeln!(svg, r#"<text x="{}" y="{}">answered by</text>"#, RIGHT + 20, TOP - 10)?;
    for (row, visit) in trace.clients.iter().enumerate() {
        let y = TOP + row as u64 * ROW + (ROW - BAR) / 2;
        draw_text(svg, 0, y, &label(trace, row))?;
        let (connected, accepted, answered) = (x(visit.connected), x(visit.accepted), x(visit.answered));
        if accepted > connected {
            draw_bar(svg, "waits", connected, y, accepted - connected)?;
        }
        draw_bar(svg, "served", accepted, y, answered.saturating_sub(accepted).max(LEAST))?;
        draw_text(svg, RIGHT + 20, y, &visit.thread)?;
    }
    if let Some(stopped) = trace.stopped {
        let x = x(stopped);
        writeln!(svg, r#"<path class="stop" d="M{x} {}V{bottom}"/>"#, TOP - 6)?;
        writeln!(svg, r#"<text x="{}" y="{}">Ctrl-C</text>"#, x + 6, bottom - 4)?;
    }
    Ok(())
}

fn draw_legend(svg: &mut String, y: u64) -> fmt::Result {
    draw_bar(svg, "waits", 0, y + 18, 24)?;
    draw_text(svg, 30, y + 18, "waits to be accepted")?;
    draw_bar(svg, "served", 190, y + 18, 24)?;
    draw_text(svg, 220, y + 18, "accepted, until answered")
}

fn draw_bar(svg: &mut String, class: &str, x: u64, y: u64, width: u64) -> fmt::Result {
    writeln!(svg, r#"<rect class="{class}" x="{x}" y="{y}" width="{width}" height="{BAR}"/>"#)
}

/// A text beside the bar that begins at `y`.
fn draw_text(svg: &mut String, x: u64, y: u64, text: &str) -> fmt::Result {
    writeln!(svg, r#"<text x="{x}" y="{}">{text}</text>"#, y + BAR - 4)
}

fn label(trace: &Trace, row: usize) -> String {
    match (row, trace.scene) {
        (0, Scene::SilentClient) => "client 1, silent".to_owned(),
        (0, Scene::SlowRoute | Scene::SlowRouteAndStop) => "client 1: /sleep".to_owned(),
        _ => format!("client {}: /", row + 1),
    }
}

/// The picture in words, for those who do not see it.
fn describe(trace: &Trace) -> String {
    let client = |(row, visit): (usize, &Visit)| {
        let seconds = |milliseconds: u64| format!("{}.{} s", milliseconds / 1000, milliseconds % 1000 / 100);
        format!(
            "{} connects at {}, is accepted at {} and answered at {} by the thread {}.",
            label(trace, row),
            seconds(visit.connected),
            seconds(visit.accepted),
            seconds(visit.answered),
            visit.thread
        )
    };
    let stop = trace.stopped.map(|_| "Then the server is told to stop.".to_owned());
    trace.clients.iter().enumerate().map(client).chain(stop).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_title_says_who_waits_for_the_slow_client() {
        let visit = |sent, answered| Visit { sent, answered, ..Visit::default() };
        let outcome = |quick: [Visit; 2]| {
            let clients = [visit(0, 5)].into_iter().chain(quick).collect();
            outcome(&Trace { step: String::new(), scene: Scene::SlowRoute, stopped: None, clients })
        };
        assert_eq!(outcome([visit(1, 6), visit(2, 7)]), "everyone waits for client 1");
        assert_eq!(outcome([visit(1, 1), visit(2, 6)]), "some wait for client 1");
        assert_eq!(outcome([visit(1, 1), visit(2, 2)]), "nobody waits for client 1");
    }
}
