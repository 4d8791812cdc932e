//! What more than one machine costs: the balancer's hop, as it was measured, and from one core to a hundred machines, on paper.

use crate::report::Report;
use crate::template::two_digits;
use crate::{Result, models};
use http1::{Connection, Response};
use measure::figure::{Measure, grouped};
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
    pub fn committed() -> Result<Self> {
        Ok(Self { load: Report::committed("hop")?, idle: Report::committed("hop_memory")? })
    }
}

/// What is assumed of a machine.
const CORES: f64 = 8.0;
const MEMORY: f64 = 16e9;
/// The limit that Linux has unless its administrator sets another, for processes that ask for it: `fs.nr_open`.
const DESCRIPTORS: f64 = 1_048_576.0;
const BITS_PER_SECOND: f64 = 10e9;
/// How many ports Linux lends to connections to one address: `net.ipv4.ip_local_port_range` is 32768 to 60999.
pub const PORTS: f64 = 28_232.0;
/// The clients of the example.
pub const CLIENTS: f64 = 100_000.0;
/// How often each of them asks for a page.
const SECONDS_BETWEEN_REQUESTS: f64 = 10.0;
/// How many copies of the chat there are.
const COPIES: f64 = 4.0;

/// What one client needs of the balancer, and how many clients one machine is enough for.
pub struct Need {
    /// Of what.
    pub resource: &'static str,
    /// Per client: one that asks for a page now and then, and one that chats. `None` if it was not measured, or is shared.
    pub per_client: [Option<f64>; 2],
    /// What a machine has.
    pub has: f64,
    /// How so much of it is written.
    pub shown: fn(f64) -> String,
}

impl Need {
    /// How many clients each of the two examples may have.
    pub fn enough_for(&self) -> [Option<f64>; 2] {
        self.per_client.map(|need| Some(self.has / need?))
    }
}

/// What a balancer needs.
pub fn needs(hop: &Hop) -> Result<[Need; 5]> {
    let missing = || crate::Failure::new("a figure is missing that the arithmetic needs");
    let cpu = |server| hop.load.median((Measure::CpuPerRequest, runtimes_compare::KEEP_ALIVE), server);
    // The balancer's own part is what a request costs with it, less what it costs without.
    let of_hop = cpu("haproxy").zip(cpu("direct")).map(|(with, without)| with - without).ok_or_else(missing)?;
    let idle =
        hop.idle.median((Measure::BytesPerConnection, runtimes_compare::MEMORY), "haproxy").ok_or_else(missing)?;
    let socket = models::socket() + models::registration();
    let wire = bytes_of_an_answer() * 8.0 / SECONDS_BETWEEN_REQUESTS;
    Ok([
        Need {
            resource: "CPU",
            per_client: [Some(of_hop / SECONDS_BETWEEN_REQUESTS), None],
            has: CORES,
            shown: |cores| format!("{cores:.2} cores"),
        },
        Need {
            resource: "memory",
            per_client: [Some(idle + socket), Some(idle + 2.0 * socket)],
            has: MEMORY,
            shown: |bytes| format!("{:.2} GB", bytes / 1e9),
        },
        Need { resource: "descriptors", per_client: [Some(1.0), Some(2.0)], has: DESCRIPTORS, shown: rounded },
        Need { resource: "ports", per_client: [None, Some(1.0)], has: PORTS * COPIES, shown: rounded },
        Need {
            resource: "network",
            per_client: [Some(wire), None],
            has: BITS_PER_SECOND,
            shown: |bits| format!("{:.0} Mbit/s", bits / 1e6),
        },
    ])
}

/// What ends first, in each of the two examples.
pub fn first_to_end(needs: &[Need]) -> [&'static str; 2] {
    [0, 1].map(|example| {
        let clients = |need: &Need| need.enough_for()[example].unwrap_or(f64::INFINITY);
        needs.iter().min_by(|a, b| clients(a).total_cmp(&clients(b))).map_or("", |need| need.resource)
    })
}

/// A number of clients, with two digits that count.
fn rounded(clients: f64) -> String {
    grouped(format!("{:.0}", two_digits(clients)))
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
    fn an_answer_consists_of_a_head_and_the_page() {
        assert!(bytes_of_an_answer() > common::HELLO.len() as f64 + 50.0);
    }
}
