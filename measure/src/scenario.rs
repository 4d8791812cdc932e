//! What is measured: the scenarios, and the figures that each of them yields.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use std::fmt::Display;

/// One way to use a server, or one thing to know of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scenario {
    /// Connections that stay open, each asking again as soon as it is answered; the server on one core, the load on the others.
    KeepAlive,
    /// The same with more connections, server and load sharing all the cores.
    KeepAliveShared,
    /// A new connection for each request; the server on one core.
    ConnectionPerRequest,
    /// 16 requests in one write on each connection; the server on one core.
    Pipelined,
    /// Requests at half of the rate that the first column can do, whether or not the server keeps up; the server on one core.
    Rate,
    /// Simultaneous requests for /sleep, which takes 5 seconds.
    Sleep,
    /// The memory of an idle connection.
    Memory,
    /// The processor's work for a server that nobody uses.
    Idle,
    /// From the start of the process to its first answer.
    StartUp,
    /// The binary without symbols.
    Size,
    /// The crates that the server consists of.
    Crates,
    /// A release build of the server and all it needs, from nothing. Never measured unless asked for.
    Build,
}

/// A figure that a scenario yields, in the order of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    CpuPerRequest,
    KernelShare,
    SystemCallsPerRequest,
    InstructionsPerRequest,
    RequestsPerSecond,
    LatencyMedian,
    LatencyP99,
    LatencyP999,
    AllAnswered,
    BytesPerConnection,
    IdleCpuPerSecond,
    StartUp,
    BinaryBytes,
    Crates,
    BuildTime,
}

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Seconds,
    PerSecond,
    Bytes,
    /// A part of a whole.
    Share,
    /// A whole number.
    Count,
    /// How many on average.
    Average,
}

impl Scenario {
    /// The title in tables.
    pub fn title(self) -> &'static str {
        match self {
            Self::KeepAlive => "keep-alive, server on one core",
            Self::KeepAliveShared => "keep-alive, cores shared with the load",
            Self::ConnectionPerRequest => "a connection per request",
            Self::Pipelined => "16 requests pipelined",
            Self::Rate => "at half of the first column's maximal rate",
            Self::Sleep => "simultaneous /sleep of 5 s",
            Self::Memory => "idle keep-alive connections",
            Self::Idle => "nobody connected",
            Self::StartUp => "start-up",
            Self::Size => "binary",
            Self::Crates => "source",
            Self::Build => "build",
        }
    }

    /// The name on the command line and in the raw data.
    pub fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    /// How many connections it holds, unless told otherwise.
    pub fn connections(self) -> Option<usize> {
        match self {
            Self::KeepAlive | Self::ConnectionPerRequest | Self::Pipelined | Self::Rate => Some(64),
            Self::KeepAliveShared => Some(256),
            Self::Sleep => Some(1_000),
            Self::Memory => Some(10_000),
            Self::Idle | Self::StartUp | Self::Size | Self::Crates | Self::Build => None,
        }
    }

    /// The figure that it is measured for.
    pub fn figure(self) -> Measure {
        match self {
            Self::Sleep => Measure::AllAnswered,
            Self::Memory => Measure::BytesPerConnection,
            Self::Idle => Measure::IdleCpuPerSecond,
            Self::StartUp => Measure::StartUp,
            Self::Size => Measure::BinaryBytes,
            Self::Crates => Measure::Crates,
            Self::Build => Measure::BuildTime,
            _ => Measure::CpuPerRequest,
        }
    }

    /// Scenarios in which servers mostly wait, so that they can be measured side by side.
    pub fn is_waiting(self) -> bool {
        matches!(self, Self::Sleep | Self::Idle)
    }

    /// Whether a figure that every load yields is worth a row.
    pub fn yields(self, measure: Measure) -> bool {
        match measure {
            Measure::LatencyMedian | Measure::LatencyP99 => self != Self::Pipelined,
            Measure::LatencyP999 => self == Self::Rate, // in a closed loop the rarest latencies mislead
            _ => true,
        }
    }

    /// Whether what a request costs can be counted: each connection asks again as soon as it is answered, and the server has one core,
    /// so that threads that wake each other do not add what chance decides.
    pub fn is_countable(self) -> bool {
        matches!(self, Self::KeepAlive | Self::ConnectionPerRequest | Self::Pipelined)
    }

    /// Whether it is measured by loading the server for a given time.
    pub fn is_load(self) -> bool {
        use Scenario::{ConnectionPerRequest, KeepAlive, KeepAliveShared, Pipelined, Rate};
        matches!(self, KeepAlive | KeepAliveShared | ConnectionPerRequest | Pipelined | Rate)
    }
}

impl Measure {
    /// All of them, in the order of the table.
    pub const ALL: [Self; 15] = [
        Self::CpuPerRequest,
        Self::KernelShare,
        Self::SystemCallsPerRequest,
        Self::InstructionsPerRequest,
        Self::RequestsPerSecond,
        Self::LatencyMedian,
        Self::LatencyP99,
        Self::LatencyP999,
        Self::AllAnswered,
        Self::BytesPerConnection,
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
            Self::BytesPerConnection => "Memory per connection",
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
            Self::BytesPerConnection | Self::BinaryBytes => Unit::Bytes,
            Self::KernelShare => Unit::Share,
            Self::SystemCallsPerRequest => Unit::Average,
            Self::InstructionsPerRequest | Self::Crates => Unit::Count,
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
            Self::Bytes => scaled(value, &[(1e6, "MB"), (1e3, "kB"), (1.0, "B")]),
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
