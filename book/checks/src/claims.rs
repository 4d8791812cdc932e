//! Chapter 11.1: what others say, beside what the programs of this workspace measure. The verdicts are computed.

use crate::evidence::{Evidence, LOADS};
use crate::measured::key_value::{Load, SERVERS};
use crate::models::{self, CONNECTIONS, held, served};
use crate::ports::PORTS;
use crate::report::{Report, Row, format_rounds, range, times_of_rounds};
use crate::sources::{ASYNC_BOOK, C10K, COMPARISON, LATENCIES, SWITCHES, Source, TOKIO};
use crate::template::two_digits;
use crate::verdict::{Judged, Rounds, alike, at_least, at_most, burden, memory, much_more, number, speed_up, within};
use measure::figure::{Measure, grouped};

/// Something that is said, and what is left of it.
pub struct Claim {
    /// In words.
    pub said: &'static str,
    /// Where it comes from.
    pub by: Source,
    /// What we measured, and the verdict.
    pub judged: Judged,
    /// The section that shows it, as a link, unless it is that of the claim.
    pub shown_in: &'static str,
}

/// Claims about one matter, in the order of the book.
pub struct Group {
    /// Its name in the name of its table.
    pub name: &'static str,
    /// What is said.
    pub claims: Vec<Claim>,
}

/// All claims, judged.
pub fn all(evidence: &Evidence) -> [Group; 3] {
    [
        Group { name: "clients", claims: clients(evidence) },
        Group { name: "parts", claims: parts(evidence) },
        Group { name: "speed", claims: speed(evidence) },
    ]
}

const MEMORY: &str = "[3.7](03_07_what_a_connection_costs.md#memory)";
const ADDRESSES: &str = "[3.7](03_07_what_a_connection_costs.md#addresses)";
const PRICES: &str = "[3.7](03_07_what_a_connection_costs.md#kernel)";
const TIME: &str = "[3.7](03_07_what_a_connection_costs.md#time)";
const JOBS: &str = "[1.3](01_03_cpu_or_io.md#three-ways)";
const REDIS: &str = "[7.2](07_02_key_value.md#measured)";
const CPU: &str = "[10.2](10_02_measured.md#cpu)";
/// What it is judged by is in section 11.1 itself.
const HERE: &str = "";

fn claim(said: &'static str, by: Source, judged: Judged, shown_in: &'static str) -> Claim {
    Claim { said, by, judged, shown_in }
}

/// How many clients, and for how much memory.
fn clients(evidence: &Evidence) -> Vec<Claim> {
    let Evidence { models, runtimes, parts, .. } = evidence;
    let bytes = |rounds| format_rounds(Measure::BytesPerConnection, rounds);
    let price = |number: usize| each_round(models, |round| models::prices(round)[number].whole());
    let [process, thread, task] = [0, 1, 2].map(price);
    let most = CONNECTIONS[2];
    let addresses =
        each_round(models, |round| median(round, held(Measure::VirtualBytes, most), "threads-8M") / most as f64);
    let in_a_gigabyte = |said: [f64; 2], price: Rounds| {
        let [least, median, most] = reciprocal(price).map(|each| grouped(format!("{:.0}", two_digits(1e9 * each))));
        within(
            said,
            reciprocal(price).map(|each| 1e9 * each),
            format!("a gigabyte pays for {median} ({least} to {most})"),
        )
    };
    let of_a_server =
        each_round(runtimes, |round| median(round, (Measure::BytesPerConnection, runtimes_compare::MEMORY), "tokio"));
    let empty = parts.memory_of_a_task;
    let as_many_empty = thread.map(|bytes| bytes / empty);
    let as_many = each_round(models, |round| {
        let prices = models::prices(round);
        prices[1].whole() / prices[2].whole()
    });
    let shown =
        format!("{} that hold nothing, {} that serve", times_of_rounds(as_many_empty), times_of_rounds(as_many));
    let orders = match [as_many_empty, as_many].map(|ratio| at_least(100.0, ratio, String::new()).stands()) {
        [Some(true), Some(false)] => Judged {
            verdict: "stands for empty tasks, falls for those of a server".to_owned(),
            ..at_least(100.0, as_many, shown)
        },
        _ => at_least(100.0, as_many, shown),
    };
    let row = (Measure::CpuPerRequest, runtimes_compare::KEEP_ALIVE);
    let of_a_processor = each_round(runtimes, |round| 20_000.0 * median(round, row, PORTS[0]));
    let shown = format!("{} of memory, {} of addresses", bytes(thread), bytes(addresses));
    let mut claims =
        vec![claim("a thread takes 8 MB", Source::Folklore, memory(8e6, [thread, addresses], shown), ADDRESSES)];
    claims.extend(models::said(models).into_iter().map(|(said, judged)| {
        let shown_in = if said.contains("clients") || said.contains("impossible") { TIME } else { MEMORY };
        claim(said, Source::Course, judged, shown_in)
    }));
    claims.extend([
        claim("processes are for 10 to 100 clients", Source::Slides, in_a_gigabyte([10.0, 100.0], process), PRICES),
        claim("threads are for 1,000 clients", Source::Slides, in_a_gigabyte([1e3, 1e3], thread), PRICES),
        claim("coroutines are for 10,000 to 100,000 clients", Source::Slides, in_a_gigabyte([1e4, 1e5], task), PRICES),
        claim("there can be orders of magnitude more tasks than threads", ASYNC_BOOK, orders, PRICES),
        claim("a thread takes 20 KiB", COMPARISON, number(20.0 * 1024.0, thread, bytes(thread)), PRICES),
        claim(
            "a task that does little takes 0.4 KiB",
            COMPARISON,
            number(0.4 * 1024.0, [empty; 3], bytes([empty; 3])),
            HERE,
        ),
        claim(
            "a task takes 64 bytes",
            TOKIO,
            number(
                64.0,
                [empty; 3],
                format!("{} with nothing in it, {} in a server", bytes([empty; 3]), bytes(of_a_server)),
            ),
            "[10.2](10_02_measured.md#waiting)",
        ),
        claim(
            "one processor is enough for 20,000 clients that ask once a second (for four kilobytes from a disk)",
            C10K,
            at_most(
                1.0,
                of_a_processor,
                format!(
                    "{} of a processor, for a small page from memory",
                    format_rounds(Measure::KernelShare, of_a_processor)
                ),
            ),
            CPU,
        ),
    ]);
    claims
}

