//! A record as a table, and as a picture.

use crate::profile::{Cause, Record, Seen, Task};
use comfy_table::{CellAlignment, Table, presets::UTF8_HORIZONTAL_ONLY};
use std::cmp::Reverse;
use std::time::Duration;
use timeline::{Kind, Timeline, Unit};

/// What a report is sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The time of all polls together.
    Total,
    /// The longest poll.
    Worst,
}

/// The tasks, those that took longest first.
pub fn sorted(record: &Record, order: Order) -> Vec<&Task> {
    let mut tasks: Vec<&Task> = record.tasks.iter().collect();
    tasks.sort_by_key(|task| {
        Reverse(match order {
            Order::Total => (task.total, task.worst),
            Order::Worst => (task.worst, task.total),
        })
    });
    tasks
}

/// A table for a terminal.
pub fn table(record: &Record, order: Order) -> String {
    let mut table = Table::new();
    table.load_style(UTF8_HORIZONTAL_ONLY);
    table.set_header(["task", "worst", "total", "polls", "slow polls", "spawned at"]);
    for task in sorted(record, order) {
        let [total, worst] = [task.total, task.worst].map(milliseconds);
        table.add_row([&task.name, &worst, &total, &task.polls.to_string(), &slow(task), &task.place]);
    }
    for column in [1, 2, 3] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.trim_fmt()
}

fn milliseconds(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}

/// How many polls were slow, and why.
fn slow(task: &Task) -> String {
    let parts: Vec<String> = task.slow.iter().map(|(cause, count)| format!("{count} {cause}")).collect();
    parts.join(", ")
}

/// What ran on the loop's thread, and when. Only one task runs at a time.
pub fn timeline(record: &Record) -> Timeline {
    let mut timeline = Timeline::new("What runs on the loop's thread", Unit::Microseconds)
        .legend(Kind::Runs, "is polled, and computes")
        .legend(Kind::Blocked, "is polled, and blocked");
    let is_kept = |seen: &Seen| seen.cause == Some(Cause::KeptFromRunning);
    if record.polls.iter().any(is_kept) {
        timeline = timeline.legend(Kind::Waits, "is polled, and kept from running by the system");
    }
    let start = record.polls.iter().map(|seen| seen.from).min().unwrap_or_default();
    for (number, task) in record.tasks.iter().enumerate() {
        let row = timeline.row(&task.name);
        for seen in record.polls.iter().filter(|seen| seen.task == number) {
            let kind = match seen.cause {
                Some(Cause::Blocked) => Kind::Blocked,
                Some(Cause::KeptFromRunning) => Kind::Waits,
                None | Some(Cause::Computed | Cause::Unknown) => Kind::Runs,
            };
            let from = seen.from - start;
            row.span(kind, microseconds(from), microseconds(from + seen.time));
        }
    }
    timeline
}

fn microseconds(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(name: &str, total: u64, worst: u64) -> Task {
        let [total, worst] = [total, worst].map(Duration::from_millis);
        let slow = vec![(Cause::Blocked, 1)];
        Task { name: name.into(), place: "src/main.rs:1".into(), polls: 2, total, worst, slow }
    }

    fn record() -> Record {
        let seen = |task, from, cause| {
            let [from, time] = [from, 10].map(Duration::from_millis);
            Seen { task, from, time, cause }
        };
        let polls = [seen(0, 5, None), seen(1, 15, Some(Cause::Blocked)), seen(0, 25, Some(Cause::Computed))];
        Record { tasks: vec![task("often", 500, 10), task("long", 300, 300)], polls: polls.into() }
    }

    #[test]
    fn a_report_is_sorted_by_total_or_by_worst() {
        let names = |order| sorted(&record(), order).iter().map(|task| task.name.clone()).collect::<Vec<_>>();
        assert_eq!(names(Order::Total), ["often", "long"]);
        assert_eq!(names(Order::Worst), ["long", "often"]);
    }

    #[test]
    fn the_table_has_a_line_for_each_task_and_says_why() {
        let table = table(&record(), Order::Worst);
        let line = table.lines().find(|line| line.contains("long")).unwrap();
        for part in ["src/main.rs:1", "300.0 ms", "1 was blocked"] {
            assert!(line.contains(part), "{table}");
        }
    }

    #[test]
    fn in_the_picture_no_two_tasks_have_the_thread_at_the_same_time() {
        let timeline = timeline(&record());
        let spans: Vec<_> = timeline.rows.iter().flat_map(|row| &row.spans).collect();
        assert_eq!(spans.len(), 3);
        assert_eq!((timeline.rows[1].total(Kind::Blocked), timeline.rows[0].total(Kind::Runs)), (10_000, 20_000));
        for (number, span) in spans.iter().enumerate() {
            assert!(spans[number + 1..].iter().all(|other| !span.overlaps(other)));
        }
    }
}
