//! Chapter 11.1: what others say, beside what the programs of this workspace measure. The verdicts are computed.

use crate::evidence::{Evidence, LOADS};
use crate::goals::PORTS;
use crate::measured::key_value::{Load, SERVERS};
use crate::models::{self, CONNECTIONS, held, served, two_digits};
use crate::report::{Report, Row, format};
use crate::verdict::{Judged, at_least, at_most, burden, memory, much_more, number, within};
use measure::figure::{Measure, grouped, times};
use std::fmt::{self, Display};

/// Something that is said, and what is left of it.
pub struct Claim {
    /// In words.
    pub said: &'static str,
    /// Who says it.
    pub by: Source,
    /// What we measured, and the verdict.
    pub judged: Judged,
    /// The section that shows it, as a link, unless it is that of the claim.
    pub shown_in: &'static str,
}

/// What kind of source makes a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A course on networks, for programmers of Python. It does not say how it came to its numbers.
    Course,
    /// The slides of a course, which do not say so either.
    Slides,
    /// Everybody.
    Folklore,
    /// An essay, a tutorial, a manual: its name and its address.
    Text(&'static str, &'static str),
    /// Somebody who has measured it, and shows how.
    Measurement(&'static str, &'static str),
}

impl Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Course => write!(f, "a course on networks"),
            Self::Slides => write!(f, "slides of a course"),
            Self::Folklore => write!(f, "often heard"),
            Self::Text(name, address) => write!(f, "[{name}]({address})"),
            Self::Measurement(name, address) => write!(f, "measured: [{name}]({address})"),
        }
    }
}

const COMPARISON: Source = Source::Measurement("J. Blandy", "https://github.com/jimblandy/context-switch");
const C10K: Source = Source::Text("The C10K problem", "http://www.kegel.com/c10k.html");
const TOKIO: Source = Source::Text("tokio’s tutorial", "https://tokio.rs/tokio/tutorial/spawning");
const ASYNC_BOOK: Source = Source::Text(
    "Asynchronous Programming in Rust",
    "https://rust-lang.github.io/async-book/01_getting_started/02_why_async.html",
);
const SWITCHES: Source =
    Source::Measurement("B. Sigoure", "https://blog.tsunanet.net/2010/11/how-long-does-it-take-to-make-context.html");
const LATENCIES: Source = Source::Text(
    "Latency numbers every programmer should know",
    "https://colin-scott.github.io/personal_website/research/interactive_latency.html",
);

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
/// What stands behind it is in section 11.1 itself.
const HERE: &str = "";

/// How many clients, and for how much memory.
fn clients(evidence: &Evidence) -> Vec<Claim> {
    let Evidence { models, runtimes, parts, .. } = evidence;
    let claim = |said, by, judged, shown_in| Claim { said, by, judged, shown_in };
    let bytes = |bytes| format(Measure::BytesPerConnection, bytes);
    let [process, thread, task, _] = models::prices(models).map(|price| price.whole());
    let most = CONNECTIONS[2];
    let addresses = median(models, held(Measure::VirtualBytes, most), "threads-8M") / most as f64;
    let in_a_gigabyte = |[least, most]: [f64; 2], price: f64| {
        let paid = 1e9 / price;
        within([least, most], paid, format!("a gigabyte pays for {}", grouped(format!("{:.0}", two_digits(paid)))))
    };
    let of_a_server = median(runtimes, (Measure::BytesPerConnection, runtimes_compare::MEMORY), "tokio");
    let empty = parts.memory_of_a_task;
    let times_as_many = [thread / empty, thread / task];
    let shown = format!("{} that hold nothing, {} that serve", times(times_as_many[0]), times(times_as_many[1]));
    let orders = match times_as_many.map(|ratio| at_least(100.0, ratio, String::new()).stands()) {
        [Some(true), Some(false)] => Judged {
            factor: Some(times_as_many[1] / 100.0),
            ..Judged::new(shown, "stands for empty tasks, falls for those of a server")
        },
        _ => at_least(100.0, times_as_many[1], shown),
    };
    let cpu = median(runtimes, (Measure::CpuPerRequest, runtimes_compare::KEEP_ALIVE), PORTS[0]);
    let shown = format!("{} of memory, {} of addresses", bytes(thread), bytes(addresses));
    let mut claims =
        vec![claim("a thread takes 8 MB", Source::Folklore, memory(8e6, [thread, addresses], shown), ADDRESSES)];
    let said = models::said(models).into_iter().map(|(said, judged)| {
        let shown_in = if said.contains("clients") || said.contains("impossible") { TIME } else { MEMORY };
        claim(said, Source::Course, judged, shown_in)
    });
    claims.extend(said);
    claims.extend([
        claim("processes are for 10 to 100 clients", Source::Slides, in_a_gigabyte([10.0, 100.0], process), PRICES),
        claim("threads are for 1,000 clients", Source::Slides, in_a_gigabyte([1e3, 1e3], thread), PRICES),
        claim("coroutines are for 10,000 to 100,000 clients", Source::Slides, in_a_gigabyte([1e4, 1e5], task), PRICES),
        claim("there can be orders of magnitude more tasks than threads", ASYNC_BOOK, orders, PRICES),
        claim(
            "a thread takes 20 KiB, half of it in the kernel",
            COMPARISON,
            number(20.0 * 1024.0, thread, bytes(thread)),
            PRICES,
        ),
        claim("a task that does little takes 0.4 KiB", COMPARISON, number(0.4 * 1024.0, empty, bytes(empty)), HERE),
        claim(
            "a task takes 64 bytes",
            TOKIO,
            number(64.0, empty, format!("{} with nothing in it, {} in a server", bytes(empty), bytes(of_a_server))),
            "[10.2](10_02_measured.md#waiting)",
        ),
        claim(
            "one processor is enough for 20,000 clients that ask once a second",
            C10K,
            at_most(1.0, 20_000.0 * cpu, format!("{} of a processor", format(Measure::KernelShare, 20_000.0 * cpu))),
            "[10.2](10_02_measured.md#cpu)",
        ),
    ]);
    claims
}

