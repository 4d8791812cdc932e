//! `{{#include …}}`, which mdbook forgives everything: here it must name something that exists.

use crate::{Failure, Result, read};
use std::path::{Component, Path, PathBuf};

/// An include directive.
pub struct Include {
    /// The file, relative to the workspace.
    pub file: PathBuf,
    /// The anchor, if it names one.
    pub anchor: Option<String>,
}

/// The directives in a text, each with the offset at which it begins.
pub fn directives(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let starts = text.match_indices("{{#").map(|(start, _)| start);
    starts.map(|start| (start, text[start..].split_inclusive("}}").next().unwrap_or_default()))
}

impl Include {
    /// Reads a directive of a page in `book/src`.
    pub fn parse(directive: &str) -> Result<Self> {
        let inner = directive.strip_prefix("{{#include ").and_then(|rest| rest.strip_suffix("}}"));
        let inner = inner.ok_or_else(|| Failure::new(format!("{directive}: mdbook knows only `include` here")))?;
        let (file, anchor) = match inner.split_once(':') {
            Some((file, anchor)) => (file, Some(anchor.to_owned())),
            None => (inner, None),
        };
        if anchor.as_ref().is_some_and(|anchor| !anchor.starts_with(|first: char| first.is_ascii_lowercase())) {
            return Err(Failure::new(format!("{directive}: name an anchor; line numbers drift")));
        }
        let mut path = PathBuf::from("book/src");
        for component in Path::new(file).components() {
            if component == Component::ParentDir {
                path.pop();
            } else {
                path.push(component);
            }
        }
        Ok(Self { file: path, anchor })
    }

    /// Whether the file is there to be shown, and therefore included as a whole: made by this crate, a drawing, a patch, or a configuration.
    pub fn is_shown_whole(&self) -> bool {
        let is_no_code =
            self.file.extension().is_some_and(|end| ["diff", "cfg", "conf"].iter().any(|kind| end == *kind));
        is_no_code
            || ["generated", "console", "pictures"].iter().any(|kind| self.file.starts_with(format!("book/src/{kind}")))
    }

    /// The included text.
    pub fn resolve(&self) -> Result<String> {
        let file = self.file.display();
        let mut text = read(&self.file)?;
        if let Some(anchor) = &self.anchor {
            text = between_anchors(&text, anchor).map_err(|failure| failure.context(&file))?;
        } else if !self.is_shown_whole() {
            return Err(Failure::new(format!("{file}: code is included through an anchor, not as a whole file")));
        } else if self.file.extension().is_none_or(|end| end != "diff") && without_anchors(&text).len() < text.len() {
            return Err(Failure::new(format!("{file}: an anchor would be shown")));
        }
        if text.trim().is_empty() {
            return Err(Failure::new(format!("{file}: there is nothing in it to include")));
        }
        Ok(text)
    }
}

fn between_anchors(text: &str, anchor: &str) -> Result<String> {
    let lines: Vec<&str> = text.lines().collect();
    let find = |keyword| {
        let found: Vec<usize> =
            (0..lines.len()).filter(|&line| anchor_name(lines[line], keyword) == Some(anchor)).collect();
        match found[..] {
            [line] => Ok(line),
            _ => Err(Failure::new(format!("`{keyword} {anchor}` is there {} times, not once", found.len()))),
        }
    };
    let (start, end) = (find("ANCHOR:")?, find("ANCHOR_END:")?);
    if end < start {
        return Err(Failure::new(format!("the anchor {anchor} ends before it begins")));
    }
    Ok(without_anchors(&lines[start + 1..end].join("\n")))
}

fn anchor_name<'text>(line: &'text str, keyword: &str) -> Option<&'text str> {
    let comment = line.trim().strip_prefix("// ").or_else(|| line.trim().strip_prefix("# ")); // the second one in a `Cargo.toml`
    comment?.strip_prefix(keyword).map(str::trim)
}

/// A source text without the comments that mark its anchors.
pub fn without_anchors(text: &str) -> String {
    let is_anchor = |line: &&str| ["ANCHOR:", "ANCHOR_END:"].iter().any(|keyword| anchor_name(line, keyword).is_some());
    text.lines().filter(|line| !is_anchor(line)).flat_map(|line| [line, "\n"]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_anchor_holds_the_lines_between_its_comments() {
        let text = "a\n// ANCHOR: x\nb\n// ANCHOR: y\nc\n// ANCHOR_END: y\n// ANCHOR_END: x\nd\n";
        assert_eq!(between_anchors(text, "x").unwrap(), "b\nc\n");
        assert_eq!(between_anchors(text, "y").unwrap(), "c\n");
    }

    #[test]
    fn an_anchor_that_is_missing_doubled_or_inside_out_is_refused() {
        for text in [
            "// ANCHOR: x\n",
            "// ANCHOR_END: x\n",
            "// ANCHOR_END: x\n// ANCHOR: x\n",
            "// ANCHOR: x\n// ANCHOR: x\n// ANCHOR_END: x\n",
        ] {
            assert!(between_anchors(text, "x").is_err(), "{text}");
        }
    }

    #[test]
    fn a_directive_names_a_file_or_an_anchor_but_no_lines() {
        let include = Include::parse("{{#include ../../support/http1/src/lib.rs:name}}").unwrap();
        assert_eq!(
            (include.file.to_str(), include.anchor.as_deref()),
            (Some("support/http1/src/lib.rs"), Some("name"))
        );
        assert!(Include::parse("{{#include generated/x.txt}}").unwrap().is_shown_whole());
        for directive in ["{{#include a.rs:1:2}}", "{{#include a.rs:7}}", "{{#playground a.rs}}", "{{#include a.rs"] {
            assert!(Include::parse(directive).is_err(), "{directive}");
        }
    }
}
