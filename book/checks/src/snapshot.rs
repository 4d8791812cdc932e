//! Generated files: compared with what the programs do now, or rewritten.

use crate::{Failure, Result, difference, read, workspace};
use std::{env, fs};

/// The command that rewrites every generated file.
pub const REWRITE: &str = "UPDATE_BOOK=1 cargo test -p book-checks";

/// Whether generated files are to be rewritten instead of compared.
pub fn is_rewriting() -> bool {
    env::var_os("UPDATE_BOOK").is_some()
}

/// Compares a file below `book/src` with what it should say, or rewrites it. A picture has its caption in it.
pub fn check(file: &str, expected: &str) -> Result {
    let expected = if file.ends_with(".svg") { &with_caption(expected) } else { expected };
    check_file(&format!("book/src/{file}"), expected)
}

/// A picture with its caption: the title, which a browser shows only to a mouse. (A picture with a heading in it needs none.)
pub fn with_caption(svg: &str) -> String {
    let between = |begin: &str, end: &str| Some(svg.split_once(begin)?.1.split_once(end)?.0);
    let title = between("<title", "</title>").and_then(|title| Some(title.split_once('>')?.1));
    match title.or_else(|| between("aria-label=\"", "\"")) {
        Some(caption) if !svg.contains("<text class=\"title\"") => {
            format!(
                "<figure>\n{}\n<figcaption>{}</figcaption>\n</figure>\n",
                svg.trim_end(),
                caption.trim_end_matches('.')
            )
        }
        _ => svg.to_owned(),
    }
}

/// The picture alone.
pub fn without_caption(figure: &str) -> String {
    let svg = figure.strip_prefix("<figure>\n").and_then(|rest| rest.split_once("\n<figcaption>"));
    svg.map_or_else(|| figure.to_owned(), |(svg, _)| format!("{svg}\n"))
}

/// As [`check`], for a file anywhere in the workspace.
pub fn check_file(file: &str, expected: &str) -> Result {
    let committed = read(file).unwrap_or_default();
    if committed == expected {
        return Ok(());
    }
    if is_rewriting() {
        return write(file, expected);
    }
    let difference = difference::of_texts(("in the book", &committed), ("now", expected));
    Err(Failure::new(format!("{file} is not what the programs say now; `{REWRITE}` rewrites it\n{difference}")))
}

/// As [`check_file`], for a part of a file whose rest is written by hand: what is between `<!-- begin: NAME -->` and
/// `<!-- end: NAME -->`.
pub fn check_part(file: &str, name: &str, expected: &str) -> Result {
    let whole = with_part(&read(file)?, name, expected);
    check_file(file, &whole.ok_or_else(|| Failure::new(format!("{file}: nothing is marked as {name}")))?)
}

/// The text with another part; `None` if the part is not marked.
fn with_part(text: &str, name: &str, part: &str) -> Option<String> {
    let [begin, end] = ["begin", "end"].map(|word| format!("<!-- {word}: {name} -->\n"));
    let (before, rest) = text.split_once(&begin)?;
    let (_, after) = rest.split_once(&end)?;
    // The empty lines let Markdown begin anew after each mark.
    Some(format!("{before}{begin}\n{part}\n{end}{after}"))
}

/// Writes a file, given relative to the workspace.
pub fn write(file: &str, text: &str) -> Result {
    let path = workspace().join(file);
    let written = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&path, text));
    written.map_err(|error| Failure::from(error).context(file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_the_text_between_its_marks() {
        let text = "one\n<!-- begin: a -->\nold\n<!-- end: a -->\ntwo\n";
        let new = "one\n<!-- begin: a -->\n\nnew\n\n<!-- end: a -->\ntwo\n";
        assert_eq!(with_part(text, "a", "new\n").as_deref(), Some(new));
        assert_eq!(with_part(new, "a", "new\n").as_deref(), Some(new), "it stays what it is");
        assert_eq!(with_part(text, "b", "new\n"), None);
    }
}
