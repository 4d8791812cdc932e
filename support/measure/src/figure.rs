//! The figures of a server, and how numbers are written.

use serde::{Deserialize, Serialize};
use std::fmt::Display;

/// A figure that a scenario yields, in the order of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// The CPU time of all the server's threads, divided by the requests answered.
    CpuPerRequest,
    /// The part of the CPU time that passed in the kernel.
    KernelShare,
    /// The system calls of all the server's threads, divided by the requests answered.
    SystemCallsPerRequest,
    /// The instructions outside the kernel, divided by the requests answered.
    InstructionsPerRequest,
    /// The requests answered in a second.
    RequestsPerSecond,
    /// From a request to its answer: half of the answers took longer.
    LatencyMedian,
    /// One answer in a hundred took longer.
    LatencyP99,
    /// One answer in a thousand took longer.
    LatencyP999,
    /// From the first of all the simultaneous requests to the last answer.
    AllAnswered,
    /// From the first of all the clients to the last one, each of which is answered once as soon as it comes.
    Arrival,
    /// How much the resident memory grows for each connection.
    BytesPerConnection,
    /// The memory that the server occupies while all connections are held.
    ResidentBytes,
    /// The addresses that the server has reserved meanwhile, whether or not there is memory behind them.
    VirtualBytes,
    /// What the kernel needs meanwhile to know which memory is behind which addresses.
    PageTableBytes,
    /// The server's threads meanwhile.
    Threads,
    /// The server's processes meanwhile.
    Processes,
    /// The CPU time that a server takes in a second when no client is connected.
    IdleCpuPerSecond,
    /// From the start of the process to its first answer.
    StartUp,
    /// The size of the binary without symbols.
    BinaryBytes,
    /// The crates that the server consists of.
    Crates,
    /// The time that a release build takes when nothing is built yet.
    BuildTime,
}

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A time.
    Seconds,
    /// A rate.
    PerSecond,
    /// A size.
    Bytes,
    /// A part of a whole.
    Share,
    /// A whole number.
    Count,
    /// How many on average.
    Average,
}

impl Measure {
    /// All of them, in the order of the table.
    pub const ALL: [Self; 21] = [
        Self::CpuPerRequest,
        Self::KernelShare,
        Self::SystemCallsPerRequest,
        Self::InstructionsPerRequest,
        Self::RequestsPerSecond,
        Self::LatencyMedian,
        Self::LatencyP99,
        Self::LatencyP999,
        Self::AllAnswered,
        Self::Arrival,
        Self::BytesPerConnection,
        Self::ResidentBytes,
        Self::VirtualBytes,
        Self::PageTableBytes,
        Self::Threads,
        Self::Processes,
        Self::IdleCpuPerSecond,
        Self::StartUp,
        Self::BinaryBytes,
        Self::Crates,
        Self::BuildTime,
    ];

    /// The title in tables.
    pub fn title(self) -> &'static str {
        match self {
            Self::CpuPerRequest => "CPU time per request",
            Self::KernelShare => "Of the CPU time, in the kernel",
            Self::SystemCallsPerRequest => "System calls per request",
            Self::InstructionsPerRequest => "Instructions per request, outside the kernel",
            Self::RequestsPerSecond => "Requests per second",
            Self::LatencyMedian => "Latency, median",
            Self::LatencyP99 => "Latency, 99%",
            Self::LatencyP999 => "Latency, 99.9%",
            Self::AllAnswered => "Time until all are answered",
            Self::Arrival => "Time until all have come",
            Self::BytesPerConnection => "Memory per connection",
            Self::ResidentBytes => "Memory, all connections held",
            Self::VirtualBytes => "Address space, all connections held",
            Self::PageTableBytes => "Page tables, all connections held",
            Self::Threads => "Threads, all connections held",
            Self::Processes => "Processes, all connections held",
            Self::IdleCpuPerSecond => "CPU time per second, idle",
            Self::StartUp => "Time from start to first answer",
            Self::BinaryBytes => "Size of the stripped binary",
            Self::Crates => "Crates in the tree",
            Self::BuildTime => "Cold release build",
        }
    }

    /// What it counts.
    pub fn unit(self) -> Unit {
        match self {
            Self::RequestsPerSecond => Unit::PerSecond,
            Self::BytesPerConnection
            | Self::ResidentBytes
            | Self::VirtualBytes
            | Self::PageTableBytes
            | Self::BinaryBytes => Unit::Bytes,
            Self::KernelShare => Unit::Share,
            Self::SystemCallsPerRequest => Unit::Average,
            Self::InstructionsPerRequest | Self::Threads | Self::Processes | Self::Crates => Unit::Count,
            _ => Unit::Seconds,
        }
    }

    /// Whether a larger value is better.
    pub fn more_is_better(self) -> bool {
        self == Self::RequestsPerSecond
    }

    /// Whether servers are compared by it. That more of a server's time passes in the kernel makes it neither better nor worse.
    pub fn is_compared(self) -> bool {
        self != Self::KernelShare
    }
}

impl Unit {
    /// A value with three digits and its unit.
    pub fn format(self, value: f64) -> String {
        match self {
            Self::Seconds => scaled(value, &[(1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns")]),
            Self::PerSecond => scaled(value, &[(1e6, "M/s"), (1e3, "k/s"), (1.0, "/s")]),
            Self::Bytes => scaled(value, &[(1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1.0, "B")]),
            Self::Share => format!("{:.0}%", value * 100.0),
            Self::Count => grouped(format_args!("{value:.0}")),
            Self::Average => three_digits(value),
        }
    }
}

/// The value in the largest unit that keeps it above one.
fn scaled(value: f64, units: &[(f64, &str)]) -> String {
    let fitting = units.iter().find(|(size, _)| value.abs() >= *size * 0.9995).or(units.last());
    let (size, name) = fitting.copied().unwrap_or((1.0, ""));
    let number = value / size;
    format!("{} {name}", three_digits(number))
}

/// A whole number with a comma between thousands.
pub fn grouped(number: impl Display) -> String {
    let digits = number.to_string();
    match digits.len() {
        ..=3 => digits,
        length => format!("{},{}", grouped(&digits[..length - 3]), &digits[length - 3..]),
    }
}

/// A ratio.
pub fn times(ratio: f64) -> String {
    format!("{}×", three_digits(ratio))
}

fn three_digits(number: f64) -> String {
    let decimals = match number.abs() {
        0.0 | 99.95.. => 0,
        9.995.. => 1,
        0.0995.. => 2,
        _ => 3,
    };
    format!("{number:.decimals$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_digits_and_the_unit_that_fits() {
        let seconds = |value| Unit::Seconds.format(value);
        assert_eq!(
            [seconds(0.0), seconds(6.126e-6), seconds(0.99999), seconds(5.04)],
            ["0 ns", "6.13 µs", "1.00 s", "5.04 s"]
        );
        assert_eq!([Unit::PerSecond.format(1.8e6), Unit::PerSecond.format(99_960.0)], ["1.80 M/s", "100 k/s"]);
        assert_eq!([Unit::Bytes.format(640.0), Unit::Bytes.format(11_400.0)], ["640 B", "11.4 kB"]);
        assert_eq!([times(0.0027), times(0.78), times(381.1)], ["0.003×", "0.78×", "381×"]);
        assert_eq!([Unit::Count.format(42.0), Unit::Count.format(1_009_567.4)], ["42", "1,009,567"]);
        assert_eq!([Unit::Average.format(2.016), Unit::Share.format(0.874)], ["2.02", "87%"]);
    }
}
