//! What more than one machine costs: the balancer's hop, as it was measured, and from one core to a hundred machines, on paper.

use crate::Result;
use crate::report::{Report, Row, format};
use http1::{Connection, Response};
use measure::figure::{Measure, grouped, times};
use std::time::Duration;

/// What was measured of the hop.
pub struct Hop {
    /// What a request costs.
    pub load: Report,
    /// What an idle connection costs.
    pub idle: Report,
}

impl Hop {
    /// The data that are in the book.
    ///
    /// # Errors
    ///
    /// If there are none.
    pub fn committed() -> Result<Self> {
        Ok(Self { load: Report::committed("hop")?, idle: Report::committed("hop_memory")? })
    }

    /// What the hop costs, each cell with its ratio to the server without a balancer.
    pub fn table(&self) -> String {
        let cpu: Row = (Measure::CpuPerRequest, runtimes_compare::KEEP_ALIVE);
        let latency: Row = (Measure::LatencyMedian, runtimes_compare::KEEP_ALIVE);
        let memory: Row = (Measure::BytesPerConnection, runtimes_compare::MEMORY);
        let mut table = format!("| | {} |\n|---|--:|--:|--:|\n", SERVERS.join(" | "));
        for (title, report, row) in [
            ("CPU time per request", &self.load, cpu),
            ("Latency with 64 busy clients, median", &self.load, latency),
            ("Memory per idle connection", &self.idle, memory),
        ] {
            let cell = |server: &str| {
                let median = report.median(row, server).map_or("–".to_owned(), |median| format(row.0, median));
                let ratio = report.ratio(row, server, SERVERS[0]).filter(|_| server != SERVERS[0]);
                median + &ratio.map_or(String::new(), |[_, ratio, _]| format!("<br><small>{}</small>", times(ratio)))
            };
            table += &format!("| {title} | {} |\n", SERVERS.map(cell).join(" | "));
        }
        table
    }
}

/// The server alone, and behind each balancer.
const SERVERS: [&str; 3] = ["direct", "haproxy", "nginx"];

/// A cluster, or less: what it consists of.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    name: &'static str,
    cores: f64,
    memory: f64,
    descriptors: f64,
    /// 0 if clients reach the server without a balancer.
    copies: f64,
}

/// What is assumed of a machine, beside its cores.
const CORES: f64 = 8.0;
const MEMORY: f64 = 16e9;
/// The limit that Linux has unless its administrator sets another one, for processes that ask for it: `fs.nr_open`.
const DESCRIPTORS: f64 = 1_048_576.0;
const BITS_PER_SECOND: f64 = 10e9;
/// How many ports Linux lends to connections to one address: `net.ipv4.ip_local_port_range` is 32768 to 60999.
pub const PORTS: f64 = 28_232.0;
/// How often each client asks.
const SECONDS_BETWEEN_REQUESTS: f64 = 10.0;

/// The sizes of the table.
pub const SIZES: [Size; 5] = [
    Size {
        name: "1 core, as a shell starts it",
        cores: 1.0,
        memory: MEMORY / CORES,
        descriptors: 1_024.0,
        copies: 0.0,
    },
    Size { name: "1 core, limit raised", cores: 1.0, memory: MEMORY / CORES, descriptors: DESCRIPTORS, copies: 0.0 },
    Size { name: "1 machine", cores: CORES, memory: MEMORY, descriptors: DESCRIPTORS, copies: 0.0 },
    Size { name: "10 machines and a balancer", cores: CORES, memory: MEMORY, descriptors: DESCRIPTORS, copies: 10.0 },
    Size { name: "100 machines and a balancer", cores: CORES, memory: MEMORY, descriptors: DESCRIPTORS, copies: 100.0 },
];

