//! Why a goal was missed, as far as the committed measurements tell: each sentence is chosen and filled by what they say.

use crate::goals::{GOALS, Goal};
use crate::report::{Report, Verdict, format};
use crate::{Result, counts, ideas};
use measure::Scenario;
use measure::figure::{Measure, times};
use std::collections::BTreeMap;

/// A ratio that is hardly more than nothing, and less than what the measurement can tell.
const HARDLY_ANY: f64 = 0.01;
/// Where the book takes the buffer out, as seen from `runtimes-compare`.
const BUFFER: &str = "../book/src/10_03_what_made_it_faster.md#buffer";

/// What was found besides the figures that the goals are about.
pub struct Findings {
    /// System calls and instructions.
    pub counts: Report,
    /// Step 9.5 with one idea more or less.
    pub ideas: Report,
}

/// A port that misses a goal.
#[derive(Clone, Copy, Debug)]
pub struct Miss {
    /// Which port.
    pub server: &'static str,
    /// What it reached instead: a ratio to the base, or the figure.
    pub reached: f64,
}

/// A port of whose CPU time is known what passes in the kernel, as a ratio to the whole time of the server that the goal names.
struct Divided {
    port: Miss,
    kernel: f64,
}

/// The goals that a port misses, with the reason found, as a list.
///
/// # Errors
///
/// If a report cannot be read.
pub fn missed() -> Result<String> {
    let findings = Findings::committed()?;
    let mut list = String::new();
    for goal in GOALS {
        let Some(report) = goal.report()? else { continue };
        let ports = goal.ports.iter().filter(|server| goal.is_reached(&report, server) == Some(false));
        let ports: Vec<Miss> =
            ports.filter_map(|&server| Some(Miss { server, reached: goal.reached(&report, server)? })).collect();
        if !ports.is_empty() {
            let names = ports.iter().map(|miss| format!("{} ({})", miss.server, goal.shown(miss.reached)));
            let (title, text) = (goal.title(Some(&report)), goal.text());
            let reasons = findings.reasons(goal, &report, &ports).into_iter().map(|reason| format!("  - {reason}\n"));
            list += &format!("- **{title}, {text}**: missed by {}.\n{}", and(names), reasons.collect::<String>());
        }
    }
    Ok(if list.is_empty() { "None.\n".to_owned() } else { list })
}

impl Findings {
    /// What is in `book/src/measured`.
    ///
    /// # Errors
    ///
    /// If a report cannot be read.
    pub fn committed() -> Result<Self> {
        Ok(Self { counts: Report::committed("counts")?, ideas: Report::committed("ideas")? })
    }

    /// Why these ports miss a goal, sentence by sentence.
    pub fn reasons(&self, goal: Goal, report: &Report, ports: &[Miss]) -> Vec<String> {
        let (measure, scenario) = goal.row;
        let mut sentences = match measure {
            Measure::CpuPerRequest => division(goal, report, ports),
            Measure::RequestsPerSecond => vec![kernel_shares(report, scenario, ports)],
            Measure::LatencyP99 => vec![rounds(goal, report, ports)],
            Measure::BytesPerConnection => vec![self.without_a_buffer(goal)],
            Measure::Crates => vec![figures(goal, report, ports), one_large_crate(goal, report)],
            Measure::BuildTime => vec![figures(goal, report, ports), longest_crates(report, scenario, ports)],
            _ => vec![figures(goal, report, ports), "The reason was not found.".to_owned()],
        };
        if scenario.is_countable() {
            sentences.extend([self.calls(scenario, ports), self.instructions(scenario, ports)]);
        }
        if measure != Measure::CpuPerRequest {
            sentences.push(of_the_limit(goal, report));
        }
        sentences.retain(|sentence| !sentence.is_empty());
        sentences
    }

    /// Which system calls ports make that `limit` does not.
    fn calls(&self, scenario: Scenario, ports: &[Miss]) -> String {
        let limit = self.counts.parts(scenario, "limit");
        let counted =
            ports.iter().filter(|port| self.median(Measure::SystemCallsPerRequest, scenario, port.server).is_some());
        let more = counted.map(|port| (port.server, more_calls(&self.counts.parts(scenario, port.server), &limit)));
        calls_beyond_the_limit(&more.collect::<Vec<_>>())
    }