/// What the parts of a server cost.
fn parts(evidence: &Evidence) -> Vec<Claim> {
    let Evidence { runtimes, parts, switches, .. } = evidence;
    let takes = |said, by, [least, most]: [f64; 2], part| {
        let ours = parts.seconds(part);
        claim(said, by, within([least, most], ours, time(ours)), HERE)
    };
    let heavier = |said, part, other| {
        let ratios = parts.ratio(part, other);
        let shown =
            format!("{} and {}: {}", time(parts.seconds(part)), time(parts.seconds(other)), times_of_rounds(ratios));
        claim(said, Source::Folklore, much_more(ratios, shown), HERE)
    };
    let compared = |said, by, tasks, judge: fn(Rounds, String) -> Judged| {
        let ratios = switches.ratio("thread_switch", tasks);
        claim(said, by, judge(ratios, format!("{} for threads", times_of_rounds(ratios))), HERE)
    };
    // The rounds of the part, each as a share of the request's median.
    let burdens = |said, threads: f64, part, scenario| {
        let whole = median(runtimes, (Measure::CpuPerRequest, scenario), PORTS[0]);
        let part = parts.seconds(part).map(|seconds| threads * seconds);
        let shown = format!("{} by the clock, the request {} of a processor", time(part), time([whole; 3]));
        claim(said, Source::Folklore, burden(part.map(|seconds| seconds / whole), shown), HERE)
    };
    vec![
        takes("a system call takes 52 to 105 ns, on six processors", SWITCHES, [52e-9, 105e-9], "system_call"),
        takes("to lock a mutex and unlock it takes 17 ns", LATENCIES, [17e-9; 2], "lock"),
        burdens(
            "a lock is a burden for a request, if two threads on two processors want it",
            2.0, // each of the two takes twice as long as both together
            "wanted_lock",
            runtimes_compare::KEEP_ALIVE,
        ),
        takes("from one thread to the next, it takes 1.7 µs", COMPARISON, [1.7e-6; 2], "thread_switch"),
        takes("from one task to the next, it takes 0.2 µs", COMPARISON, [0.2e-6; 2], "task_switch"),
        compared(
            "from task to task is much quicker than from thread to thread",
            Source::Folklore,
            "task_switch",
            much_more,
        ),
        compared(
            "but not if a task waits for a socket: then both take the same",
            COMPARISON,
            "task_switch_for_io",
            alike,
        ),
        compared("nor if all of them are on one processor", COMPARISON, "task_switch", alike),
        takes("to start a thread takes 17 µs", COMPARISON, [17e-6; 2], "thread"),
        takes("to start a task takes 0.3 µs", COMPARISON, [0.3e-6; 2], "task"),
        heavier("to start a process takes much longer than to start a thread", "process", "thread"),
        burdens(
            "to start a thread for each connection is a burden",
            1.0,
            "thread",
            runtimes_compare::CONNECTION_PER_REQUEST,
        ),
        burdens(
            "to start a task for each connection is a burden",
            1.0,
            "task",
            runtimes_compare::CONNECTION_PER_REQUEST,
        ),
    ]
}

