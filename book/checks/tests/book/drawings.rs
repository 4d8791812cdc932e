//! The drawings that were made by hand.

use book_checks::{assert_none, chapter, files, read, snapshot};

/// What is wrong with a drawing that was made by hand: it must be readable for every reader, in each theme and on a telephone.
fn problems_of_drawing(name: &str, svg: &str) -> Vec<String> {
    let mut problems = Vec::new();
    if !svg.starts_with("<svg class=\"drawing\" viewBox=\"0 0 420 ") {
        problems.push("it must be 420 wide");
    }
    if !svg.contains(&format!("<title id=\"title_{name}\">")) || !svg.contains(&format!("<desc id=\"text_{name}\">")) {
        problems.push("it must have a title, and a description in words");
    }
    if ["fill=", "stroke=", "style=", "\n\n", "<!--"].iter().any(|way| svg.contains(way)) {
        problems.push("its colours are those of the page (book.css), and an empty line or a comment would end it");
    }
    let is_cut_off = |line: &str| {
        let Some((from, text)) = line.split_once("x=\"").zip(line.split_once("\">")) else { return false };
        let (from, text) = (from.1.split('"').next().unwrap_or_default(), text.1.trim_end_matches("</text>"));
        let width = if line.contains("middle") { 3.5 } else { 7.0 } * text.chars().count() as f64;
        line.starts_with("<text") && from.parse::<f64>().is_ok_and(|from| from + width > 422.0)
    };
    if svg.lines().any(is_cut_off) {
        problems.push("a text does not fit");
    }
    problems.into_iter().map(|problem| format!("book/src/pictures/{name}.svg: {problem}")).collect()
}

#[test]
fn every_drawing_can_be_read_and_is_in_a_chapter() {
    let chapters = chapter::all().unwrap();
    let drawings = files("book/src/pictures");
    assert!(!drawings.is_empty());
    let problems = drawings.iter().flat_map(|file| {
        let name = file.rsplit('/').next().unwrap().trim_end_matches(".svg");
        let svg = snapshot::without_caption(&read(file).unwrap());
        let mut problems = problems_of_drawing(name, &svg);
        problems.extend(snapshot::check(&format!("pictures/{name}.svg"), &svg).err().map(|it| it.to_string()));
        if !chapters.iter().any(|chapter| chapter.text.contains(&format!("{{{{#include pictures/{name}.svg}}}}"))) {
            problems.push(format!("{file}: no chapter shows it"));
        }
        problems
    });
    assert_none(problems);
}

#[test]
fn a_drawing_with_a_fault_is_found() {
    let good = "<svg class=\"drawing\" viewBox=\"0 0 420 9\">\n<title id=\"title_a\">A</title>\n<desc id=\"text_a\">A</desc>\n<text class=\"small\" x=\"350\" y=\"9\">it fits</text>\n</svg>\n";
    assert_eq!(problems_of_drawing("a", good), Vec::<String>::new());
    for (right, wrong) in
        [("420 9", "470 9"), ("<desc", "<text"), ("class=\"small\"", "fill=\"red\""), ("it fits", "it does not fit")]
    {
        assert_eq!(problems_of_drawing("a", &good.replace(right, wrong)).len(), 1, "{wrong}");
    }
}