    /// What ports execute themselves.
    fn instructions(&self, scenario: Scenario, ports: &[Miss]) -> String {
        let measure = Measure::InstructionsPerRequest;
        let of = |server| Some(format(measure, self.median(measure, scenario, server)?));
        let ports: Option<Vec<String>> = ports.iter().map(|port| of(port.server)).collect();
        match (ports, of("limit")) {
            (Some(ports), Some(limit)) => {
                format!("Instructions outside the kernel: {} for a request, and {limit} of `limit`.", and(ports))
            }
            _ => String::new(),
        }
    }

    fn median(&self, measure: Measure, scenario: Scenario, server: &str) -> Option<f64> {
        self.counts.median((measure, scenario), server)
    }

    /// What of the memory is the buffer.
    fn without_a_buffer(&self, goal: Goal) -> String {
        let of = |server| self.ideas.median(goal.row, server);
        let (Some(with), Some(without)) = (of(ideas::STEP), of("buffer_of_the_poll")) else { return String::new() };
        let [buffer, left] = [with - without, without].map(|bytes| format(goal.row.0, bytes));
        let reaches = if without <= goal.bound { "which would reach the goal" } else { "which would miss it, too" };
        format!(
            "The buffer that each connection has is {buffer} of it: [without it]({BUFFER}), the step is at {left}, {reaches}."
        )
    }
}

/// Whether the goal can be reached by a server that spends less time outside the kernel.
fn division(goal: Goal, report: &Report, ports: &[Miss]) -> Vec<String> {
    let base = goal.base.unwrap_or_default();
    let kernel = |server| report.kernel_ratio(goal.row.1, server, base);
    let divided = ports.iter().filter_map(|port| Some(Divided { port: *port, kernel: kernel(port.server)? }));
    let mut sentences = divided_time(&divided.collect::<Vec<_>>(), goal.bound, base);
    if let Some(limit) = kernel("limit").filter(|_| base != "limit") {
        let left = goal.bound - limit;
        let conclusion = if left < HARDLY_ANY {
            "So no server that makes these system calls can reach the goal on this machine.".to_owned()
        } else {
            format!(
                "A server that needs no more can reach the goal on this machine, with {} for all else.",
                times(left)
            )
        };
        sentences.push(format!("For `limit`, the time in the kernel is {}. {conclusion}", times(limit)));
    }
    sentences
}

fn divided_time(ports: &[Divided], bound: f64, base: &str) -> Vec<String> {
    let (without_room, with_room): (Vec<&Divided>, Vec<&Divided>) =
        ports.iter().partition(|divided| bound - divided.kernel < HARDLY_ANY);
    let list = |which: &[&Divided], ratio: &dyn Fn(&Divided) -> f64| and(which.iter().map(|one| times(ratio(one))));
    let the_kernel = |which: &[&Divided]| {
        let (names, ratios) = (names(which.iter().map(|one| one.port)), list(which, &|one| one.kernel));
        format!("For {names}, the time in the kernel is {ratios} of the whole time of `{base}`")
    };
    let mut sentences = Vec::new();
    if !without_room.is_empty() {
        sentences.push(format!("{}. This leaves nothing for all else, or next to nothing.", the_kernel(&without_room)));
    }
    if !with_room.is_empty() {
        let left = list(&with_room, &|one| bound - one.kernel);
        let own = list(&with_room, &|one| one.port.reached - one.kernel);
        sentences.push(format!("{}. The goal leaves {left} for all else, which takes {own}.", the_kernel(&with_room)));
    }
    sentences
}

/// The system calls of a server that another does without, the most frequent first.
fn more_calls<'name>(server: &BTreeMap<&'name str, f64>, other: &BTreeMap<&str, f64>) -> Vec<(&'name str, f64)> {
    let more = server.iter().map(|(&name, calls)| (name, calls - other.get(name).copied().unwrap_or_default()));
    let mut more: Vec<_> = more.filter(|(_, calls)| *calls >= counts::NOTABLE).collect();
    more.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    more
}

