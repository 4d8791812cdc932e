//! The timeline of a recording: who was in which state during which events, and who woke whom.

use super::shown::{Shown, escape};
use std::fmt::Write;

/// The height of a row, and of the bar in it.
const ROW: usize = 31;
const BAR: usize = 12;
/// The room above the first row, for the names of the stages.
const TOP: usize = 18;

/// Where each event begins, in percent of the width. If times mean something, half of the width is for the events, and half for the
/// time between them: otherwise, events that follow each other quickly would be in one place.
pub fn columns(shown: &Shown) -> Vec<f64> {
    let count = shown.events.len() + 1;
    let time = |index: usize| shown.events.get(index).and_then(|event| event.ms).unwrap_or_default();
    let total = time(shown.events.len().saturating_sub(1)).saturating_sub(time(0));
    let mut x = 0.0;
    let width = |index: usize| {
        let share = 100.0 / count as f64;
        if total == 0 || shown.events[0].ms.is_none() {
            return share;
        }
        let passes =
            if index > 0 && index < shown.events.len() { time(index).saturating_sub(time(index - 1)) } else { 0 };
        share / 2.0 + 50.0 * passes as f64 / total as f64
    };
    let column = |index: usize| {
        let here = (x * 100.0_f64).round() / 100.0;
        x += width(index);
        here
    };
    (0..count).map(column).collect()
}

/// The picture. Its widths are percentages, so that its letters keep their size on every screen.
pub fn draw(shown: &Shown) -> String {
    let columns = columns(shown);
    let left = |event: usize| columns.get(event).copied().unwrap_or(100.0);
    let lanes = &shown.lesson.lanes;
    let bottom = TOP + lanes.len() * ROW;
    let id = &shown.id;
    let mut svg = String::new();
    let _ = write!(
        svg,
        "<div class=\"st-drawing\">\n<svg class=\"st-timeline\" width=\"100%\" height=\"{}\" role=\"img\" aria-label=\"{}\" data-columns=\"{columns:?}\">\n\
         <defs><pattern id=\"{id}-hatch\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">\
         <rect class=\"st-hatch\" width=\"3\" height=\"6\"/></pattern>\
         <marker id=\"{id}-arrow\" markerWidth=\"8\" markerHeight=\"8\" refX=\"6\" refY=\"4\" orient=\"auto\">\
         <path class=\"st-head\" d=\"M0,0 L8,4 L0,8 z\"/></marker></defs>\n",
        bottom + 4,
        escape(&words(shown))
    );
    stages(&mut svg, shown, &left, bottom);
    let mut words = String::new(); // over all that is drawn
    for (row, lane) in lanes.iter().enumerate() {
        draw_lane(&mut svg, &mut words, shown, lane, TOP + row * ROW, &left);
    }
    wake_ups(&mut svg, shown, &left, bottom);
    svg += &words;
    svg.push_str("</svg>\n");
    legend(&mut svg, shown);
    svg.push_str("</div>\n");
    svg
}

/// What the bars mean that are not full.
fn legend(html: &mut String, shown: &Shown) {
    let spans: Vec<_> = shown.lesson.lanes.iter().flat_map(|lane| spans(shown, lane)).collect();
    html.push_str("<p class=\"st-legend\" aria-hidden=\"true\">");
    for state in ["running", "queued", "waiting", "served", "resting", "new", "stuck"] {
        if spans.iter().any(|(is, ..)| is == state) {
            html.push_str("<span><svg width=\"26\" height=\"14\">");
            html.push_str(bar(&shown.id, state, [1.0, 25.0], "", 1).trim_end());
            let _ = write!(html, "</svg>{state}</span>");
        }
    }
    html.push_str("</p>\n");
}

/// The bar of a state, between two places on the line.
fn bar(id: &str, is: &str, [from, to]: [f64; 2], unit: &str, y: usize) -> String {
    if ["resting", "done"].contains(&is) {
        let y = y + BAR / 2;
        return format!("<line class=\"st-bar-{is}\" x1=\"{from}{unit}\" x2=\"{to}{unit}\" y1=\"{y}\" y2=\"{y}\"/>\n");
    }
    let fill = if is == "queued" { format!(" fill=\"url(#{id}-hatch)\"") } else { String::new() };
    let width = ((to - from) * 100.0).round() / 100.0;
    format!(
        "<rect class=\"st-bar-{is}\" x=\"{from}{unit}\" width=\"{width}{unit}\" y=\"{y}\" height=\"{BAR}\"{fill}/>\n"
    )
}

