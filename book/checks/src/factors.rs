//! Draws how far what was measured lies from what was said: a dot for each number, on a scale on which each step is ten times as much.
//!
//! The picture is a part of the page, so it takes the colours of the reader's theme (`book/book.css`). It is narrow, so that a telephone
//! need not make it smaller.

use crate::claims::Claim;
use std::fmt::{self, Write};

const WIDTH: f64 = 360.0;
/// Between these, the scale goes from the smallest power of ten to the largest one.
const LEFT: f64 = 20.0;
const RIGHT: f64 = 315.0;
const TOP: f64 = 46.0;
const LINE: f64 = 15.0;
/// How many letters of a claim fit into a line.
const LETTERS: usize = 54;

/// The picture of all claims that say a number, as SVG without empty lines and comments, which would end it for a Markdown reader.
pub fn draw(claims: &[&Claim]) -> String {
    let mut svg = String::new();
    // Nothing can fail: the text is written to memory.
    let _ = draw_to(&mut svg, claims);
    svg
}

fn draw_to(svg: &mut String, claims: &[&Claim]) -> fmt::Result {
    let numbers: Vec<(&str, f64)> = claims
        .iter()
        .filter_map(|claim| Some((claim.said, claim.judged.factor?)))
        .filter(|(_, factor)| *factor > 0.0)
        .collect();
    let exponents = numbers.iter().map(|(_, factor)| factor.log10());
    let (least, most) = exponents.fold((-1.0, 1.0), |(least, most): (f64, f64), exponent| {
        (least.min(exponent.floor()), most.max(exponent.ceil()))
    });
    let x = |factor: f64| LEFT + (RIGHT - LEFT) * (factor.log10() - least) / (most - least);
    let rows: Vec<_> = numbers.iter().map(|(said, factor)| (lines(said), *factor)).collect();
    let height = rows.iter().map(|(lines, _)| row_height(lines)).sum::<f64>() + TOP + 10.0;

    writeln!(
        svg,
        r#"<svg class="factors" viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="title_11_01 text_11_01">"#
    )?;
    writeln!(svg, r#"<title id="title_11_01">What we measured, in parts or multiples of what is said</title>"#)?;
    let described: Vec<_> = numbers.iter().map(|(said, factor)| format!("“{said}”: {}.", in_words(*factor))).collect();
    writeln!(svg, r#"<desc id="text_11_01">{}</desc>"#, described.join(" "))?;
    writeln!(svg, r#"<text class="title" x="0" y="14">measured, beside what is said</text>"#)?;
    writeln!(
        svg,
        r#"<rect class="band" x="{:.1}" y="{}" width="{:.1}" height="{:.0}"/>"#,
        x(0.5),
        TOP - 8.0,
        x(2.0) - x(0.5),
        height - TOP
    )?;
    let mut exponent = least;
    while exponent <= most {
        let factor = 10_f64.powf(exponent);
        let at = x(factor);
        writeln!(svg, r#"<text class="axis" x="{at:.1}" y="32">{}</text>"#, on_axis(factor))?;
        writeln!(svg, r#"<path class="grid" d="M{at:.1} {}V{:.0}"/>"#, TOP - 8.0, height - 8.0)?;
        exponent += 1.0;
    }
    let mut top = TOP;
    for (lines, factor) in rows {
        for (number, line) in lines.iter().enumerate() {
            writeln!(svg, r#"<text x="0" y="{:.0}">{line}</text>"#, top + LINE * (number as f64 + 0.8))?;
        }
        top += row_height(&lines);
        let (from, to, middle) = (x(1.0), x(factor), top - 11.0);
        let class = if (0.5..=2.0).contains(&factor) { "near" } else { "far" };
        writeln!(svg, r#"<path class="way" d="M{from:.1} {middle:.0}H{to:.1}"/>"#)?;
        writeln!(svg, r#"<circle class="{class}" cx="{to:.1}" cy="{middle:.0}" r="5"/>"#)?;
    }
    writeln!(svg, "</svg>")
}

fn row_height(lines: &[String]) -> f64 {
    LINE * lines.len() as f64 + 20.0
}

fn lines(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let length = lines.last().map_or(0, |line| line.chars().count());
        match lines.last_mut() {
            Some(line) if length == 0 || length + 1 + word.chars().count() <= LETTERS => {
                *line = [line.as_str(), word].join(if length == 0 { "" } else { " " });
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

fn on_axis(factor: f64) -> String {
    match factor {
        _ if (factor - 1.0).abs() < 0.01 => "as said".to_owned(),
        less if less < 1.0 => format!("1/{:.0}", 1.0 / less),
        more => format!("{more:.0}×"),
    }
}

fn in_words(factor: f64) -> String {
    match factor {
        less if less < 0.5 => format!("it is {:.0} times less", 1.0 / less),
        more if more > 2.0 => format!("it is {more:.0} times more"),
        _ => "it is so, within a factor of two".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_claim_is_broken_between_words() {
        let lines = lines("for 1,000 clients, threads take 20 s and an event loop 3 s: seven times as long");
        assert_eq!(lines, ["for 1,000 clients, threads take 20 s and an event loop", "3 s: seven times as long"]);
    }

    #[test]
    fn a_factor_is_told_in_words() {
        assert_eq!(in_words(0.001), "it is 1000 times less");
        assert_eq!(in_words(5.1), "it is 5 times more");
        assert_eq!(in_words(0.6), "it is so, within a factor of two");
    }
}