fn calls_beyond_the_limit(ports: &[(&str, Vec<(&str, f64)>)]) -> String {
    let (more, same): (Vec<_>, Vec<_>) = ports.iter().partition(|(_, more)| !more.is_empty());
    let mut sentences = Vec::new();
    if !same.is_empty() {
        let names = and(same.iter().map(|(server, _)| (*server).to_owned()));
        sentences.push(format!("System calls beyond those of `limit`: none on {names}."));
    }
    if !more.is_empty() {
        let call = |(name, calls): &(&str, f64)| format!("{calls:.1}\u{a0}`{name}`");
        let of = |(server, calls): &&(&str, Vec<_>)| format!("{} on {server}", and(calls.iter().map(call)));
        let lists: Vec<String> = more.iter().map(of).collect();
        sentences.push(format!("System calls beyond those of `limit`, for a request: {}.", lists.join("; ")));
    }
    sentences.join(" ")
}

fn kernel_shares(report: &Report, scenario: Scenario, ports: &[Miss]) -> String {
    let share = |server| Some(format(Measure::KernelShare, report.median((Measure::KernelShare, scenario), server)?));
    let shares: Option<Vec<String>> = ports.iter().map(|port| share(port.server)).collect();
    match (shares, share("limit")) {
        (Some(shares), Some(limit)) => {
            format!("Of the CPU time, {} passes in the kernel; of that of `limit`, {limit} does.", and(shares))
        }
        _ => String::new(),
    }
}

/// Whether the rounds tell a difference at all.
fn rounds(goal: Goal, report: &Report, ports: &[Miss]) -> String {
    let base = goal.base.unwrap_or_default();
    let is_more = |port: &Miss| report.verdict(goal.row, port.server, base) == Some(Verdict::More);
    let (more, open): (Vec<Miss>, Vec<Miss>) = ports.iter().partition(|port| is_more(port));
    let mut sentences = Vec::new();
    if !more.is_empty() {
        sentences.push(format!("In each round, it was more than that of {base} on {}.", names(more)));
    }
    if let (false, Some([smallest, _, largest])) = (open.is_empty(), report.range(goal.row, base)) {
        let [smallest, largest] = [smallest, largest].map(|value| format(goal.row.0, value));
        sentences.push(format!(
            "In some rounds, it was more than that of {base} on {}, in others less; that of {base} alone went from {smallest} to {largest}. \
             So no difference was found.",
            names(open)
        ));
    }
    sentences.join(" ")
}

/// The figures behind the ratios, and that of hyper.
fn figures(goal: Goal, report: &Report, ports: &[Miss]) -> String {
    let of = |server| Some(format(goal.row.0, report.median(goal.row, server)?));
    let ports = and(ports.iter().filter_map(|port| Some(format!("{} of {}", of(port.server)?, port.server))));
    of("hyper").map_or_else(String::new, |hyper| format!("Compare {ports} with {hyper} of hyper."))
}

/// That tokio does with few crates what the other two do with many.
fn one_large_crate(goal: Goal, report: &Report) -> String {
    match report.median(goal.row, "tokio").filter(|_| goal.is_reached(report, "tokio") == Some(true)) {
        Some(crates) => {
            format!(
                "async-std and smol have a crate for each job. tokio, which is one large crate, has {}.",
                format(goal.row.0, crates)
            )
        }
        None => String::new(),
    }
}

/// What takes longest to build in each port and is not in the build of hyper.
fn longest_crates(report: &Report, scenario: Scenario, ports: &[Miss]) -> String {
    let hyper = report.parts(scenario, "hyper");
    let longest = ports.iter().filter_map(|port| {
        let mut crates: Vec<_> = report.parts(scenario, port.server).into_iter().collect();
        crates.retain(|(name, _)| !hyper.contains_key(name));
        crates.sort_by(|(_, one), (_, other)| other.total_cmp(one));
        let shown = |(name, seconds): &(&str, f64)| format!("`{name}` ({})", format(Measure::BuildTime, *seconds));
        let longest = and(crates.iter().take(3).map(shown));
        (!hyper.is_empty() && !crates.is_empty()).then(|| format!("in {}, {longest}", port.server))
    });
    let longest: Vec<String> = longest.collect();
    if longest.is_empty() {
        return String::new();
    }
    format!("Of the crates that hyper does without, these take longest: {}.", longest.join("; "))
}

