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
    let bottom = TOP + trace.clients.len() as u64 * ROW;
    let last = trace.clients.iter().map(|visit| visit.answered).max().unwrap_or_default();
    let x = |milliseconds: u64| LEFT + milliseconds * (RIGHT - LEFT) / last.max(1);

    let (id, height) = (&trace.step[..5], bottom + 46);
    write!(svg, r#"<svg class="timeline" viewBox="0 0 {WIDTH} {height}" role="img""#)?;
    writeln!(svg, r#" aria-labelledby="title_{id} text_{id}">"#)?;
    writeln!(svg, r#"<title id="title_{id}">Who waits for whom in {}</title>"#, trace.step)?;
    writeln!(svg, r#"<desc id="text_{id}">{}</desc>"#, describe(trace))?;
    for second in 0..=last / 1000 {
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
    draw_bar(svg, "waits", 0, bottom + 18, 24)?;
    draw_text(svg, 30, bottom + 18, "waits to be accepted")?;
    draw_bar(svg, "served", 190, bottom + 18, 24)?;
    draw_text(svg, 220, bottom + 18, "accepted, until answered")?;
    writeln!(svg, "</svg>")
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
