//! Draws a timeline as SVG.
//!
//! A figure is a part of a page of the book, so it takes the colours of the reader's theme (`book/book.css`). A picture stands by
//! itself, and brings its own.

use crate::{Kind, Meaning, Row, Timeline};
use std::fmt::{self, Write};

/// So narrow that a telephone shows the words at a size that can be read.
const WIDTH: u64 = 420;
const LEFT: u64 = 105;
const TOP: u64 = 26;
const ROW: u64 = 34;
const BAR: u64 = 16;
/// The width of a letter, about.
const LETTER: u64 = 7;
/// Where the second column of the legend begins.
const COLUMN: u64 = 190;
/// The height of a line of the legend.
const MEANING: u64 = 23;
/// The height of a title, and the margin, of a picture that stands by itself.
const TITLE: u64 = 28;
const MARGIN: u64 = 20;
/// The room between two timelines.
const GAP: u64 = 24;
/// The least a bar is wide: what takes no time must be seen as well. (Between two others, it need not.)
const LEAST: u64 = 4;
/// The colours of a picture that stands by itself. Within a page of the book, those of the page win.
const STYLE: &str = "\
.picture { max-width: 100%; height: auto; }
.picture text { font: 13px sans-serif; fill: var(--fg, #1f2328); }
.picture .title { font-weight: bold; }
.picture :is(.axis, .on) { text-anchor: middle; }
.picture .on { fill: var(--bg, #ffffff); }
.picture .page { fill: var(--bg, #ffffff); }
.picture .grid { stroke: var(--table-border-color, #d1d9e0); }
.picture .stop { stroke: var(--fg, #1f2328); stroke-width: 1.5; }
.picture .waits { fill: none; stroke: var(--warning-border, #9a6700); stroke-width: 1.5; stroke-dasharray: 5 3; }
.picture .blocked { fill: var(--links, #0969da); opacity: 0.25; }
.picture :is(.served, .runs) { fill: var(--links, #0969da); }
.picture .lost { fill: var(--blockquote-caution-color, #cf222e); }
@media (prefers-color-scheme: dark) {
.picture text { fill: var(--fg, #e6edf3); }
.picture .on { fill: var(--bg, #0d1117); }
.picture .page { fill: var(--bg, #0d1117); }
.picture .grid { stroke: var(--table-border-color, #3d444d); }
.picture .stop { stroke: var(--fg, #e6edf3); }
.picture .waits { stroke: var(--warning-border, #d29922); }
.picture :is(.served, .runs, .blocked) { fill: var(--links, #4493f8); }
.picture .lost { fill: var(--blockquote-caution-color, #f85149); }
}
";

impl Timeline {
    /// The timeline as a part of a page, on which `id` is its own. It has no empty lines, which would end it for a Markdown reader.
    pub fn figure(&self, id: &str) -> String {
        self.figure_until(id, self.end())
    }

    /// The same on an axis that goes on to `end`: so that figures that are to be compared have the same scale.
    pub fn figure_until(&self, id: &str, end: u64) -> String {
        let mut svg = String::new();
        let _ = self.figure_to(&mut svg, id, end.max(self.end())); // nothing can fail: the text is written to memory
        svg
    }

    fn figure_to(&self, svg: &mut String, id: &str, end: u64) -> fmt::Result {
        let height = self.bottom() + self.legend_height();
        write!(svg, r#"<svg class="timeline" viewBox="0 0 {WIDTH} {height}" role="img""#)?;
        writeln!(svg, r#" aria-labelledby="title_{id} text_{id}">"#)?;
        writeln!(svg, r#"<title id="title_{id}">{}</title>"#, escaped(&self.title))?;
        writeln!(svg, r#"<desc id="text_{id}">{}</desc>"#, escaped(&self.describe()))?;
        self.draw_rows(svg, end)?;
        self.draw_legend(svg, self.bottom())?;
        writeln!(svg, "</svg>")
    }

    /// The rows, on an axis that ends at `end`.
    fn draw_rows(&self, svg: &mut String, end: u64) -> fmt::Result {
        let bottom = self.bottom();
        let width = u128::from(self.right() - LEFT);
        // No further than to the end, so it fits.
        let x = |time: u64| LEFT + u64::try_from(u128::from(time) * width / u128::from(end.max(1))).unwrap_or_default();
        let ticks = self.ticks(end);
        let widest =
            ticks.iter().map(|(_, name)| name.chars().count() as u64 * LETTER + LETTER).max().unwrap_or_default();
        let apart = ticks.get(1).map_or(WIDTH, |(time, _)| x(*time) - LEFT);
        let named = widest.div_ceil(apart.max(1)).max(1); // each of them, or every second one, or fewer
        for (number, (time, name)) in (0..).zip(ticks) {
            let x = x(time);
            writeln!(svg, r#"<path class="grid" d="M{x} {}V{bottom}"/>"#, TOP - 6)?;
            let touches_the_notes =
                !self.notes.is_empty() && x + name.chars().count() as u64 * LETTER / 2 > self.right() + 16;
            if number % named == 0 && !touches_the_notes {
                writeln!(svg, r#"<text class="axis" x="{x}" y="{}">{name}</text>"#, TOP - 10)?;
            }
        }
        if !self.notes.is_empty() {
            writeln!(svg, r#"<text x="{}" y="{}">{}</text>"#, self.right() + 20, TOP - 10, escaped(&self.notes))?;
        }
        for (number, row) in self.rows.iter().enumerate() {
            let y = TOP + number as u64 * ROW + (ROW - BAR) / 2;
            draw_text(svg, 0, y, &row.label)?;
            draw_row(svg, row, y, x)?;
            if !row.note.is_empty() {
                draw_text(svg, self.right() + 20, y, &row.note)?;
            }
        }
        for mark in &self.marks {
            let x = x(mark.at);
            writeln!(svg, r#"<path class="stop" d="M{x} {}V{bottom}"/>"#, TOP - 6)?;
            writeln!(svg, r#"<text x="{}" y="{}">{}</text>"#, x + 6, bottom - 4, escaped(&mark.label))?;
        }
        Ok(())
    }

    /// What the bars mean: side by side if there is room, else each on a line of its own.
    fn draw_legend(&self, svg: &mut String, y: u64) -> fmt::Result {
        for (number, meaning) in (0..).zip(self.drawn()) {
            let (x, line) = if self.legend_is_short() { (COLUMN * number, 0) } else { (0, number) };
            let y = y + 18 + line * MEANING;
            draw_bar(svg, meaning.kind, x, y, 24)?;
            draw_text(svg, x + 30, y, &meaning.text)?;
        }
        Ok(())
    }

    fn legend_height(&self) -> u64 {
        let lines = if self.legend_is_short() { 1 } else { self.drawn().count() as u64 };
        23 + lines * MEANING
    }

    fn legend_is_short(&self) -> bool {
        let fits = |meaning: &Meaning| 30 + meaning.text.chars().count() as u64 * LETTER < COLUMN;
        self.drawn().count() <= 2 && self.drawn().next().is_none_or(fits)
    }

    /// The legend, without what is nowhere to be seen.
    fn drawn(&self) -> impl Iterator<Item = &Meaning> {
        self.legend.iter().filter(|meaning| self.rows.iter().any(|row| row.of(meaning.kind).next().is_some()))
    }

    /// Where the rows end.
    fn bottom(&self) -> u64 {
        TOP + self.rows.len() as u64 * ROW
    }

    /// Where the axis ends: before the notes, if there are any.
    fn right(&self) -> u64 {
        if self.notes.is_empty() { WIDTH - 25 } else { 310 }
    }
}

/// Several timelines of the same kind, one above the other on the same axis, each with a heading. The picture stands by itself: it
/// brings its own colours, for light pages and dark ones.
pub fn picture(timelines: &[(&str, &Timeline)]) -> String {
    let mut svg = String::new();
    let _ = picture_to(&mut svg, timelines); // nothing can fail: the text is written to memory
    svg
}

fn picture_to(svg: &mut String, timelines: &[(&str, &Timeline)]) -> fmt::Result {
    let Some((_, last)) = timelines.last() else { return Ok(()) };
    let rows = timelines.iter().map(|(_, timeline)| TITLE + timeline.bottom() + GAP).sum::<u64>() - GAP;
    let (width, height) = (WIDTH + 2 * MARGIN, rows + last.legend_height() + 2 * MARGIN);
    let headings: Vec<String> = timelines.iter().map(|(heading, _)| escaped(heading)).collect();
    write!(svg, r#"<svg xmlns="http://www.w3.org/2000/svg" class="picture" width="{}" "#, width * 5 / 4)?;
    writeln!(svg, r#"viewBox="0 0 {width} {height}" role="img" aria-label="{}.">"#, headings.join(". "))?;
    writeln!(svg, "<style>\n{STYLE}</style>")?;
    writeln!(svg, r#"<rect class="page" width="{width}" height="{height}" rx="8"/>"#)?;
    let end = timelines.iter().map(|(_, timeline)| timeline.end()).max().unwrap_or_default();
    let mut y = MARGIN;
    for ((_, timeline), heading) in timelines.iter().zip(headings) {
        writeln!(svg, r#"<g transform="translate({MARGIN} {y})">"#)?;
        writeln!(svg, r#"<text class="title" x="0" y="16">{heading}</text>"#)?;
        writeln!(svg, "<g transform=\"translate(0 {TITLE})\">\n<desc>{}</desc>", escaped(&timeline.describe()))?;
        timeline.draw_rows(svg, end)?;
        writeln!(svg, "</g>\n</g>")?;
        y += TITLE + timeline.bottom() + GAP;
    }
    writeln!(svg, r#"<g transform="translate({MARGIN} {})">"#, y - GAP)?;
    last.draw_legend(svg, 0)?;
    writeln!(svg, "</g>\n</svg>")
}

fn draw_row(svg: &mut String, row: &Row, y: u64, x: impl Fn(u64) -> u64) -> fmt::Result {
    let last = row.spans.len().saturating_sub(1);
    for (number, span) in row.spans.iter().enumerate() {
        let (from, to) = (x(span.from), x(span.to));
        let least = match span.kind {
            Kind::Waits => 0,
            _ if number == last => LEAST,
            _ => 1,
        };
        let width = (to - from).max(least);
        if width > 0 {
            let gap = u64::from(!span.label.is_empty() && width > LEAST); // what has a label of its own stands apart
            draw_bar(svg, span.kind, from, y, width - gap)?;
        }
        if !span.label.is_empty() && width > span.label.chars().count() as u64 * LETTER {
            let class = if matches!(span.kind, Kind::Waits | Kind::Blocked) { "axis" } else { "on" };
            let (x, y, label) = (from + width / 2, y + BAR - 4, escaped(&span.label));
            writeln!(svg, r#"<text class="{class}" x="{x}" y="{y}">{label}</text>"#)?;
        }
    }
    Ok(())
}

fn draw_bar(svg: &mut String, kind: Kind, x: u64, y: u64, width: u64) -> fmt::Result {
    let class = kind.name();
    writeln!(svg, r#"<rect class="{class}" x="{x}" y="{y}" width="{width}" height="{BAR}"/>"#)
}

/// A text beside the bar that begins at `y`.
fn draw_text(svg: &mut String, x: u64, y: u64, text: &str) -> fmt::Result {
    writeln!(svg, r#"<text x="{x}" y="{}">{}</text>"#, y + BAR - 4, escaped(text))
}

/// A text for which nothing in XML is special.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