/// What the parts of a server cost.
fn parts(evidence: &Evidence) -> Vec<Claim> {
    let Evidence { runtimes, parts, .. } = evidence;
    let takes = |said, by, seconds, part| {
        let ours = parts.seconds(part);
        Claim { said, by, judged: number(seconds, ours, time(ours)), shown_in: HERE }
    };
    let heavier = |said, [part, other]: [&str; 2]| {
        let [part, other] = [part, other].map(|part| parts.seconds(part));
        let shown = format!("{} and {}: {}", time(part), time(other), times(part / other));
        Claim { said, by: Source::Folklore, judged: much_more(part / other, shown), shown_in: HERE }
    };
    let burdens = |said, part, scenario| {
        let [part, whole] = [parts.seconds(part), median(runtimes, (Measure::CpuPerRequest, scenario), PORTS[0])];
        let judged = burden(part, whole, format!("{}, the request {}", time(part), time(whole)));
        Claim { said, by: Source::Folklore, judged, shown_in: HERE }
    };
    vec![
        takes("a system call takes 105 ns", SWITCHES, 105e-9, "system_call"),
        takes("to lock a mutex and unlock it takes 17 ns", LATENCIES, 17e-9, "lock"),
        burdens("a lock is a burden for a request", "wanted_lock", runtimes_compare::KEEP_ALIVE),
        takes("from one thread to the next, it takes 1.7 µs", COMPARISON, 1.7e-6, "thread_switch"),
        heavier("from task to task is much quicker than from thread to thread", ["thread_switch", "task_switch"]),
        takes("to start a thread takes 17 µs", COMPARISON, 17e-6, "thread"),
        takes("to start a task takes 0.3 µs", COMPARISON, 0.3e-6, "task"),
        heavier("to start a process takes much longer than to start a thread", ["process", "thread"]),
        burdens(
            "to start a thread for each connection is a burden",
            "thread",
            runtimes_compare::CONNECTION_PER_REQUEST,
        ),
        burdens("to start a task for each connection is a burden", "task", runtimes_compare::CONNECTION_PER_REQUEST),
    ]
}

