//! What `models-compare` measured, as chapters 2 and 3 show it, beside what others have said of it.

use crate::report::{Report, Row, format};
use crate::verdict::{self, Judged, Rounds};
use measure::Hands;
use measure::Scenario;
use measure::figure::Measure;
use models_compare::{COMPARISON, DELAY, HOLD, SERVE, WORKERS};

/// The columns of the tables: how many connections.
pub const CONNECTIONS: [usize; 3] = [100, 1_000, 10_000];
/// What the kernel keeps for each thread on x86-64: four pages. (A test compares it with what the kernel says.)
pub const KERNEL_STACK: f64 = 16.0 * 1024.0;
/// What else it keeps, in bytes, by the name that it has for it in `/proc/slabinfo`: for each thread, for each socket of a connection,
/// and for each socket that is registered. (A test compares this, too.)
pub const OF_A_THREAD: [(&str, f64); 1] = [("task_struct", 5_888.0)];
/// See above.
pub const OF_A_SOCKET: [(&str, f64); 4] =
    [("TCP", 2_368.0), ("sock_inode_cache", 832.0), ("filp", 192.0), ("dentry", 192.0)];
/// See above.
pub const OF_A_REGISTRATION: [(&str, f64); 1] = [("eventpoll_epi", 128.0)];

/// A figure of servers that hold so many connections.
pub fn held(measure: Measure, connections: usize) -> Row {
    (measure, of(&HOLD, connections))
}

/// A figure of servers that serve so many clients, each of them after a second.
pub fn served(measure: Measure, connections: usize) -> Row {
    (measure, of(&SERVE, connections))
}

fn of(scenarios: &[Scenario], connections: usize) -> Scenario {
    let found = scenarios.iter().find(|scenario| scenario.connections == Some(connections));
    *found.unwrap_or(&scenarios[0])
}

/// The servers that serve a few clients at a time.
pub fn pools() -> Vec<&'static str> {
    let few = COMPARISON.servers.iter().filter(|own| matches!(own.hands, Hands::Few(_)));
    few.map(|own| own.name).collect()
}

/// How long a few hands take for so many clients, each of which takes one of them for a delay.
pub fn by_arithmetic(clients: usize) -> f64 {
    clients.div_ceil(WORKERS) as f64 * DELAY.as_secs_f64()
}

/// What has been said, and how it is judged.
pub fn said(report: &Report) -> Vec<(&'static str, Judged)> {
    let [_, many, most] = CONNECTIONS;
    let value = |row, server| report.range(row, server).unwrap_or([f64::NAN; 3]);
    let memory = |said, server, connections| {
        let [resident, addresses] = [Measure::ResidentBytes, Measure::VirtualBytes];
        let held = [resident, addresses].map(|measure| value(held(measure, connections), server));
        let ours =
            format!("{} of memory, {} of addresses", format(resident, held[0][1]), format(addresses, held[1][1]));
        verdict::memory(said, held, ours)
    };
    let all_served = |server, connections| value(served(Measure::AllAnswered, connections), server);
    let shown = |rounds: Rounds| format(Measure::AllAnswered, rounds[1]);
    let [threads, one_loop, loop_of_most] =
        [all_served("threads-8M", many), all_served("loop", many), all_served("loop", most)];
    let slower = report.ratio(served(Measure::AllAnswered, many), "threads-8M", "loop").unwrap_or([f64::NAN; 3]);
    let possible = all_served("threads-8M", most);
    let falls = if possible[1].is_finite() { "falls" } else { "stands" };
    vec![
        ("1,000 connections on threads take 8 GB", memory(8e9, "threads-8M", many)),
        ("1,000 connections on an event loop take 100 MB", memory(100e6, "loop", many)),
        ("10,000 connections on an event loop take 500 MB", memory(500e6, "loop", most)),
        ("10,000 threads take 80 GB", memory(80e9, "threads-8M", most)),
        (
            "10,000 threads are impossible",
            Judged {
                measured: format!("all clients are served, in {}", shown(possible)),
                verdict: falls.to_owned(),
                factor: None,
            },
        ),
        (
            "for 1,000 clients, threads take 20 s and an event loop 3 s: seven times as long",
            verdict::number(20.0 / 3.0, slower, format!("{} and {}", shown(threads), shown(one_loop))),
        ),
        ("for 10,000 clients, an event loop takes 25 s", verdict::number(25.0, loop_of_most, shown(loop_of_most))),
    ]
}

/// What one more client costs: a process, a thread, a task, or a connection of an event loop.
pub struct Price {
    /// Of what.
    pub name: &'static str,
    /// In memory.
    pub resident: f64,
    /// In the kernel, without the socket.
    pub in_the_kernel: f64,
    /// How far it goes, by what has been said.
    pub said: &'static str,
}

impl Price {
    /// Both together, with the socket.
    pub fn whole(&self) -> f64 {
        self.resident + self.in_the_kernel + sum(&OF_A_SOCKET)
    }
}

/// What the kernel keeps for the socket of a connection.
pub fn socket() -> f64 {
    sum(&OF_A_SOCKET)
}

/// What the kernel keeps for a socket that is registered.
pub fn registration() -> f64 {
    sum(&OF_A_REGISTRATION)
}

fn sum(objects: &[(&str, f64)]) -> f64 {
    objects.iter().map(|(_, bytes)| bytes).sum()
}

/// The prices, from the highest to the lowest: of a process, of a thread, of a task, of a connection.
///
/// Of ten thousand connections, what the server takes for itself is subtracted. A process is one of the nine of `prefork`.
pub fn prices(report: &Report) -> [Price; 4] {
    let most = CONNECTIONS[2];
    let value = |measure, server| report.median(held(measure, most), server).unwrap_or(f64::NAN);
    let processes = value(Measure::Processes, "prefork");
    let tables = |server| value(Measure::PageTableBytes, server) / value(Measure::Threads, server);
    let threads = value(Measure::Threads, "prefork") / processes;
    let of_a_thread = KERNEL_STACK + sum(&OF_A_THREAD);
    [
        Price {
            name: "a process",
            resident: value(Measure::ResidentBytes, "prefork") / processes,
            in_the_kernel: value(Measure::PageTableBytes, "prefork") / processes + threads * of_a_thread,
            said: "10–100",
        },
        Price {
            name: "a thread",
            resident: value(Measure::BytesPerConnection, "threads"),
            in_the_kernel: tables("threads") + of_a_thread,
            said: "1,000",
        },
        Price {
            name: "a task of the executor",
            resident: value(Measure::BytesPerConnection, "executor"),
            in_the_kernel: sum(&OF_A_REGISTRATION),
            said: "10,000–100,000",
        },
        Price {
            name: "a connection of the event loop",
            resident: value(Measure::BytesPerConnection, "loop"),
            in_the_kernel: sum(&OF_A_REGISTRATION),
            said: "–",
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pool_serves_in_rounds() {
        assert_eq!([8, 9, 100, 10_000].map(by_arithmetic), [1.0, 2.0, 13.0, 1250.0]);
    }
}
