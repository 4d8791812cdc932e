//! What a server must do, as suites of named checks: each function here runs one suite against a program.
//!
//! Every check starts a server of its own, so that one failure does not spoil the next check, and all checks of a suite
//! run at the same time. `lists.rs` says which checks a suite has. Which suite applies to which server:
//!
//! | suite | what it shows | steps |
//! |---|---|---|
//! | [`answers`] | it speaks HTTP | all |
//! | [`survives`] | nothing a client does stops it | all |
//! | [`one_at_a_time`] | it serves one connection at a time, and closes it after one answer | 9.1–9.3 |
//! | [`has_no_slow_route`] | `/sleep` is a page that does not exist | 9.1, 9.2 |
//! | [`a_nap_holds_up_all_others`] | `/sleep` holds all clients up | 9.3 |
//! | [`closes_connections`] | it closes a connection after one answer | 9.4, 9.5 |
//! | [`counts_visits`] | it counts its visits, and loses none | 9.4, 9.5 |
//! | [`keeps_connections`] | a connection serves many requests | from 9.6 on |
//! | [`concurrent`] | no client waits for another | from 9.4 on |
//! | [`naps`] | `/sleep` ends with the page | from 9.4 on |
//! | [`on_one_thread`] | a handler that blocks its thread stops all others | 9.4 |
//! | [`parallel`] | two handlers run at the same instant | from 9.5 on |
//! | [`shares_all_work`] | if a handler blocks its thread, another thread serves on the clients of the first | 5.6 |
//! | [`ends_at_once`] | a signal ends it, with or without clients | up to 9.6 |
//! | [`stops_well`] | a signal lets it finish the answers it owes | 9.7 |
//! | [`command_line`] | arguments, messages and exit codes | all, all echo servers, and 7.2 |
//! | [`echoes`] | each line comes back after its delay | all echo servers |
//! | [`echo_survives`] | nothing a client does stops it | all echo servers |
//! | [`echo_one_at_a_time`] | it serves one client at a time | 2.1 |
//! | [`echo_concurrent`] | no client waits for another | all other echo servers, but for the next |
//! | [`echo_pool`] | eight clients are served at a time, by as many workers | 2.3, 2.4 |
//! | [`prefork`] | a worker process that dies is replaced | 2.4 |
//! | [`never_rests`] | it computes though it has nothing to do | 3.2 |
//! | [`idle_clients_cost_nothing`] | clients that say nothing take no time | from 3.3 on |
//! | [`resp`] | it speaks RESP, and one client at a time has all keys to itself | 7.2 |
//! | [`resp_survives`] | nothing a client does stops it | 7.2 |
//! | [`resp_concurrent`] | no client waits for another | 7.2 |

mod accept;
mod answers;
mod basics;
mod command_line;
mod concurrent;
mod echo;
mod keeps_connections;
mod lists;
mod one_at_a_time;
mod patience;
mod pool;
mod prefork;
mod resp;
mod resting;
mod stopping;
mod survives;
mod threads;
mod waiting;

use crate::tools::has_descriptors;
use crate::{Failure, Program, Result};
use lists::{Check, SUITES};
use std::panic::catch_unwind;

/// Each line comes back after its delay, whatever the packets look like.
pub fn echoes(program: impl Into<Program>) -> Report {
    run(lists::ECHOES, &program.into())
}

/// Nothing a client does stops this echo server.
pub fn echo_survives(program: impl Into<Program>) -> Report {
    run(lists::ECHO_SURVIVES, &program.into())
}

/// This echo server serves one client at a time: all others wait.
pub fn echo_one_at_a_time(program: impl Into<Program>) -> Report {
    run(lists::ECHO_ONE_AT_A_TIME, &program.into())
}

/// No client of this echo server waits for another.
pub fn echo_concurrent(program: impl Into<Program>) -> Report {
    run(lists::ECHO_CONCURRENT, &program.into())
}

/// This echo server has eight workers, and serves as many clients at a time. All others wait.
pub fn echo_pool(program: impl Into<Program>) -> Report {
    run(lists::ECHO_POOL, &program.into())
}

/// The workers of this pool are processes. One that dies is replaced, and all end with their parent.
pub fn prefork(program: impl Into<Program>) -> Report {
    run(if_there_are_signals(lists::PREFORK), &program.into())
}

/// It computes though it has nothing to do.
pub fn never_rests(program: impl Into<Program>) -> Report {
    run(lists::NEVER_RESTS, &program.into())
}

/// Clients that say nothing take no time, neither their own nor that of the others.
pub fn idle_clients_cost_nothing(program: impl Into<Program>) -> Report {
    run(lists::IDLE_CLIENTS_COST_NOTHING, &program.into())
}

/// It speaks RESP, and one client at a time has all keys to itself.
pub fn resp(program: impl Into<Program>) -> Report {
    run(lists::RESP, &program.into())
}

/// Nothing a client does stops this server, which speaks as Redis does.
pub fn resp_survives(program: impl Into<Program>) -> Report {
    run(lists::RESP_SURVIVES, &program.into())
}

/// No client of this server, which speaks as Redis does, waits for another.
pub fn resp_concurrent(program: impl Into<Program>) -> Report {
    run(lists::RESP_CONCURRENT, &program.into())
}

/// It speaks HTTP, whatever the packets look like.
pub fn answers(program: impl Into<Program>) -> Report {
    run(lists::ANSWERS, &program.into())
}

/// Nothing a client does stops it.
pub fn survives(program: impl Into<Program>) -> Report {
    run(lists::SURVIVES, &program.into())
}

/// It serves one connection at a time, and one request a connection: all other clients wait.
pub fn one_at_a_time(program: impl Into<Program>) -> Report {
    run(lists::ONE_AT_A_TIME, &program.into())
}