/// How many clients a size can have, by resource.
#[derive(Clone, Debug)]
pub struct Capacity {
    /// The name of a resource, and how many clients it allows.
    pub clients: [(&'static str, f64); 5],
}

impl Capacity {
    /// Of a size, by the figures that were measured.
    ///
    /// # Errors
    ///
    /// If one is missing.
    pub fn of(size: &Size, report: &Report, hop: &Hop) -> Result<Self> {
        let missing = || crate::Failure::new("a figure is missing that the arithmetic needs");
        let cpu =
            |report: &Report, server| report.median((Measure::CpuPerRequest, runtimes_compare::KEEP_ALIVE), server);
        let memory =
            |report: &Report, server| report.median((Measure::BytesPerConnection, runtimes_compare::MEMORY), server);
        let own_cpu = cpu(report, "async-std").ok_or_else(missing)?;
        let behind = size.copies > 0.0;
        // The balancer's own part is what a request costs with it, less what it costs without.
        let of_hop = cpu(&hop.load, "haproxy").zip(cpu(&hop.load, "direct")).map(|(with, without)| with - without);
        let of_hop = of_hop.ok_or_else(missing)?;
        let by_cpu = size.cores * SECONDS_BETWEEN_REQUESTS / own_cpu * size.copies.max(1.0);
        let by_balancer = size.cores * SECONDS_BETWEEN_REQUESTS / of_hop;
        let per_connection = if behind { memory(&hop.idle, "haproxy") } else { memory(report, "async-std") };
        let by_wire = BITS_PER_SECOND / 8.0 * SECONDS_BETWEEN_REQUESTS / bytes_of_an_answer();
        // With a balancer, all clients are at its wire, and hold two of its descriptors; each copy is one address to it.
        Ok(Self {
            clients: [
                ("CPU", if behind { by_cpu.min(by_balancer) } else { by_cpu }),
                ("memory", size.memory / per_connection.ok_or_else(missing)?),
                ("descriptors", size.descriptors / if behind { 2.0 } else { 1.0 }),
                ("ports", if behind { PORTS * size.copies } else { f64::INFINITY }),
                ("network", by_wire),
            ],
        })
    }

    /// The resource that ends first.
    pub fn first_to_end(&self) -> &'static str {
        self.clients.iter().min_by(|a, b| a.1.total_cmp(&b.1)).map_or("", |(name, _)| name)
    }
}

/// From one core to a hundred machines.
///
/// # Errors
///
/// If a figure is missing.
pub fn paper(report: &Report, hop: &Hop) -> Result<String> {
    let mut table = String::from(
        "| | CPU | memory | descriptors | ports | network | ends first |\n|---|--:|--:|--:|--:|--:|---|\n",
    );
    for size in &SIZES {
        let capacity = Capacity::of(size, report, hop)?;
        let cells =
            capacity.clients.map(|(_, clients)| if clients.is_finite() { rounded(clients) } else { "–".to_owned() });
        table += &format!("| {} | {} | {} |\n", size.name, cells.join(" | "), capacity.first_to_end());
    }
    Ok(table)
}

/// A number of clients, with two digits that count.
#[allow(clippy::cast_possible_truncation, reason = "numbers of clients are far below the limits of an i64")]
fn rounded(clients: f64) -> String {
    let unit = 10_f64.powf((clients.log10().floor() - 1.0).max(0.0));
    grouped((clients / unit).round() as i64 * unit as i64)
}

/// The answer of the server to `GET /`.
fn bytes_of_an_answer() -> f64 {
    let mut connection = Connection::new();
    connection.receive(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let _ = connection.next_request();
    connection.respond(Response::ok(common::HELLO));
    connection.output(Duration::ZERO).len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_of_clients_has_two_digits_that_count() {
        assert_eq!((rounded(1_024.0), rounded(28_232.0), rounded(7.0)), ("1,000".into(), "28,000".into(), "7".into()));
    }

    #[test]
    fn an_answer_consists_of_a_head_and_the_page() {
        assert!(bytes_of_an_answer() > common::HELLO.len() as f64 + 50.0);
    }
}