/// How `limit` does, which only makes system calls.
fn of_the_limit(goal: Goal, report: &Report) -> String {
    match goal.reached(report, "limit").filter(|_| goal.base != Some("limit")) {
        Some(reached) if goal.is_reached(report, "limit") == Some(false) => {
            format!("`limit`, which only makes system calls, misses it, too ({}).", goal.shown(reached))
        }
        _ => String::new(),
    }
}

fn names(ports: impl IntoIterator<Item = Miss>) -> String {
    and(ports.into_iter().map(|port| port.server.to_owned()))
}

/// Items as one reads them aloud: `a, b and c`.
pub fn and(items: impl IntoIterator<Item = String>) -> String {
    let mut items: Vec<String> = items.into_iter().collect();
    match items.pop() {
        Some(last) if items.is_empty() => last,
        Some(last) => format!("{} and {last}", items.join(", ")),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const HYPER: Goal = Goal {
        report: "report",
        row: (Measure::CpuPerRequest, runtimes_compare::KEEP_ALIVE),
        base: Some("hyper"),
        bound: 0.8,
        ports: &crate::goals::PORTS,
    };

    fn port(server: &'static str, kernel: f64, reached: f64) -> Divided {
        Divided { port: Miss { server, reached }, kernel }
    }

    #[test]
    fn a_goal_below_the_time_in_the_kernel_leaves_nothing() {
        let text = divided_time(&[port("a", 0.9, 0.95), port("b", 0.795, 1.0)], 0.8, "hyper");
        let expected = "For a and b, the time in the kernel is 0.90× and 0.80× of the whole time of `hyper`. \
            This leaves nothing for all else, or next to nothing.";
        assert_eq!(text, [expected]);
    }

    #[test]
    fn a_goal_above_the_time_in_the_kernel_tells_what_is_left() {
        let text = divided_time(&[port("a", 0.7, 0.95), port("b", 0.9, 1.0)], 0.8, "hyper").join(" ");
        assert!(text.contains("For b, the time in the kernel is 0.90× of"), "{text}");
        assert!(text.contains("For a, the time in the kernel is 0.70× of"), "{text}");
        assert!(text.contains("The goal leaves 0.10× for all else, which takes 0.25×."), "{text}");
    }

    #[test]
    fn only_what_the_limit_needs_in_the_kernel_says_whether_a_goal_can_be_reached() {
        let miss = [Miss { server: "smol", reached: 0.95 }];
        let report = |limit| {
            report(&[("hyper", 10.0, 0.9), ("smol", 9.5, 0.8), ("limit", limit, 1.0)].map(|(server, cpu, share)| {
                json!({ "server": server, "round": 1, "scenario": "keep-alive", "values": { "cpu_per_request": cpu, "kernel_share": share } })
            }))
        };
        let possible = division(HYPER, &report(7.0), &miss).join(" ");
        assert!(
            possible.ends_with(
                "0.70×. A server that needs no more can reach the goal on this machine, with 0.10× for all else."
            ),
            "{possible}"
        );
        let impossible = division(HYPER, &report(8.5), &miss).join(" ");
        let expected = "0.85×. So no server that makes these system calls can reach the goal on this machine.";
        assert!(impossible.ends_with(expected), "{impossible}");
    }

    #[test]
    fn without_a_share_of_the_kernel_nothing_is_said_of_it() {
        let cpu =
            json!({ "server": "smol", "round": 1, "scenario": "keep-alive", "values": { "cpu_per_request": 1.0 } });
        assert_eq!(division(HYPER, &report(&[cpu]), &[Miss { server: "smol", reached: 0.95 }]), [""; 0]);
    }

    #[test]
    fn system_calls_beyond_those_of_the_limit_are_told_by_name() {
        let limit = BTreeMap::from([("recvfrom", 1.0), ("accept4", 1.0)]);
        let same = more_calls(&[("recvfrom", 1.02), ("accept4", 1.0)].into(), &limit);
        let more = more_calls(&[("recvfrom", 2.0), ("futex", 0.4), ("epoll_ctl", 2.0), ("write", 0.01)].into(), &limit);
        assert_eq!(more, [("epoll_ctl", 2.0), ("recvfrom", 1.0), ("futex", 0.4)]);
        let text = calls_beyond_the_limit(&[("a", same), ("b", more)]);
        let expected = "System calls beyond those of `limit`: none on a. System calls beyond those of `limit`, for a request: \
            2.0\u{a0}`epoll_ctl`, 1.0\u{a0}`recvfrom` and 0.4\u{a0}`futex` on b.";
        assert_eq!(text, expected);
        assert_eq!(calls_beyond_the_limit(&[]), "", "nothing was counted");
    }

    #[test]
    fn rounds_that_contradict_each_other_are_no_difference() {
        let goal = Goal { row: (Measure::LatencyP99, runtimes_compare::RATE), bound: 1.0, ..HYPER };
        let sample = |server, round, p99| json!({ "server": server, "round": round, "scenario": "rate", "values": { "latency_p99": p99 } });
        let report = report(&[
            sample("hyper", 1, 0.002),
            sample("hyper", 2, 0.008),
            sample("smol", 1, 0.003),
            sample("smol", 2, 0.009),
            sample("tokio", 1, 0.001),
            sample("tokio", 2, 0.030),
        ]);
        let [smol, tokio] = ["smol", "tokio"].map(|server| Miss { server, reached: 1.5 });
        assert_eq!(rounds(goal, &report, &[smol]), "In each round, it was more than that of hyper on smol.");
        let open = "In some rounds, it was more than that of hyper on tokio, in others less; that of hyper alone went from 2.00\u{a0}ms to \
            8.00\u{a0}ms. So no difference was found.";
        assert_eq!(rounds(goal, &report, &[tokio]), open);
    }

    #[test]
    fn the_longest_crates_are_those_that_hyper_does_without() {
        let sample = |server, parts: serde_json::Value| json!({ "server": server, "round": 1, "scenario": "build", "values": {}, "parts": parts });
        let report = report(&[
            sample("hyper", json!({ "tokio": 3.0, "hyper": 1.0 })),
            sample("smol", json!({ "a": 1.0, "b": 4.0, "c": 3.0, "d": 2.0, "tokio": 9.0 })),
            sample("tokio", json!({ "tokio": 3.0 })),
        ]);
        let [smol, tokio] = ["smol", "tokio"].map(|server| Miss { server, reached: 1.5 });
        let expected = "Of the crates that hyper does without, these take longest: in smol, `b` (4.00\u{a0}s), `c` (3.00\u{a0}s) and \
            `d` (2.00\u{a0}s).";
        assert_eq!(longest_crates(&report, runtimes_compare::BUILD, &[smol, tokio]), expected);
        assert_eq!(longest_crates(&report, runtimes_compare::BUILD, &[tokio]), "");
    }

    #[test]
    fn items_are_joined_as_one_reads_them() {
        let joined = |items: &[&str]| and(items.iter().map(ToString::to_string));
        assert_eq!(
            [joined(&[]), joined(&["a"]), joined(&["a", "b"]), joined(&["a", "b", "c"])],
            ["", "a", "a and b", "a, b and c"]
        );
    }

    fn report(samples: &[serde_json::Value]) -> Report {
        let report = json!({
            "date": "", "command_line": "", "machine": { "processor": "", "cores": 2, "kernel": "" }, "compiler": "", "crates": {},
            "servers": [], "connections": {}, "rate": null, "disturbance": null, "rows": [], "samples": samples,
        });
        serde_json::from_value(report).expect("a report")
    }
}
