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
    let rows = trace.clients.len() as u64;
    let bottom = TOP + rows * ROW;
    let last = trace.clients.iter().map(|visit| visit.answered).max().unwrap_or_default();
    let x = |milliseconds: u64| LEFT + milliseconds * (RIGHT - LEFT) / last.max(1);

    let id = &trace.step[..5];
    writeln!(
        svg,
        r#"<svg class="timeline" viewBox="0 0 {WIDTH} {}" role="img" aria-labelledby="title_{id} text_{id}">"#,
        bottom + 46
    )?;
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
        let text_y = y + BAR - 4;
        writeln!(svg, r#"<text x="0" y="{text_y}">{}</text>"#, label(trace, row))?;
        let (connected, accepted, answered) = (x(visit.connected), x(visit.accepted), x(visit.answered));
        if accepted > connected {
            writeln!(
                svg,
                r#"<rect class="waits" x="{connected}" y="{y}" width="{}" height="{BAR}"/>"#,
                accepted - connected
            )?;
        }
        let width = answered.saturating_sub(accepted).max(LEAST);
        writeln!(svg, r#"<rect class="served" x="{accepted}" y="{y}" width="{width}" height="{BAR}"/>"#)?;
        writeln!(svg, r#"<text x="{}" y="{text_y}">{}</text>"#, RIGHT + 20, visit.thread)?;
    }
    if let Some(stopped) = trace.stopped {
        let x = x(stopped);
        writeln!(svg, r#"<path class="stop" d="M{x} {}V{bottom}"/>"#, TOP - 6)?;
        writeln!(svg, r#"<text x="{}" y="{}">Ctrl-C</text>"#, x + 6, bottom - 4)?;
    }
    let y = bottom + 18;
    writeln!(svg, r#"<rect class="waits" x="0" y="{y}" width="24" height="{BAR}"/>"#)?;
    writeln!(svg, r#"<text x="30" y="{}">waits to be accepted</text>"#, y + BAR - 4)?;
    writeln!(svg, r#"<rect class="served" x="190" y="{y}" width="24" height="{BAR}"/>"#)?;
    writeln!(svg, r#"<text x="220" y="{}">accepted, until answered</text>"#, y + BAR - 4)?;
    writeln!(svg, "</svg>")
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
