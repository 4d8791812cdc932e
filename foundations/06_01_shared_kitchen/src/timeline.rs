//! Draws who used what and when: a lane for each machine and each cook, and below them how many stood in line.
//!
//! The picture takes the colours of the page that it stands in, if that has any: those of mdbook's themes.

use crate::kitchen::Visit;
use crate::plan::Plan;
use crate::report::SHOWN;
use crate::story::{Seconds, name};
use std::collections::BTreeMap;
use std::fmt::{self, Write};
use std::time::Duration;

const WIDTH: f64 = 572.0;
const LEFT: f64 = 104.0;
const RIGHT: f64 = 512.0;
const TOP: f64 = 26.0;
const LANE: f64 = 20.0;
const BAR: f64 = 16.0;
/// The height of the longest line of people.
const LINE: f64 = 36.0;
const GAP: f64 = 16.0;

const STYLE: &str = "\
.kitchen{display:block;width:100%;max-width:720px;margin:1.5em 0;font:12px sans-serif}\
.kitchen text{fill:var(--fg,#333)}\
.kitchen .name,.kitchen .axis{text-anchor:middle}\
.kitchen .grid{stroke:var(--table-border-color,#ddd)}\
.kitchen .busy{fill:var(--links,#20609f);fill-opacity:.3;stroke:var(--links,#20609f)}\
.kitchen .line{fill:var(--warning-border,#d80);fill-opacity:.6}";

/// A time in which someone has something.
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
            lanes.push(Vec::new()); // one that nobody ever needs stands for all of them
        }
        Self { title, count, lanes, line: line(waits) }
    }

    fn longest_line(&self) -> usize {
        self.line.iter().map(|&(_, length)| length).max().unwrap_or_default()
    }

    fn height(&self) -> f64 {
        LANE * self.lanes.len() as f64 + if self.line.is_empty() { LANE } else { LINE }
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

/// A batch begins with someone for whom it is made. It is also for those who find a portion that is ready.
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
    changes.into_iter().map(length_after).collect()
}

/// The picture, as SVG without empty lines, which would end it for a Markdown reader. It shows the first customers only, if there are
/// very many.
pub fn draw(plan: &Plan, visits: &[Visit]) -> String {
    let mut svg = String::new();
    // Nothing can fail: the text is written to memory.
    let _ = Picture::new(plan, &visits[..visits.len().min(SHOWN)]).draw(&mut svg);
    svg
}

struct Picture {
    resources: [Resource; 3],
    end: Duration,
    longest_line: usize,
}

impl Picture {
    fn new(plan: &Plan, visits: &[Visit]) -> Self {
        let resources = resources(plan, visits);
        let longest_line = resources.iter().map(Resource::longest_line).max().unwrap_or_default();
        Self { resources, end: visits.iter().map(Visit::served).max().unwrap_or_default(), longest_line }
    }

    fn x(&self, time: Duration) -> f64 {
        LEFT + (RIGHT - LEFT) * time.as_secs_f64() / self.end.as_secs_f64().max(f64::MIN_POSITIVE)
    }