/// It serves one request a connection.
pub fn closes_connections(program: impl Into<Program>) -> Report {
    run(lists::CLOSES_CONNECTIONS, &program.into())
}

/// It counts its visits, and `/visits` says how many there were.
pub fn counts_visits(program: impl Into<Program>) -> Report {
    run(lists::COUNTS_VISITS, &program.into())
}

/// `/sleep` is a page that does not exist yet.
pub fn has_no_slow_route(program: impl Into<Program>) -> Report {
    run(lists::HAS_NO_SLOW_ROUTE, &program.into())
}

/// A request for `/sleep` holds all clients up.
pub fn a_nap_holds_up_all_others(program: impl Into<Program>) -> Report {
    run(lists::A_NAP_HOLDS_UP_ALL_OTHERS, &program.into())
}

/// A connection serves many requests.
pub fn keeps_connections(program: impl Into<Program>) -> Report {
    run(lists::KEEPS_CONNECTIONS, &program.into())
}

/// No client waits for another.
pub fn concurrent(program: impl Into<Program>) -> Report {
    run(lists::CONCURRENT, &program.into())
}

/// Requests for `/sleep` end with the page, all at the same time.
pub fn naps(program: impl Into<Program>) -> Report {
    run(lists::NAPS, &program.into())
}

/// All handlers share one thread: a handler that blocks it stops all others.
pub fn on_one_thread(program: impl Into<Program>) -> Report {
    run(lists::ON_ONE_THREAD, &program.into())
}

/// Two handlers run at the same instant. The program must have two threads for them, on a machine with one processor too:
/// tell it so in its [environment](Program::environment).
pub fn parallel(program: impl Into<Program>) -> Report {
    run(lists::PARALLEL, &program.into())
}

/// No client depends on one thread alone: if a handler blocks it, another thread serves its clients on.
pub fn shares_all_work(program: impl Into<Program>) -> Report {
    run(lists::SHARES_ALL_WORK, &program.into())
}

/// A signal ends it at once, with or without clients.
pub fn ends_at_once(program: impl Into<Program>) -> Report {
    run(if_there_are_signals(lists::ENDS_AT_ONCE), &program.into())
}

/// A signal lets it finish the answers it owes, and nothing else.
pub fn stops_well(program: impl Into<Program>) -> Report {
    run(if_there_are_signals(lists::STOPS_WELL), &program.into())
}

/// Its arguments, messages and exit codes.
pub fn command_line(program: impl Into<Program>) -> Report {
    run(lists::COMMAND_LINE, &program.into())
}

/// The names of all checks of all suites.
pub fn names() -> impl Iterator<Item = &'static str> {
    SUITES.iter().flat_map(|(_, checks)| checks.iter().map(|check| check.name))
}

/// The names of all checks that the function of this name runs.
pub fn names_of(suite: &str) -> impl Iterator<Item = &'static str> {
    SUITES.iter().filter(move |(name, _)| *name == suite).flat_map(|(_, checks)| checks.iter().map(|check| check.name))
}

/// Runs a single check of any suite, by its name.
///
/// # Errors
///
/// Fails if the check does, or if there is none of that name.
pub fn only(check: &str, program: &Program) -> Result {
    let found = SUITES.iter().find_map(|(_, checks)| checks.iter().find(|candidate| candidate.name == check));
    let found = found.ok_or_else(|| Failure::new(format!("there is no check named {check}")))?;
    (found.run)(program)
}

/// Those that open so many connections at the same time that a low limit of descriptors is in their way.
const CROWDS: [&str; 6] = [
    "a_thousand_unfinished_requests_delay_no_other_client",
    "a_thousand_naps_end_together",
    "a_thousand_idle_connections_stay_usable",
    "a_thousand_clients_are_answered_while_all_stay_connected",
    "clients_that_never_read_delay_no_other_client",
    "thousands_of_idle_clients_cost_nothing",
];
/// How many descriptors the checks with a crowd need, which run side by side.
const FOR_A_CROWD: u64 = 8_000;

fn run(checks: &[Check], program: &Program) -> Report {
    // Servers that never rest slow each other down.
    let at_a_time = if program.never_rests { 4 } else { checks.len() };
    let outcomes = crate::at_a_time(at_a_time, checks, |check| {
        if CROWDS.contains(&check.name) && !has_descriptors(FOR_A_CROWD) {
            return (check.name, Ok(()));
        }
        let outcome = catch_unwind(|| (check.run)(program));
        (check.name, outcome.unwrap_or(Err(Failure::new("the check panicked"))))
    });
    Report { program: program.name(), outcomes }
}

/// What became of each check of a suite.
#[derive(Clone, Debug)]
#[must_use = "a report that is not looked at checks nothing"]
pub struct Report {
    /// The name of the program.
    pub program: String,
    /// The name of each check, and how it ended.
    pub outcomes: Vec<(&'static str, Result)>,
}

impl Report {
    /// Ends the test unless every check passed.
    ///
    /// # Panics
    ///
    /// Panics with the name of each check that failed, and what it saw.
    #[track_caller]
    pub fn assert_passed(&self) {
        let failed = self.outcomes.iter().filter_map(|(name, outcome)| Some((name, outcome.as_ref().err()?)));
        let failed: Vec<_> = failed.map(|(name, failure)| format!("\n{name}: {failure}")).collect();
        let (program, failures) = (&self.program, failed.concat());
        assert!(failed.is_empty(), "{program}: {} of {} checks failed:{failures}", failed.len(), self.outcomes.len());
    }
}

fn if_there_are_signals(checks: &'static [Check]) -> &'static [Check] {
    if cfg!(unix) {
        return checks;
    }
    let _ = basics::skip("only Unix has signals");
    &[]
}
