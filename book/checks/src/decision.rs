//! Draws questions, one below the other, each with what to take if the answer is yes.
//!
//! The picture is a part of the page, so it takes the colours of the reader's theme (`book/book.css`). It is as wide as a telephone.

use crate::which::{Answer, Question};
use std::fmt::{self, Write};

const WIDTH: usize = 340;
const LINE: usize = 17;
/// Around the text of a box.
const MARGIN: usize = 9;
/// From the left edge to what to take.
const INDENT: usize = 70;
/// From one box to the next.
const GAP: usize = 22;
/// Where the way goes down that leads from question to question.
const NO: usize = 22;

/// The picture, as SVG without empty lines and comments, which would end it for a Markdown reader.
pub fn draw(title: &str, questions: &[Question], last: &Answer) -> String {
    let mut svg = String::new();
    // Nothing can fail: the text is written to memory.
    let _ = draw_to(&mut svg, title, questions, last);
    svg
}

fn draw_to(svg: &mut String, title: &str, questions: &[Question], last: &Answer) -> fmt::Result {
    let answer_height = box_height(2);
    let heights = questions.iter().map(|question| box_height(question.asks.len()) + GAP + answer_height + GAP);
    let height = heights.sum::<usize>() + answer_height + 4;
    writeln!(
        svg,
        r#"<svg class="decision" viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="title_11_02 text_11_02">"#
    )?;
    writeln!(svg, r#"<title id="title_11_02">{title}</title>"#)?;
    writeln!(svg, r#"<desc id="text_11_02">{}</desc>"#, describe(questions, last))?;
    let mut top = 2;
    for Question { asks, take } in questions {
        let end = top + box_height(asks.len());
        draw_box(svg, "question", 2, top, asks)?;
        let answer = end + GAP;
        let next = answer + answer_height + GAP;
        let (x, middle) = (INDENT + 30, end + GAP - 7);
        writeln!(svg, r#"<path d="M{x} {end}V{}"/><path class="head" d="M{x} {answer}l-5 -9h10z"/>"#, answer - 6)?;
        writeln!(svg, r#"<text class="way" x="{}" y="{middle}">yes</text>"#, x + 10)?;
        draw_answer(svg, answer, take)?;
        writeln!(svg, r#"<path d="M{NO} {end}V{}"/><path class="head" d="M{NO} {next}l-5 -9h10z"/>"#, next - 6)?;
        writeln!(svg, r#"<text class="way" x="{}" y="{middle}">no</text>"#, NO + 10)?;
        top = next;
    }
    draw_box(svg, "answer", 2, top, &[last.name, &beneath(last)])?;
    writeln!(svg, "</svg>")
}

fn draw_answer(svg: &mut String, top: usize, answer: &Answer) -> fmt::Result {
    draw_box(svg, "answer", INDENT, top, &[answer.name, &beneath(answer)])
}

fn draw_box(svg: &mut String, class: &str, left: usize, top: usize, lines: &[&str]) -> fmt::Result {
    let (width, height) = (WIDTH - left - 2, box_height(lines.len()));
    writeln!(svg, r#"<rect class="{class}" x="{left}" y="{top}" width="{width}" height="{height}" rx="6"/>"#)?;
    for (number, line) in lines.iter().enumerate() {
        let name = if class == "answer" && number == 0 { r#" class="name""# } else { "" };
        let (x, y) = (left + 10, top + MARGIN + LINE * number + 12);
        writeln!(svg, r#"<text{name} x="{x}" y="{y}">{line}</text>"#)?;
    }
    Ok(())
}

fn box_height(lines: usize) -> usize {
    LINE * lines + 2 * MARGIN - 2
}

/// What stands below the name of an answer.
fn beneath(Answer { figure, section: (number, _), .. }: &Answer) -> String {
    format!("{number}; {figure}")
}

/// The picture in words, for those who do not see it.
fn describe(questions: &[Question], last: &Answer) -> String {
    let told = |answer: &Answer| format!("{}, section {}", answer.name, beneath(answer));
    let asked =
        questions.iter().map(|Question { asks, take }| format!("{} If yes: {}. If no:", asks.join(" "), told(take)));
    asked.chain([format!("{}.", told(last))]).collect::<Vec<_>>().join(" ")
}
