//! The chapters, as Markdown.

use crate::{Failure, Result, chapters};
use mdbook_driver::MDBook;
use mdbook_driver::book::BookItem;
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use std::ops::Range;

/// How the names of the pages begin that show files.
pub const LISTING: &str = "files_";

/// A chapter that `SUMMARY.md` lists.
pub struct Chapter {
    /// Its file, relative to `book/src`.
    pub file: String,
    /// Its title in `SUMMARY.md`.
    pub title: String,
    /// The title of the part that it is in.
    pub part: String,
    /// Its Markdown, before anything is included.
    pub text: String,
}

/// A block of code, console text or the like.
pub struct Fence {
    /// What it contains, before anything is included.
    pub content: String,
    /// Whether it is fenced; if not, it is indented.
    pub is_fenced: bool,
    /// Where it begins in the chapter.
    pub start: usize,
}

/// A piece of running text: a paragraph, a list item or a table cell.
#[derive(Default)]
pub struct Block<'chapter> {
    /// Without code, link targets and comments.
    pub prose: String,
    /// As it is in the file.
    pub markdown: &'chapter str,
    /// Where it begins in the chapter.
    pub start: usize,
}

/// All chapters, in their order, without the pages that only show files.
pub fn all() -> Result<Vec<Chapter>> {
    let book = MDBook::load(chapters().join("..")).map_err(|error| Failure::new(format!("{error:#}")))?;
    let mut part = String::new();
    let chapters = book.iter().filter_map(|item| match item {
        BookItem::PartTitle(title) => {
            part.clone_from(title);
            None
        }
        BookItem::Chapter(chapter) => Some(Chapter {
            part: part.clone(),
            file: chapter.path.as_ref()?.to_str()?.to_owned(),
            title: chapter.name.clone(),
            text: chapter.content.clone(),
        }),
        _ => None,
    });
    Ok(chapters.filter(|chapter| !chapter.file.starts_with(LISTING)).collect())
}

impl Chapter {
    /// A place in the chapter, for messages.
    pub fn place(&self, offset: usize) -> String {
        format!("book/src/{}:{}", self.file, 1 + self.text[..offset].matches('\n').count())
    }

    /// The blocks of code.
    pub fn fences(&self) -> Vec<Fence> {
        let mut fences = Vec::new();
        let mut open: Option<Fence> = None;
        for (event, range) in self.events() {
            match event {
                Event::Start(Tag::CodeBlock(kind)) => {
                    let is_fenced = matches!(kind, CodeBlockKind::Fenced(_));
                    open = Some(Fence { content: String::new(), is_fenced, start: range.start });
                }
                Event::Text(text) => {
                    if let Some(fence) = &mut open {
                        fence.content.push_str(&text);
                    }
                }
                Event::End(TagEnd::CodeBlock) => fences.extend(open.take()),
                _ => {}
            }
        }
        fences
    }

    /// What is between back quotes in the running text, and where.
    pub fn code_spans(&self) -> Vec<(usize, String)> {
        let spans = self.events().filter_map(|(event, range)| match event {
            Event::Code(code) => Some((range.start, code.into_string())),
            _ => None,
        });
        spans.collect()
    }

    /// The running text.
    pub fn blocks(&self) -> Vec<Block<'_>> {
        let mut blocks = Vec::new();
        let mut depth = 0;
        let mut block = Block::default();
        for (event, range) in self.events() {
            match event {
                Event::Start(Tag::Paragraph | Tag::Item | Tag::TableCell) => {
                    if depth == 0 {
                        let after = self.text[range.end..].split("\n\n").next().unwrap_or_default(); // a comment
                        let markdown = &self.text[range.start..range.end + after.len()];
                        block = Block { prose: String::new(), start: range.start, markdown };
                    }
                    depth += 1;
                }
                Event::End(TagEnd::Paragraph | TagEnd::Item | TagEnd::TableCell) => {
                    depth -= 1;
                    if depth == 0 {
                        blocks.push(std::mem::take(&mut block));
                    }
                }
                Event::Text(text) => block.prose.push_str(&text),
                Event::SoftBreak | Event::HardBreak | Event::Code(_) => block.prose.push(' '),
                _ => {}
            }
        }
        blocks
    }

    fn events(&self) -> impl Iterator<Item = (Event<'_>, Range<usize>)> {
        Parser::new_ext(&self.text, Options::ENABLE_TABLES | Options::ENABLE_HEADING_ATTRIBUTES).into_offset_iter()
    }
}
