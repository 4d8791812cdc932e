//! Draws the states of a state machine, and the ways from one to another that it was seen to take.
//!
//! The picture is a part of the page, so it takes the colours of the reader's theme (`book/book.css`).

use std::fmt::{self, Write};

const WIDTH: usize = 560;
/// The box of a state.
const LEFT: usize = 40;
const RIGHT: usize = 440;
const HEIGHT: usize = 50;
/// The line of a way that leaves the box beside it.
const LINE: usize = 17;
/// From one box to the next.
const GAP: usize = 32;
/// From one line beside the boxes to the next.
const LANE: usize = 16;

/// A state: its name, and what it means.
pub type State = (String, String);
/// From the state at the first position to the state at the second.
pub type Way = (usize, usize);

/// The variants of the first `enum` in a program's text, each with its comment.
pub fn of_enum(text: &str) -> Vec<State> {
    let lines = text.lines().map(str::trim).skip_while(|line| !line.starts_with("pub enum ")).skip(1);
    let (mut states, mut comment) = (Vec::new(), Vec::new());
    for line in lines.take_while(|line| *line != "}") {
        match line.strip_prefix("/// ") {
            Some(words) => comment.push(words),
            None => states.push((line.trim_end_matches(',').to_owned(), std::mem::take(&mut comment).join(" "))),
        }
    }
    states
}

/// The picture, as SVG without empty lines and comments, which would end it for a Markdown reader. Each way has the condition under which
/// it is taken.
pub fn draw(id: &str, title: &str, states: &[State], ways: &[(Way, &str)]) -> String {
    let mut svg = String::new();
    // Nothing can fail: the text is written to memory.
    let _ = draw_to(&mut svg, id, title, states, ways);
    svg
}

fn draw_to(svg: &mut String, id: &str, title: &str, states: &[State], ways: &[(Way, &str)]) -> fmt::Result {
    let boxes = boxes(states.len(), ways);
    let end = boxes.last().map_or(0, |[_, bottom]| bottom + 4);
    writeln!(
        svg,
        r#"<svg class="states" viewBox="0 0 {WIDTH} {end}" role="img" aria-labelledby="title_{id} text_{id}">"#
    )?;
    writeln!(svg, r#"<title id="title_{id}">{title}</title>"#)?;
    writeln!(svg, r#"<desc id="text_{id}">{}</desc>"#, describe(states, ways))?;
    for ((name, meaning), [top, bottom]) in states.iter().zip(&boxes) {
        let (width, height) = (RIGHT - LEFT, bottom - top);
        writeln!(svg, r#"<rect x="{LEFT}" y="{top}" width="{width}" height="{height}" rx="6"/>"#)?;
        writeln!(svg, r#"<text class="name" x="{}" y="{}">{name}</text>"#, LEFT + 14, top + 21)?;
        writeln!(svg, r#"<text x="{}" y="{}">{meaning}</text>"#, LEFT + 14, top + 39)?;
    }
    for ((from, _), when) in ways.iter().filter(|(way, _)| is_next(way)) {
        draw_next(svg, boxes[*from][1], when)?;
    }
    let mut around: Vec<_> = ways.iter().filter(|(way, _)| !is_next(way)).collect();
    around.sort_by_key(|(way, _)| way.0.abs_diff(way.1)); // the shortest stay closest to the boxes
    let (mut forth, mut back) = (0, 0);
    for (way, when) in around {
        let lane = if way.1 > way.0 { &mut forth } else { &mut back };
        *lane += 1;
        draw_around(
            svg,
            [boxes[way.0][0] + HEIGHT + LINE * line(way, ways), boxes[way.1][0]],
            *lane,
            way.1 > way.0,
            when,
        )?;
    }
    writeln!(svg, "</svg>")
}

fn is_next(way: &Way) -> bool {
    way.1 == way.0 + 1
}

/// The ways that leave a box on the same side as this one and go further: their lines are above its own, so that they do not cross it.
fn line((from, to): &Way, ways: &[(Way, &str)]) -> usize {
    let beside = |way: &Way| way.0 == *from && !is_next(way) && (way.1 > *from) == (to > from);
    ways.iter().filter(|(way, _)| beside(way) && from.abs_diff(way.1) > from.abs_diff(*to)).count()
}

/// The upper and the lower edge of each box.
fn boxes(states: usize, ways: &[(Way, &str)]) -> Vec<[usize; 2]> {
    let mut top = 4;
    let height = |state: usize| {
        let lines = ways.iter().filter(|(way, _)| way.0 == state && !is_next(way)).map(|(way, _)| line(way, ways) + 1);
        HEIGHT + LINE * lines.max().unwrap_or(0)
    };
    let place = |state| {
        let [upper, lower] = [top, top + height(state)];
        top = lower + GAP;
        [upper, lower]
    };
    (0..states).map(place).collect()
}

/// Down to the next box.
fn draw_next(svg: &mut String, start: usize, when: &str) -> fmt::Result {
    let (x, end) = (LEFT + 60, start + GAP);
    writeln!(svg, r#"<path d="M{x} {start}V{}"/>"#, end - 6)?;
    writeln!(svg, r#"<path class="head" d="M{x} {end}l-5 -9h10z"/>"#)?;
    writeln!(svg, r#"<text class="when" x="{}" y="{}">{when}</text>"#, x + 12, start + GAP / 2 + 4)
}

/// Beside the boxes: forth on the right, back on the left.
fn draw_around(svg: &mut String, [start, top]: [usize; 2], lane: usize, is_forth: bool, when: &str) -> fmt::Result {
    let end = top + 10 + lane * 7;
    let (anchor, x) = if is_forth { ("end", RIGHT - 8) } else { ("start", LEFT + 14) };
    writeln!(svg, r#"<text class="when" text-anchor="{anchor}" x="{x}" y="{}">{when}</text>"#, start + 9)?;
    let start = start + 4;
    if is_forth {
        writeln!(svg, r#"<path d="M{RIGHT} {start}h{}V{end}H{}"/>"#, lane * LANE + 8, RIGHT + 8)?;
        writeln!(svg, r#"<path class="head" d="M{RIGHT} {end}l9 -5v10z"/>"#)
    } else {
        writeln!(svg, r#"<path d="M{LEFT} {start}h-{}V{end}H{}"/>"#, lane * LANE + 8, LEFT - 8)?;
        writeln!(svg, r#"<path class="head" d="M{LEFT} {end}l-9 -5v10z"/>"#)
    }
}

/// The picture in words, for readers who do not see it.
fn describe(states: &[State], ways: &[(Way, &str)]) -> String {
    let state = |row: usize| states.get(row).map_or("", |(name, _)| name);
    let after = |row: usize| {
        let next = ways.iter().filter(|(way, _)| way.0 == row).map(|(way, when)| format!("{when}: {}", state(way.1)));
        let next: Vec<String> = next.collect();
        if next.is_empty() { "It ends there.".to_owned() } else { format!("Next, {}.", next.join("; ")) }
    };
    let states = states.iter().enumerate().map(|(row, (name, meaning))| format!("{name}: {meaning} {}", after(row)));
    states.collect::<Vec<_>>().join(" ")
}
