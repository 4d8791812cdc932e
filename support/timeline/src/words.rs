//! Times, and a whole timeline, in words: for axes, and for readers who do not see the picture.

use crate::{Kind, Row, Timeline, Unit};

impl Unit {
    /// How many of them make a second.
    fn per_second(self) -> u64 {
        match self {
            Self::Seconds | Self::Turns => 1,
            Self::Milliseconds => 1_000,
            Self::Microseconds => 1_000_000,
        }
    }

    /// A time as people say it: `5.0 s`, `12.3 ms`, `40 µs`.
    pub fn say(self, time: u64) -> String {
        let second = self.per_second();
        let tenths = |unit: u64| format!("{}.{}", time / unit, time % unit * 10 / unit);
        match self {
            Self::Seconds => format!("{time} s"),
            Self::Turns => format!("turn {time}"),
            _ if time >= second => format!("{} s", tenths(second)),
            Self::Milliseconds => format!("{time} ms"),
            Self::Microseconds if time >= 1_000 => format!("{} ms", tenths(1_000)),
            Self::Microseconds => format!("{time} µs"),
        }
    }

    /// A round time, in the unit of its neighbours on the axis, which are `step` apart: `5 s`, `20 ms`.
    fn say_round(self, time: u64, step: u64) -> String {
        match self.per_second() {
            _ if self == Self::Turns => String::new(), // they are counted by looking at them
            second if step >= second => format!("{} s", time / second),
            1_000_000 if step < 1_000 => format!("{time} µs"),
            per_second => format!("{} ms", time / (per_second / 1_000)),
        }
    }
}

impl Timeline {
    /// The round times up to `end`, a handful of them, and what each is called.
    pub(crate) fn ticks(&self, end: u64) -> Vec<(u64, String)> {
        let powers = (0..18).map(|power| 10_u64.pow(power));
        let mut steps = powers.flat_map(|power| [power, 2 * power, 5 * power]);
        let step = steps.find(|step| end / step <= 6).unwrap_or(u64::MAX);
        (0..=end / step).map(|tick| (tick * step, self.unit.say_round(tick * step, step))).collect()
    }

    /// What happens, row by row.
    pub fn describe(&self) -> String {
        let rows = self.rows.iter().map(|row| format!("{}: {}.", row.label, self.describe_row(row)));
        let marks = self.marks.iter().map(|mark| format!("{} at {}.", mark.label, self.unit.say(mark.at)));
        rows.chain(marks).collect::<Vec<_>>().join(" ")
    }

    fn describe_row(&self, row: &Row) -> String {
        let mut parts: Vec<String> = if self.unit == Unit::Turns {
            row.spans.iter().map(|span| format!("{} in turn {}", span.label, span.to)).collect()
        } else if row.spans.len() <= 5 {
            row.spans.iter().map(|span| self.at_times(span.kind, span.from, span.to)).collect()
        } else {
            let present = self.legend.iter().filter(|meaning| row.of(meaning.kind).count() > 0);
            present.map(|meaning| self.in_all(row, meaning.kind)).collect()
        };
        if !row.note.is_empty() {
            parts.push(format!("{} {}", self.notes, row.note));
        }
        parts.join("; ")
    }

    fn at_times(&self, kind: Kind, from: u64, to: u64) -> String {
        format!("{} from {} to {}", self.meaning(kind), self.unit.say(from), self.unit.say(to))
    }

    fn in_all(&self, row: &Row, kind: Kind) -> String {
        let (count, total) = (row.of(kind).count(), self.unit.say(row.total(kind)));
        format!("{} {count} times, {total} in all", self.meaning(kind))
    }

    fn meaning(&self, kind: Kind) -> &str {
        let meaning = self.legend.iter().find(|meaning| meaning.kind == kind);
        meaning.map_or(kind.name(), |meaning| &meaning.text)
    }
}
