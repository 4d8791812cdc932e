//! What happened when: one form for all traces of the book, and one way to draw them.
//!
//! A program that wants a picture fills in a [`Timeline`]. [`Timeline::figure`] draws it for a page of the book, [`picture`] for a
//! file of its own, and [`Timeline::text`] for a terminal.
//!
//! ```
//! use timeline::{Kind, Timeline, Unit};
//!
//! let mut kitchen = Timeline::new("An order", Unit::Seconds).legend(Kind::Runs, "is on the grill");
//! kitchen.row("burger").span(Kind::Runs, 0, 4);
//! assert!(kitchen.text(24).starts_with("burger  ████"));
//! ```

mod draw;
mod terminal;
mod words;

pub use draw::picture;

use serde::{Deserialize, Serialize};

/// What several rows did in the course of the same time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timeline {
    /// What the picture is about.
    pub title: String,
    /// What all times are counted in.
    pub unit: Unit,
    /// The kinds of spans that there are, and what each of them means here.
    pub legend: Vec<Meaning>,
    /// What the notes of the rows say: `answered by`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub notes: String,
    /// From top to bottom.
    pub rows: Vec<Row>,
    /// Moments that concern all rows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<Mark>,
}

/// What times are counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// For people in a kitchen.
    Seconds,
    /// For what people notice.
    Milliseconds,
    /// For what computers do meanwhile.
    Microseconds,
    /// For what takes turns, and no time to speak of.
    Turns,
}

/// What a row does, as far as it is drawn differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Has to wait because another is served.
    Waits,
    /// Is being served.
    Served,
    /// Works.
    Runs,
    /// Waits for something that takes its time, whatever the others do.
    Blocked,
    /// Waits for something that will never come.
    Lost,
}

/// What a kind means in this picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meaning {
    /// The kind.
    pub kind: Kind,
    /// In words that can follow the label of a row: `waits to be accepted`.
    pub text: String,
}

/// A client, a thread, a machine: what has a line in the picture.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Its name, at most sixteen letters or so.
    pub label: String,
    /// In the order of time.
    pub spans: Vec<Span>,
    /// What follows it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// From when to when a row did something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// What it did.
    pub kind: Kind,
    /// When it began.
    pub from: u64,
    /// When it ended.
    pub to: u64,
    /// A letter or two to write on it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label: String,
}

/// A moment that concerns all rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// When it was.
    pub at: u64,
    /// What happened: `Ctrl-C`.
    pub label: String,
}

impl Timeline {
    /// A picture of nothing yet.
    pub fn new(title: impl Into<String>, unit: Unit) -> Self {
        let (legend, rows, marks) = (Vec::new(), Vec::new(), Vec::new());
        Self { title: title.into(), unit, legend, notes: String::new(), rows, marks }
    }

    /// The same, with what this kind means.
    pub fn legend(mut self, kind: Kind, text: impl Into<String>) -> Self {
        self.legend.push(Meaning { kind, text: text.into() });
        self
    }

    /// A new row below the others.
    pub fn row(&mut self, label: impl Into<String>) -> &mut Row {
        self.rows.push(Row { label: label.into(), ..Row::default() });
        let last = self.rows.len() - 1;
        &mut self.rows[last]
    }

    /// When the last of all rows ends.
    pub fn end(&self) -> u64 {
        self.rows.iter().map(Row::end).max().unwrap_or_default()
    }
}

impl Row {
    /// The same, and from when to when it did this.
    pub fn span(&mut self, kind: Kind, from: u64, to: u64) -> &mut Self {
        self.spans.push(Span { kind, from, to, label: String::new() });
        self
    }

    /// When its first span begins.
    pub fn start(&self) -> u64 {
        self.spans.iter().map(|span| span.from).min().unwrap_or_default()
    }

    /// When its last span ends.
    pub fn end(&self) -> u64 {
        self.spans.iter().map(|span| span.to).max().unwrap_or_default()
    }

    /// Its spans of this kind.
    pub fn of(&self, kind: Kind) -> impl Iterator<Item = &Span> {
        self.spans.iter().filter(move |span| span.kind == kind)
    }

    /// How long it did this, all in all.
    pub fn total(&self, kind: Kind) -> u64 {
        self.of(kind).map(Span::length).sum()
    }
}

impl Span {
    /// How long it took.
    pub fn length(&self) -> u64 {
        self.to.saturating_sub(self.from)
    }

    /// Whether there was a time that belongs to both.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.from < other.to && other.from < self.to
    }
}

impl Kind {
    /// Its name, which is also its class in the style sheets.
    fn name(self) -> &'static str {
        match self {
            Self::Waits => "waits",
            Self::Served => "served",
            Self::Runs => "runs",
            Self::Blocked => "blocked",
            Self::Lost => "lost",
        }
    }
}