    fn draw(&self, svg: &mut String) -> fmt::Result {
        let bottom = TOP + self.resources.iter().map(|resource| resource.height() + GAP).sum::<f64>();
        writeln!(
            svg,
            r#"<svg xmlns="http://www.w3.org/2000/svg" class="kitchen" viewBox="0 0 {WIDTH} {bottom}" role="img">"#
        )?;
        writeln!(svg, "<title>Who uses what in the kitchen, and how many stand in line</title>")?;
        writeln!(svg, "<desc>{}</desc>\n<style>{STYLE}</style>", self.describe())?;
        for time in ticks(self.end) {
            let x = self.x(time);
            writeln!(svg, r#"<path class="grid" d="M{x:.1} {}V{}"/>"#, TOP - 6.0, bottom - GAP)?;
            writeln!(svg, r#"<text class="axis" x="{x:.1}" y="{}">{} s</text>"#, TOP - 10.0, Seconds(time))?;
        }
        writeln!(svg, r#"<text x="{}" y="{}">busy</text>"#, RIGHT + 22.0, TOP - 10.0)?;
        let mut y = TOP;
        for resource in &self.resources {
            y = self.draw_resource(svg, resource, y)?;
        }
        writeln!(svg, "</svg>")
    }

    /// Draws a resource from `y` on, and returns where the next one begins.
    fn draw_resource(&self, svg: &mut String, resource: &Resource, mut y: f64) -> Result<f64, fmt::Error> {
        let bottom = y + resource.height();
        let (count, busy) = (resource.count, resource.busy(self.end));
        writeln!(svg, r#"<text x="{}" y="{}">{busy:.0} %</text>"#, RIGHT + 22.0, y + BAR - 3.0)?;
        for (number, lane) in (1..).zip(&resource.lanes) {
            let number = if count == 1 { String::new() } else { format!(" {number}") };
            writeln!(svg, r#"<text x="0" y="{}">{}{number}</text>"#, y + BAR - 3.0, resource.title)?;
            for span in lane {
                self.draw_span(svg, span, y)?;
            }
            y += LANE;
        }
        self.draw_line(svg, &resource.line, bottom)?;
        writeln!(svg, r#"<text x="0" y="{}">in line: {}</text>"#, bottom - 3.0, up_to(resource.longest_line()))?;
        Ok(bottom + GAP)
    }

    fn draw_span(&self, svg: &mut String, span: &Span, y: f64) -> fmt::Result {
        let (x, width) = (self.x(span.from), self.x(span.to) - self.x(span.from));
        writeln!(svg, r#"<rect class="busy" x="{x:.1}" y="{y}" width="{width:.1}" height="{BAR}"/>"#)?;
        if width < 8.0 + 7.0 * span.label.len() as f64 {
            return Ok(()); // no room
        }
        writeln!(svg, r#"<text class="name" x="{:.1}" y="{}">{}</text>"#, x + width / 2.0, y + BAR - 4.0, span.label)
    }

    /// Draws how many stand in line, from `bottom` upwards.
    fn draw_line(&self, svg: &mut String, line: &[(Duration, usize)], bottom: f64) -> fmt::Result {
        let Some(&(start, _)) = line.first() else { return Ok(()) };
        let height = |length: usize| LINE * length as f64 / self.longest_line.max(1) as f64;
        write!(svg, r#"<path class="line" d="M{:.1} {bottom:.1}"#, self.x(start))?;
        for &(at, length) in line {
            write!(svg, "H{:.1}V{:.1}", self.x(at), bottom - height(length))?;
        }
        writeln!(svg, r#"Z"/>"#)
    }

    /// The picture in words, for those who do not see it.
    fn describe(&self) -> String {
        let words = self.resources.iter().map(|resource| {
            let (title, count, longest) = (resource.title, resource.count, up_to(resource.longest_line()));
            format!("{count} × {title}: busy for {:.0} % of the time; in line: {longest}.", resource.busy(self.end))
        });
        format!("Everything takes {} s. {}", Seconds(self.end), words.collect::<Vec<_>>().join(" "))
    }
}

fn up_to(people: usize) -> String {
    if people == 0 { "nobody".to_owned() } else { format!("up to {people}") }
}

/// At most a dozen round times, from zero to the end.
fn ticks(end: Duration) -> Vec<Duration> {
    let rounds = (0..19).map(|power| 10_u64.pow(power)).flat_map(|power| [power, 2 * power, 4 * power]);
    let step = rounds.map(Duration::from_secs).find(|step| step.saturating_mul(12) >= end).unwrap_or(end);
    (0..=12).map(|number| step.saturating_mul(number)).take_while(|time| *time <= end).collect()
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
                prop_assert_eq!(resource.line.last().map_or(0, |&(_, length)| length), 0, "nobody stays in line");
                let labels = resource.lanes.iter().flatten().flat_map(|span| span.label.split(' '));
                prop_assert_eq!(labels.count(), visits.len());
            }
            prop_assert!(!draw(&plan, &visits).contains("\n\n"), "an empty line ends it for a Markdown reader");
        }
    }

    #[test]
    fn the_axis_has_a_few_round_times() {
        for (seconds, step) in [(1, 1), (12, 1), (20, 2), (130, 20), (2_000_000, 200_000)] {
            let ticks = ticks(Duration::from_secs(seconds));
            assert!((2..=13).contains(&ticks.len()));
            assert_eq!(ticks[1], Duration::from_secs(step));
        }
        assert!(!ticks(Duration::MAX).is_empty() && !ticks(Duration::ZERO).is_empty());
    }
}
