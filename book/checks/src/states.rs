//! Draws the states of a state machine, and the ways from one to another that it was seen to take.
//!
//! The picture is a part of the page, so it takes the colours of the reader's theme (`book/book.css`).

use std::fmt::{self, Write};

const WIDTH: usize = 560;
/// The box of a state.
const LEFT: usize = 40;
const RIGHT: usize = 420;
const HEIGHT: usize = 50;
/// From one box to the next.
const ROW: usize = 74;
/// From one line beside the boxes to the next.
const LANE: usize = 16;

/// A state: its name, and what it means.
pub type State = (String, String);
/// From the state at this position to the state at that one.
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

/// The picture, as SVG without empty lines and comments, which would end it for a Markdown reader.
pub fn draw(id: &str, title: &str, states: &[State], ways: &[Way]) -> String {
    let mut svg = String::new();
    // Nothing can fail: the text is written to memory.
    let _ = draw_to(&mut svg, id, title, states, ways);
    svg
}

fn draw_to(svg: &mut String, id: &str, title: &str, states: &[State], ways: &[Way]) -> fmt::Result {
    write!(svg, r#"<svg class="states" viewBox="0 0 {WIDTH} {}" role="img""#, states.len() * ROW)?;
    writeln!(svg, r#" aria-labelledby="title_{id} text_{id}">"#)?;
    writeln!(svg, r#"<title id="title_{id}">{title}</title>"#)?;
    writeln!(svg, r#"<desc id="text_{id}">{}</desc>"#, describe(states, ways))?;
    for (row, (name, meaning)) in states.iter().enumerate() {
        let (top, width) = (row * ROW + 4, RIGHT - LEFT);
        writeln!(svg, r#"<rect x="{LEFT}" y="{top}" width="{width}" height="{HEIGHT}" rx="6"/>"#)?;
        writeln!(svg, r#"<text class="name" x="{}" y="{}">{name}</text>"#, LEFT + 14, top + 21)?;
        writeln!(svg, r#"<text x="{}" y="{}">{meaning}</text>"#, LEFT + 14, top + 39)?;
    }
    let next = |way: &&Way| way.1 == way.0 + 1;
    ways.iter().filter(next).try_for_each(|way| draw_next(svg, way))?;
    let mut around: Vec<&Way> = ways.iter().filter(|way| !next(way)).collect();
    around.sort_by_key(|way| way.0.abs_diff(way.1)); // the shortest stay closest to the boxes
    let (mut forth, mut back) = (0, 0);
    for way in around {
        let lane = if way.1 > way.0 { &mut forth } else { &mut back };
        *lane += 1;
        draw_around(svg, way, *lane)?;
    }
    writeln!(svg, "</svg>")
}

/// Down to the next box.
fn draw_next(svg: &mut String, (from, to): &Way) -> fmt::Result {
    let (x, start, end) = ((LEFT + RIGHT) / 2, from * ROW + 4 + HEIGHT, to * ROW + 4);
    writeln!(svg, r#"<path d="M{x} {start}V{}"/>"#, end - 6)?;
    writeln!(svg, r#"<path class="head" d="M{x} {end}l-5 -9h10z"/>"#)
}

/// Beside the boxes: forth on the right, back on the left.
fn draw_around(svg: &mut String, (from, to): &Way, lane: usize) -> fmt::Result {
    let (start, end) = (from * ROW + 10 + lane * 7, to * ROW + 10 + lane * 7);
    if to > from {
        writeln!(svg, r#"<path d="M{RIGHT} {start}h{}V{end}H{}"/>"#, lane * LANE + 8, RIGHT + 8)?;
        writeln!(svg, r#"<path class="head" d="M{RIGHT} {end}l9 -5v10z"/>"#)
    } else {
        writeln!(svg, r#"<path d="M{LEFT} {start}h-{}V{end}H{}"/>"#, lane * LANE + 8, LEFT - 8)?;
        writeln!(svg, r#"<path class="head" d="M{LEFT} {end}l-9 -5v10z"/>"#)
    }
}

/// The picture in words, for those who do not see it.
fn describe(states: &[State], ways: &[Way]) -> String {
    let state = |row: usize| states.get(row).map_or("", |(name, _)| name);
    let after = |row: usize| {
        let next: Vec<&str> = ways.iter().filter(|way| way.0 == row).map(|way| state(way.1)).collect();
        if next.is_empty() { "It ends there.".to_owned() } else { format!("Then: {}.", next.join(" or ")) }
    };
    let states = states.iter().enumerate().map(|(row, (name, meaning))| format!("{name}: {meaning} {}", after(row)));
    states.collect::<Vec<_>>().join(" ")
}