/// What is faster than what.
fn speed(evidence: &Evidence) -> Vec<Claim> {
    let Evidence { models, polling, runtimes, key_value, jobs, .. } = evidence;
    let claim = |said, by, judged, shown_in| Claim { said, by, judged, shown_in };
    let many = CONNECTIONS[1];
    let versus = |measure| {
        let [threads, tasks] = ["threads", "executor"].map(|server| median(models, served(measure, many), server));
        let shown = [threads, tasks].map(|value| format(measure, value)).join(" and ");
        much_more(threads / tasks, format!("{shown}: {}", times(threads / tasks)))
    };
    let [threads, tasks] = ["each on a thread", "as tasks on one thread"].map(|done| jobs.faster("computes", done));
    let cores = models.cores() as f64;
    let idle = (Measure::IdleCpuPerSecond, models_compare::IDLE);
    let [asks, rests] = ["polling", "loop"].map(|server| median(polling, idle, server));
    let is_enough = if asks < 0.1 { "stands" } else { "falls: it never rests" };
    let request = |scenario, server| median(runtimes, (Measure::CpuPerRequest, scenario), server);
    let [kept, new] = [runtimes_compare::KEEP_ALIVE, runtimes_compare::CONNECTION_PER_REQUEST]
        .map(|scenario| request(scenario, PORTS[0]));
    let of_ports = PORTS.map(|port| request(runtimes_compare::KEEP_ALIVE, port));
    let dearest = of_ports.into_iter().fold(f64::MIN, f64::max) / of_ports.into_iter().fold(f64::MAX, f64::min);
    let slowest = |figure: fn(&Load) -> Option<f64>, choose: fn(f64, f64) -> f64| {
        let medians = LOADS.map(|load| key_value.median(SERVERS[1], load, figure).unwrap_or(f64::NAN));
        choose(medians[0], medians[1])
    };
    let rate = slowest(|load| Some(load.requests as f64 / load.cpu_seconds), f64::min);
    let latency = slowest(|load| load.latency_p99.map(|milliseconds| milliseconds / 1e3), f64::max);
    let rest = format(Measure::KernelShare, rests);
    vec![
        claim(
            "tasks serve clients who wait much sooner than threads",
            Source::Folklore,
            versus(Measure::AllAnswered),
            TIME,
        ),
        claim("threads take much more processor time than tasks", ASYNC_BOOK, versus(Measure::CpuPerRequest), TIME),
        claim(
            "tasks make a computation faster",
            Source::Folklore,
            much_more(tasks, format!("{} as fast", times(tasks))),
            "[1.3](01_03_cpu_or_io.md#three-ways)",
        ),
        claim(
            "threads make a computation as many times faster as there are processors",
            Source::Folklore,
            number(cores, threads, format!("{} as fast, on {cores} processors", times(threads))),
            "[1.3](01_03_cpu_or_io.md#three-ways)",
        ),
        claim(
            "for many clients on one thread, sockets that do not block are enough",
            Source::Folklore,
            Judged::new(
                format!(
                    "{} of a processor with nobody there, {rest} in an event loop",
                    format(Measure::KernelShare, asks)
                ),
                is_enough,
            ),
            "[3.2](03_02_naive_polling.md#nap)",
        ),
        claim(
            "one thread answers 100,000 requests a second",
            Source::Course,
            at_least(100e3, rate, format!("{} of its processor time", format(Measure::RequestsPerSecond, rate))),
            "[7.2](07_02_key_value.md#measured)",
        ),
        claim(
            "and each of them in less than 1 ms",
            Source::Course,
            at_most(1e-3, latency, format!("99 of 100 in {}", time(latency))),
            "[7.2](07_02_key_value.md#measured)",
        ),
        claim(
            "a connection for each request is much dearer than one that stays open",
            Source::Folklore,
            much_more(new / kept, format!("{} and {}: {}", time(new), time(kept), times(new / kept))),
            "[10.2](10_02_measured.md#cpu)",
        ),
        claim(
            "one runtime is much faster than another",
            Source::Folklore,
            much_more(dearest, format!("{} between the dearest and the cheapest", times(dearest))),
            "[10.2](10_02_measured.md#cpu)",
        ),
    ]
}

/// What was measured, or no number.
fn median(report: &Report, row: Row, server: &str) -> f64 {
    report.median(row, server).unwrap_or(f64::NAN)
}

fn time(seconds: f64) -> String {
    format(Measure::CpuPerRequest, seconds)
}

/// The claims of a group as a table.
pub fn table(group: &Group) -> String {
    let row = |Claim { said, by, judged: Judged { measured, verdict, .. }, shown_in }: &Claim| {
        let shown_in = if shown_in.is_empty() { String::new() } else { format!("<br><small>{shown_in}</small>") };
        format!("| {said}<br><small>{by}</small> | {measured}{shown_in} | {verdict} |\n")
    };
    format!("| said | measured | the claim |\n|---|---|---|\n{}", group.claims.iter().map(row).collect::<String>())
}