/// What is faster than what.
#[allow(clippy::too_many_lines, reason = "a list")]
fn speed(evidence: &Evidence) -> Vec<Claim> {
    let Evidence { models, polling, runtimes, key_value, jobs, .. } = evidence;
    let many = CONNECTIONS[1];
    // Threads and tasks, and the ratio of the two, less something that both have to wait for.
    let versus = |measure, less: f64| {
        let row = served(measure, many);
        let [threads, tasks] =
            ["threads", "executor"].map(|server| each_round(models, |round| median(round, row, server) - less));
        let ratios = each_round(models, |round| {
            (median(round, row, "threads") - less) / (median(round, row, "executor") - less)
        });
        let shown = [threads, tasks].map(|rounds| format_rounds(measure, rounds)).join(" and ");
        much_more(ratios, format!("{shown}: {}", times_of_rounds(ratios)))
    };
    let [threads, tasks] = ["each on a thread", "as tasks on one thread"].map(|done| jobs.faster("computes", done));
    let cores = models.cores() as f64;
    let idle = (Measure::IdleCpuPerSecond, models_compare::IDLE);
    let [asks, rests] = ["polling", "loop"].map(|server| each_round(polling, |round| median(round, idle, server)));
    let share = |rounds| format_rounds(Measure::KernelShare, rounds);
    let request = |round: &Report, scenario, server| median(round, (Measure::CpuPerRequest, scenario), server);
    let [kept, new] = [runtimes_compare::KEEP_ALIVE, runtimes_compare::CONNECTION_PER_REQUEST]
        .map(|scenario| each_round(runtimes, |round| request(round, scenario, PORTS[0])));
    let more_expensive = each_round(runtimes, |round| {
        request(round, runtimes_compare::CONNECTION_PER_REQUEST, PORTS[0])
            / request(round, runtimes_compare::KEEP_ALIVE, PORTS[0])
    });
    let spread = each_round(runtimes, |round| {
        let of_ports = PORTS.map(|port| request(round, runtimes_compare::KEEP_ALIVE, port));
        of_ports.into_iter().fold(f64::MIN, f64::max) / of_ports.into_iter().fold(f64::MAX, f64::min)
    });
    let all_loads = |figure: fn(&Load) -> Option<f64>| {
        let figures = LOADS.iter().flat_map(|load| key_value.figures(SERVERS[1], *load, figure));
        range(figures).unwrap_or([f64::NAN; 3])
    };
    let rate = all_loads(|load| Some(load.requests as f64 / load.seconds));
    let latency = all_loads(|load| load.latency_p99.map(|milliseconds| milliseconds / 1e3));
    vec![
        claim(
            "tasks serve clients who wait a second much sooner than threads",
            Source::Folklore,
            versus(Measure::AllAnswered, 0.0),
            TIME,
        ),
        claim(
            "beyond this second, tasks serve them much sooner than threads",
            Source::Folklore,
            versus(Measure::AllAnswered, models_compare::DELAY.as_secs_f64()),
            TIME,
        ),
        claim(
            "threads take much more processor time than tasks",
            ASYNC_BOOK,
            versus(Measure::CpuPerRequest, 0.0),
            TIME,
        ),
        claim(
            "tasks make a computation faster",
            Source::Folklore,
            much_more(tasks, format!("{} as fast", times_of_rounds(tasks))),
            JOBS,
        ),
        claim(
            "threads make a computation as many times faster as there are processors",
            Source::Folklore,
            speed_up(cores, threads, format!("{} as fast, on {cores} processors", times_of_rounds(threads))),
            JOBS,
        ),
        claim(
            "for many clients on one thread, sockets that do not block are enough, and the server rests when it has no clients",
            Source::Folklore,
            at_most(0.05, asks, format!("{} of a processor, {} in an event loop", share(asks), share(rests))),
            "[3.2](03_02_naive_polling.md#nap)",
        ),
        claim(
            "one thread answers 100,000 requests a second",
            Source::Course,
            at_least(100e3, rate, format!("{} by the clock", format_rounds(Measure::RequestsPerSecond, rate))),
            REDIS,
        ),
        claim(
            "and each of them in less than 1 ms",
            Source::Course,
            match Judged::by([0.0, 1e-3], latency, format!("99 of 100 in {}", time(latency))) {
                judged if judged.stands() == Some(true) => {
                    Judged { verdict: "open: the slowest answer was not kept".to_owned(), ..judged }
                }
                judged => judged,
            },
            REDIS,
        ),
        claim(
            "a connection for each request is much more expensive than one that stays open",
            Source::Folklore,
            much_more(more_expensive, format!("{} and {}: {}", time(new), time(kept), times_of_rounds(more_expensive))),
            CPU,
        ),
        claim(
            "one runtime is much faster than another",
            Source::Folklore,
            much_more(spread, format!("{} between the most expensive and the cheapest", times_of_rounds(spread))),
            CPU,
        ),
    ]
}

/// What was measured, or no number.
fn median(report: &Report, row: Row, server: &str) -> f64 {
    report.median(row, server).unwrap_or(f64::NAN)
}

/// The least, the median and the most of what the rounds say.
fn each_round(report: &Report, figure: impl Fn(&Report) -> f64) -> Rounds {
    range(report.rounds().iter().map(figure).filter(|value| value.is_finite())).unwrap_or([f64::NAN; 3])
}

fn reciprocal([least, median, most]: Rounds) -> Rounds {
    [1.0 / most, 1.0 / median, 1.0 / least]
}

fn time(rounds: Rounds) -> String {
    format_rounds(Measure::CpuPerRequest, rounds)
}