fn stages(svg: &mut String, shown: &Shown, left: &dyn Fn(usize) -> f64, bottom: usize) {
    let mut last = -99.0;
    for (number, event) in shown.events.iter().enumerate() {
        let Some(stage) = &event.stage else { continue };
        let x = left(number + 1);
        let _ = writeln!(svg, "<line class=\"st-grid\" x1=\"{x}%\" x2=\"{x}%\" y1=\"4\" y2=\"{bottom}\"/>");
        if x - last > 10.0 {
            let at = if x > 80.0 { "dx=\"-4\" text-anchor=\"end\"" } else { "dx=\"4\"" }; // no room on the right
            let _ = writeln!(svg, "<text class=\"st-stage\" x=\"{x}%\" {at} y=\"13\">{}</text>", escape(stage));
            last = x;
        }
    }
}

/// The times in which a thing is in one state: the state, and the first and the last event of it.
fn spans(shown: &Shown, lane: &str) -> Vec<(String, usize, usize)> {
    let mut spans: Vec<(String, usize, usize)> = Vec::new();
    for (event, state) in shown.states.iter().enumerate() {
        let is = state.get(lane).map_or("", |state| &state.is).to_owned();
        match spans.last_mut() {
            Some((before, _, last)) if *before == is => *last = event,
            _ => spans.push((is, event, event)),
        }
    }
    spans.retain(|(is, ..)| !is.is_empty());
    spans
}

fn draw_lane(svg: &mut String, words: &mut String, shown: &Shown, lane: &str, y: usize, left: &dyn Fn(usize) -> f64) {
    let _ =
        writeln!(words, "<text class=\"st-lane\" x=\"0\" y=\"{}\">{}</text>", y + 12, escape(shown.lesson.name(lane)));
    let y = y + 16;
    for (is, first, last) in spans(shown, lane) {
        let (from, to) = (left(first), left(last + 1));
        *svg += &bar(&shown.id, &is, [from, to], "%", y);
        if is == "done" && first > 0 {
            let _ = writeln!(words, "<text class=\"st-end\" x=\"{from}%\" dx=\"2\" y=\"{}\">✓</text>", y + BAR - 1);
        } else if to - from > 11.0 && is != "running" {
            let x = (from + to) / 2.0;
            let _ = writeln!(
                words,
                "<text class=\"st-on\" data-to=\"{to}\" x=\"{x:.2}%\" y=\"{}\">{is}</text>",
                y + BAR - 2
            );
        }
    }
}

/// An arrow from the one who wakes to the one who is woken; it ends half-way if the wake-up is lost.
fn wake_ups(svg: &mut String, shown: &Shown, left: &dyn Fn(usize) -> f64, bottom: usize) {
    let row = |id: &str| shown.lesson.lanes.iter().position(|lane| lane == id);
    let middle = |row: usize| TOP + row * ROW + 16 + BAR / 2;
    let wakes = shown.events.iter().enumerate().flat_map(|at| at.1.wakes.iter().map(move |(by, of)| (at, by, of)));
    for ((number, event), by, woken) in wakes {
        let Some(to) = row(woken).map(middle) else { continue };
        let from = row(by).map_or(bottom, middle);
        let end = if to > from { to - BAR / 2 - 1 } else { to + BAR / 2 + 1 };
        let x = left(number + 1);
        let (class, end, marker) = if event.is_lost {
            (" st-lost", usize::midpoint(from, end), String::new())
        } else {
            ("", end, format!(" marker-end=\"url(#{}-arrow)\"", shown.id))
        };
        let _ = writeln!(
            svg,
            "<line class=\"st-wake{class}\" x1=\"{x}%\" x2=\"{x}%\" y1=\"{from}\" y2=\"{end}\"{marker}/>"
        );
        if event.is_lost {
            let _ = writeln!(svg, "<text class=\"st-miss\" x=\"{x}%\" dx=\"-5\" y=\"{}\">✗</text>", end + 5);
        }
    }
}

/// The picture in words, for those who cannot see it.
fn words(shown: &Shown) -> String {
    let lane = |lane: &String| {
        let spans = spans(shown, lane);
        let spans = spans.iter().map(|(is, first, _)| format!("{is} from event {first}"));
        format!("{}: {}", shown.lesson.name(lane), spans.collect::<Vec<_>>().join(", "))
    };
    shown.lesson.lanes.iter().map(lane).collect::<Vec<_>>().join("; ")
}
