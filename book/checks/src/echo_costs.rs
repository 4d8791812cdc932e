//! What `echo-compare` measured, as chapters 3 and 5 show it.

use crate::report::{Report, Row, format};
use echo_compare::{ALL_CORES, FEW_CLIENTS, ONE_CLIENT, ONE_CORE, THOUSAND_CLIENTS};
use measure::figure::{Measure, times};

/// Step 5.6, if a thread that leaves the reactor with one task calls no other one to watch it meanwhile.
pub const UNWATCHED: &str = "05_06_many_threads+unwatched";

/// The CPU time of an echo, the server on one core.
pub const ON_ONE_CORE: Row = (Measure::CpuPerRequest, ONE_CORE);
/// The same on all cores.
pub const ON_ALL_CORES: Row = (Measure::CpuPerRequest, ALL_CORES);
/// The same with few clients.
pub const WITH_FEW_CLIENTS: Row = (Measure::CpuPerRequest, FEW_CLIENTS);
/// What is counted.
pub const COUNTED: [Row; 2] = [(Measure::SystemCallsPerRequest, ONE_CORE), (Measure::InstructionsPerRequest, ONE_CORE)];

/// What an echo costs on each of these servers, and as a ratio to one of them.
pub fn table(costs: &Report, counts: &Report, servers: &[&str], base: &str) -> String {
    let head = format!(
        "| | CPU time, one core | to `{base}` | all cores | to `{base}` | system calls | instructions |\n|---|{}\n",
        "--:|".repeat(6)
    );
    let row = |server: &&str| {
        let measured = [ON_ONE_CORE, ON_ALL_CORES].map(|row| measured(costs, row, server, base));
        let counted =
            COUNTED.map(|row| counts.median(row, server).map_or("–".to_owned(), |value| format(row.0, value)));
        format!("| `{server}` | {} | {} |\n", measured.join(" | "), counted.join(" | "))
    };
    head + &servers.iter().map(row).collect::<String>()
}

/// What an echo costs with few clients, if the reactor is always watched, and if not.
pub fn table_of_few(few: &Report) -> String {
    let base = few.servers()[0];
    let row = |server: &str| format!("| `{server}` | {} |\n", measured(few, WITH_FEW_CLIENTS, server, base));
    format!("| | CPU time | to `{base}` |\n|---|--:|--:|\n") + &few.servers().into_iter().map(row).collect::<String>()
}

/// What an echo costs on readiness and on completions, with one client and with a thousand.
pub fn table_of_completions(costs: &Report, counts: &Report) -> String {
    let mut table = String::from(
        "| | one client: CPU time | system calls | 1,000 clients: CPU time | system calls |\n|---|--:|--:|--:|--:|\n",
    );
    for server in costs.servers() {
        let cell = |report: &Report, row: Row| {
            report.median(row, server).map_or("–".to_owned(), |value| format(row.0, value))
        };
        let cells = [ONE_CLIENT, THOUSAND_CLIENTS].map(|scenario| {
            let cpu = cell(costs, (Measure::CpuPerRequest, scenario));
            format!("{cpu} | {}", cell(counts, (Measure::SystemCallsPerRequest, scenario)))
        });
        table += &format!("| `{server}` | {} |\n", cells.join(" | "));
    }
    table
}

/// The median of the rounds, and the ratio: its median, and how far it went.
fn measured(report: &Report, row: Row, server: &str, base: &str) -> String {
    match (report.median(row, server), report.ratio(row, server, base)) {
        (Some(median), Some([least, ratio, most])) => {
            format!("{} | {} ({least:.2}–{most:.2})", format(row.0, median), times(ratio))
        }
        _ => "– | –".to_owned(),
    }
}
