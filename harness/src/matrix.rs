//! What each step of chapter 9 survives, as data. Each cell names the check that proves it, also where a step suffers: it
//! must be seen to suffer.

use crate::{Failure, Program, suite};
use std::fmt::{self, Write};
use std::thread;

/// The columns, by the names of their binaries.
pub const STEPS: [&str; 5] = [
    "09_01_sync_server",
    "09_02_async_server",
    "09_03_slow_request",
    "09_04_concurrent_server",
    "09_05_parallel_server",
];

/// What others notice while one client misbehaves. Afterwards, every step serves everyone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing: they are served meanwhile, or there is no meanwhile.
    NobodyNotices,
    /// Those who are connected are served; those who come now wait until it is over.
    NewcomersWait,
    /// Everyone waits until it is over.
    EveryoneWaits,
    /// The step ends the connection, and everyone is served again.
    IsLetGo,
    /// The step gives nobody the opportunity.
    CannotArise,
}

impl fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::NobodyNotices => "nobody notices",
            Self::NewcomersWait => "newcomers wait",
            Self::EveryoneWaits => "**everyone waits**",
            Self::IsLetGo => "is let go",
            Self::CannotArise => "cannot arise",
        })
    }
}

/// What happens in a step, and the check that shows it.
#[derive(Clone, Copy, Debug)]
pub struct Cell {
    /// What others notice.
    pub outcome: Outcome,
    /// The name of the check, for [`suite::only`].
    pub check: &'static str,
}

/// One way to misbehave, and what comes of it in each of the [`STEPS`].
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// What a client does.
    pub misbehaviour: &'static str,
    /// What comes of it.
    pub cells: [Cell; 5],
}

const fn unnoticed(check: &'static str) -> Cell {
    Cell { outcome: Outcome::NobodyNotices, check }
}

const fn newcomers(check: &'static str) -> Cell {
    Cell { outcome: Outcome::NewcomersWait, check }
}

const fn everyone(check: &'static str) -> Cell {
    Cell { outcome: Outcome::EveryoneWaits, check }
}

const fn let_go(check: &'static str) -> Cell {
    Cell { outcome: Outcome::IsLetGo, check }
}

const fn never(check: &'static str) -> Cell {
    Cell { outcome: Outcome::CannotArise, check }
}

/// The rows.
pub const ROWS: &[Row] = &[
    Row { misbehaviour: "a request in two packets", cells: [unnoticed("a_request_in_two_packets_is_one_request"); 5] },
    Row {
        misbehaviour: "a head of a megabyte",
        cells: [unnoticed("a_megabyte_of_header_and_lets_its_sender_read_the_answer"); 5],
    },
    Row { misbehaviour: "a hang-up in mid-response", cells: [unnoticed("clients_that_reset_in_mid_response"); 5] },
    Row {
        misbehaviour: "a silent client",
        cells: three_and_two(everyone("a_silent_client_holds_everyone_up"), unnoticed("a_silent_client_delays_nobody")),
    },
    Row { misbehaviour: "a client silent for ten seconds", cells: [let_go("a_client_that_stays_silent_is_let_go"); 5] },
    Row {
        misbehaviour: "a slow route",
        cells: [
            never("there_is_no_slow_route"),
            never("there_is_no_slow_route"),
            everyone("whoever_comes_during_a_nap_waits_until_it_is_over"),
            unnoticed("naps_delay_nobody"),
            unnoticed("naps_delay_nobody"),
        ],
    },
    Row {
        misbehaviour: "1,000 idle connections",
        cells: three_and_two(
            never("a_connection_is_closed_after_one_answer"),
            unnoticed("a_thousand_idle_connections_stay_usable"),
        ),
    },
    Row {
        misbehaviour: "200 clients for 64 descriptors",
        cells: three_and_two(
            never("a_crowd_takes_one_descriptor_at_a_time"),
            newcomers("without_descriptors_those_inside_are_still_served"),
        ),
    },
    Row {
        misbehaviour: "a handler that blocks its thread",
        cells: [
            everyone("a_handler_that_blocks_its_thread_stops_everyone"),
            everyone("a_handler_that_blocks_its_thread_stops_everyone"),
            everyone("a_handler_that_blocks_its_thread_stops_everyone"),
            everyone("a_handler_that_blocks_its_thread_stops_everyone"),
            unnoticed("a_handler_that_blocks_its_thread_stops_nobody"),
        ],
    },
];

/// Steps 9.1 to 9.3 serve one connection at a time; 9.4 and 9.5 serve many.
const fn three_and_two(one_at_a_time: Cell, concurrent: Cell) -> [Cell; 5] {
    [one_at_a_time, one_at_a_time, one_at_a_time, concurrent, concurrent]
}

/// Runs the check of every cell, all at the same time, against the programs of the [`STEPS`]. Returns what was wrong.
pub fn verify(steps: &[Program]) -> Vec<Failure> {
    let cells = ROWS.iter().flat_map(|row| row.cells.iter().zip(STEPS).zip(steps).map(move |cell| (row, cell)));
    thread::scope(|scope| {
        let running: Vec<_> = cells
            .map(|(row, ((cell, step), program))| {
                // Two threads for step 9.5, on a machine with one processor too.
                let program = program.clone().environment("ASYNC_STD_THREAD_COUNT", "2");
                let place = format!("{}, {step}, {}", row.misbehaviour, cell.check);
                (place, scope.spawn(move || suite::only(cell.check, &program)))
            })
            .collect();
        let ended = running.into_iter().map(|(place, check)| match check.join() {
            Ok(outcome) => outcome.map_err(|failure| failure.context(place)),
            Err(_) => Err(Failure::new(format!("{place}: the check panicked"))),
        });
        ended.filter_map(Result::err).collect()
    })
}

/// The matrix as a table for the book.
pub fn markdown() -> String {
    let mut table = String::from("| |");
    for step in STEPS {
        let number = step.get(..5).unwrap_or(step).trim_start_matches('0').replace("_0", ".");
        let _ = write!(table, " {number} |");
    }
    table += "\n|---|";
    table += &"---|".repeat(STEPS.len());
    for row in ROWS {
        let _ = write!(table, "\n| {} |", row.misbehaviour);
        for cell in row.cells {
            let _ = write!(table, " {} |", cell.outcome);
        }
    }
    table + "\n"
}
