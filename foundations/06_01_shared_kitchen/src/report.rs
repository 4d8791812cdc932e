//! The times of the customers: as a table for people, and as JSON for programs.

use crate::kitchen::{self, Visit};
use crate::plan::Plan;
use crate::story::{Seconds, name};
use comfy_table::{CellAlignment, Table, presets::UTF8_FULL_CONDENSED};
use serde::{Serialize, Serializer};
use std::time::Duration;

/// How many customers have a line of their own: a picture has no room for a million, nor has a reader time for them.
pub const SHOWN: usize = 1000;

/// The items of an order, in the order of [`Visit::stays`].
const ITEMS: [&str; 3] = ["soda", "burger", "fries"];

/// A row for each customer, and one for all of them together.
pub fn table(visits: &[Visit]) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED);
    table.set_header(["customer", "arrives", "waits: soda", "cook", "fryer", "last to come", "served after"]);
    for (number, visit) in (0..).zip(&visits[..visits.len().min(SHOWN)]) {
        table.add_row(row(name(number), Some(visit.arrived), waits(visit), &last_to_come(visit), visit.service()));
    }
    if let Some(left_out) = visits.len().checked_sub(SHOWN).filter(|&left_out| left_out > 0) {
        table.add_row([format!("… and {left_out} more")]);
    }
    let mean_waits = [0, 1, 2].map(|item| rounded(mean(visits.iter().map(|visit| waits(visit)[item]))));
    table.add_row(row("mean".to_owned(), None, mean_waits, "", rounded(mean(visits.iter().map(Visit::service)))));
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// How long it took, and how long it would have taken one employee who waits for each thing.
pub fn summary(plan: &Plan, visits: &[Visit]) -> String {
    let last = visits.iter().map(Visit::served).max().unwrap_or_default();
    let alone = kitchen::one_after_the_other(plan).unwrap_or_default();
    format!("Everyone was served after {}. One thing after the other, it would take {}.", seconds(last), seconds(alone))
}

fn row(name: String, arrived: Option<Duration>, waits: [Duration; 3], last: &str, service: Duration) -> Vec<String> {
    let arrived = arrived.map(seconds).unwrap_or_default();
    let [soda, burger, fries] = waits.map(|wait| if wait.is_zero() { "–".to_owned() } else { seconds(wait) });
    vec![name, arrived, soda, burger, fries, last.to_owned(), seconds(service)]
}

fn seconds(time: Duration) -> String {
    format!("{} s", Seconds(time))
}

/// How long the customer stood in line for each item.
fn waits(visit: &Visit) -> [Duration; 3] {
    visit.stays.map(|stay| stay.began - visit.arrived)
}

/// What decided about the time of service.
fn last_to_come(visit: &Visit) -> String {
    let items = visit.stays.iter().zip(ITEMS).filter(|(stay, _)| stay.ready == visit.served());
    items.map(|(_, item)| item).collect::<Vec<_>>().join(", ")
}

/// The mean, to the nanosecond. (A sum of durations may be longer than a duration can be.)
fn mean(times: impl ExactSizeIterator<Item = Duration>) -> Duration {
    const SECOND: u128 = 1_000_000_000;
    let count = times.len().max(1) as u128;
    let nanoseconds = times.map(|time| time.as_nanos()).sum::<u128>() / count;
    let seconds = u64::try_from(nanoseconds / SECOND).unwrap_or(u64::MAX);
    Duration::new(seconds, u32::try_from(nanoseconds % SECOND).unwrap_or_default())
}

/// A mean with as many digits as anyone wants to read: to the millisecond.
fn rounded(time: Duration) -> Duration {
    let time = time.saturating_add(Duration::from_micros(500));
    Duration::new(time.as_secs(), time.subsec_millis() * 1_000_000)
}

/// What `--json` prints.
pub fn json(visits: &[Visit]) -> impl Serialize {
    #[derive(Serialize)]
    struct Report<'visits> {
        #[serde(serialize_with = "customers")]
        customers: &'visits [Visit],
        mean_seconds: Seconds,
    }
    Report { customers: visits, mean_seconds: Seconds(mean(visits.iter().map(Visit::service))) }
}

fn customers<S: Serializer>(visits: &[Visit], serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Customer {
        name: String,
        arrived_seconds: Seconds,
        service_seconds: Seconds,
    }
    serializer.collect_seq((0..).zip(visits).map(|(number, visit)| Customer {
        name: name(number),
        arrived_seconds: Seconds(visit.arrived),
        service_seconds: Seconds(visit.service()),
    }))
}
