//! Draws who used what and when: a row for each machine and each cook, and below them how many stood in line.

use crate::kitchen::Visit;
use crate::plan::Plan;
use crate::report::SHOWN;
use crate::story::name;
use std::collections::BTreeMap;
use std::time::Duration;
use timeline::{Kind, Row, Timeline, Unit};

/// A time in which a customer has something.
#[derive(Clone, Debug)]
struct Span {
    from: Duration,
    to: Duration,
    label: String,
}

/// Something that is shared, with all that happened there.
struct Resource {
    title: &'static str,
    count: u32,
    /// Who used it. None of the spans of a lane overlap.
    lanes: Vec<Vec<Span>>,
    /// How many stand in line from this moment on.
    line: Vec<(Duration, usize)>,
}

impl Resource {
    fn new(
        title: &'static str,
        count: u32,
        spans: Vec<Span>,
        waits: impl Iterator<Item = (Duration, Duration)>,
    ) -> Self {
        let mut lanes = lanes(spans);
        if lanes.len() < count as usize {
            lanes.push(Vec::new()); // all that are never needed share one row
        }
        Self { title, count, lanes, line: line(waits) }
    }

    /// Which part of the time it was used, in percent.
    fn busy(&self, end: Duration) -> f64 {
        let used: f64 = self.lanes.iter().flatten().map(|span| (span.to - span.from).as_secs_f64()).sum();
        100.0 * used / (end.as_secs_f64() * f64::from(self.count)).max(f64::MIN_POSITIVE)
    }
}

fn resources(plan: &Plan, visits: &[Visit]) -> [Resource; 3] {
    let waits = |item: usize| visits.iter().map(move |visit| (visit.arrived, visit.stays[item].began));
    let uses = |item: usize| {
        let uses = (0..).zip(visits).map(move |(number, visit)| {
            let stay = visit.stays[item];
            Span { from: stay.began, to: stay.ready, label: name(number) }
        });
        uses.collect::<Vec<_>>()
    };
    [
        Resource::new("soda machine", plan.soda_machines, uses(0), waits(0)),
        Resource::new("cook", plan.cooks, uses(1), waits(1)),
        Resource::new("fryer", 1, batches(uses(2)), waits(2)),
    ]
}

/// A batch is made for one customer. It is also for the customers who find a portion that is ready.
fn batches(uses: Vec<Span>) -> Vec<Span> {
    let mut batches: Vec<Span> = Vec::new();
    for portion in uses {
        match batches.last_mut() {
            Some(batch) if portion.from == portion.to => {
                batch.label += " ";
                batch.label += &portion.label;
            }
            _ => batches.push(portion),
        }
    }
    batches
}

/// Puts each span, in the order in which they begin, into the first lane that is free.
fn lanes(spans: Vec<Span>) -> Vec<Vec<Span>> {
    let mut lanes: Vec<Vec<Span>> = Vec::new();
    for span in spans {
        let is_free = |lane: &&mut Vec<Span>| lane.last().is_none_or(|last| last.to <= span.from);
        match lanes.iter_mut().find(is_free) {
            Some(lane) => lane.push(span),
            None => lanes.push(vec![span]),
        }
    }
    lanes
}

fn line(waits: impl Iterator<Item = (Duration, Duration)>) -> Vec<(Duration, usize)> {
    let mut changes: BTreeMap<Duration, (usize, usize)> = BTreeMap::new();
    for (from, to) in waits.filter(|(from, to)| from < to) {
        changes.entry(from).or_default().0 += 1;
        changes.entry(to).or_default().1 += 1;
    }
    let mut length = 0;
    let length_after = |(at, (joined, left))| {
        length = length + joined - left;
        (at, length)
    };
    let mut line: Vec<_> = changes.into_iter().map(length_after).collect();
    line.dedup_by_key(|&mut (_, length)| length);
    line
}

/// The picture, as SVG. It shows the first customers only, if there are very many.
pub fn draw(plan: &Plan, visits: &[Visit]) -> String {
    timeline::picture(&[(
        "Who uses what, and how many stand in line",
        &timeline(plan, &visits[..visits.len().min(SHOWN)]),
    )])
}

fn timeline(plan: &Plan, visits: &[Visit]) -> Timeline {
    let end = visits.iter().map(Visit::served).max().unwrap_or_default();
    let mut timeline = Timeline::new("Who uses what in the kitchen, and how many stand in line", Unit::Microseconds)
        .legend(Kind::Served, "is in use")
        .legend(Kind::Waits, "number waiting in line");
    "busy".clone_into(&mut timeline.notes);
    for resource in resources(plan, visits) {
        for (index, lane) in (1..).zip(&resource.lanes) {
            let number = if resource.count == 1 { String::new() } else { format!(" {index}") };
            let row = timeline.row(format!("{}{number}", resource.title));
            if index == 1 {
                let all = if resource.count == 1 { "" } else { "all: " };
                row.note = format!("{all}{:.0} %", resource.busy(end));
            }
            lane.iter().for_each(|span| span.show(row, Kind::Served));
        }
        let row = timeline.row("in line");
        for change in resource.line.windows(2).filter(|change| change[0].1 > 0) {
            let [(from, length), (to, _)] = [change[0], change[1]];
            Span { from, to, label: length.to_string() }.show(row, Kind::Waits);
        }
    }
    timeline
}

impl Span {
    fn show(&self, row: &mut Row, kind: Kind) {
        let [from, to] = [self.from, self.to].map(|time| u64::try_from(time.as_micros()).unwrap_or(u64::MAX));
        row.spans.push(timeline::Span { kind, from, to, label: self.label.clone() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Pace;
    use crate::kitchen::serve_all;
    use crate::tests::plans;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_picture_shows_every_use_once_and_no_two_in_the_same_place(plan in plans()) {
            let visits = serve_all(&plan, Pace::Virtual, |_| {}).unwrap();
            let resources = resources(&plan, &visits);
            for resource in &resources {
                for lane in &resource.lanes {
                    prop_assert!(lane.windows(2).all(|pair| pair[0].to <= pair[1].from));
                }
                prop_assert!(resource.lanes.len() <= resource.count as usize);
                prop_assert_eq!(resource.line.last().map_or(0, |&(_, length)| length), 0, "no customer stays in line");
                let labels = resource.lanes.iter().flatten().flat_map(|span| span.label.split(' '));
                prop_assert_eq!(labels.count(), visits.len());
            }
            prop_assert!(!draw(&plan, &visits).contains("\n\n"), "an empty line ends it for a Markdown reader");
        }
    }
}
