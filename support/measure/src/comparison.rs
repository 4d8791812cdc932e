//! What a program that measures is made of.

use crate::scenario::Scenario;

/// What a program measures.
#[derive(Clone, Copy, Debug)]
pub struct Comparison {
    /// The name of the program, for its messages and its report.
    pub name: &'static str,
    /// One sentence for `--help`.
    pub about: &'static str,
    /// The servers of the workspace that are measured. Every figure is a ratio to that of the first one.
    pub servers: &'static [Own],
    /// What is measured, in this order.
    pub scenarios: &'static [Scenario],
    /// The crates whose versions make a difference: the report names them.
    pub crates: &'static [&'static str],
}

/// A server of this workspace. It takes the address to listen on as its first argument, chooses a port when that is 0, and prints the
/// address.
#[derive(Clone, Copy, Debug)]
pub struct Own {
    /// The name in the tables.
    pub name: &'static str,
    /// The package that it is in.
    pub package: &'static str,
    /// The name of the binary, and of the feature of the package that turns on what it alone needs, if there is one.
    pub binary: &'static str,
    /// Whether it is no server, but what a server can be measured by.
    pub is_yardstick: bool,
    /// How many clients it can serve at a time.
    pub hands: Hands,
    /// What it finds in its environment.
    pub environment: &'static [(&'static str, &'static str)],
}

impl Own {
    /// A server that serves as many clients as come. Whatever is different is said with `..`.
    pub const fn new(name: &'static str, package: &'static str, binary: &'static str) -> Self {
        Self { name, package, binary, is_yardstick: false, hands: Hands::Enough, environment: &[] }
    }
}

/// How many clients a server can serve at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hands {
    /// As many as come.
    Enough,
    /// As many as come, with a thread for each, whose stack reserves so many bytes of addresses.
    ThreadEach {
        /// The size of a stack.
        stack: u64,
    },
    /// So many. The others wait until one of these leaves.
    Few(usize),
}

impl Hands {
    /// How many clients may wait at the door of a server of the standard library.
    const BACKLOG: usize = 128;

    /// Whether so many clients can all be connected before the first one is served.
    pub fn admits(self, clients: usize) -> bool {
        !matches!(self, Self::Few(_)) || clients <= Self::BACKLOG
    }
}
