//! Draws a timeline for a terminal.

use crate::{Kind, Row, Timeline};

impl Timeline {
    /// A line for each row, `width` characters wide or a little more, then the axis, then what the signs mean.
    pub fn text(&self, width: usize) -> String {
        let label = self.rows.iter().map(|row| row.label.chars().count()).max().unwrap_or_default();
        let columns = width.saturating_sub(label + 2).max(8);
        let mut text = String::new();
        for row in &self.rows {
            let line = format!("{:label$}  {}{}", row.label, self.signs(row, columns), self.note(row));
            text.push_str(&format!("{}\n", line.trim_end()));
        }
        text.push_str(&format!("{:label$}  {}\n", "", self.axis(columns)));
        for meaning in &self.legend {
            text.push_str(&format!("{:label$}  {} {}\n", "", sign(meaning.kind), meaning.text));
        }
        text
    }

    /// Each character stands for a piece of time, and shows what the row did in the middle of it.
    fn signs(&self, row: &Row, columns: usize) -> String {
        let moment = |column: usize| (2 * column as u64 + 1) * self.end() / (2 * columns as u64);
        let at = |moment: u64| row.spans.iter().rev().find(|span| span.from <= moment && moment < span.to);
        (0..columns).map(|column| at(moment(column)).map_or(' ', |span| sign(span.kind))).collect()
    }

    fn note(&self, row: &Row) -> String {
        if row.note.is_empty() { String::new() } else { format!("  {} {}", self.notes, row.note) }
    }

    fn axis(&self, columns: usize) -> String {
        let mut axis = String::new();
        for (time, name) in self.ticks(self.end()) {
            let column = usize::try_from(time * columns as u64 / self.end().max(1)).unwrap_or(columns);
            let length = axis.chars().count();
            if (length == 0 || length < column) && column < columns + 4 {
                axis = format!("{axis:column$}{name}");
            }
        }
        axis
    }
}

fn sign(kind: Kind) -> char {
    match kind {
        Kind::Waits => '░',
        Kind::Served | Kind::Runs => '█',
        Kind::Blocked => '·',
        Kind::Lost => '×',
    }
}
