//! Limits of the system that would be in the way: you learn of them before anything starts, and how to raise them.

use crate::comparison::{Hands, Own};
use crate::figure::grouped;
use crate::linux::plan::Plan;
use crate::linux::process;
use crate::linux::server::Recipe;
use crate::scenario::Scenario;
use rustix::process::{Resource, geteuid, getrlimit};
use std::fs;
use std::io::{self, Error};
use std::path::{Path, PathBuf};

/// What a process has open besides its connections; what runs besides the servers' threads.
const OTHERS: u64 = 64;
/// What a connection occupies, in the server, in the load, and in the kernel on both sides.
const MEMORY_OF_A_CONNECTION: u64 = 16 * 1024;
/// What a thread occupies, its kernel stack and its page tables included.
const MEMORY_OF_A_THREAD: u64 = 40 * 1024;
/// A stack, the page below it that no thread may touch, and the same again for the stack on which signals are handled.
const MAPPINGS_OF_A_THREAD: u64 = 4;
/// What a process has mapped besides: its code, its libraries, what its allocator reserves.
const OTHER_MAPPINGS: u64 = 512;

/// What the largest scenario takes of the system.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Need {
    connections: u64,
    /// Of all servers together: some scenarios are measured side by side.
    threads: u64,
    /// Of the one server that has most.
    threads_of_a_process: u64,
    stack_addresses: u64,
}

/// Something of which the system gives only so much.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Limit {
    what: &'static str,
    needed: u64,
    allowed: u64,
    /// Where the limit comes from, and how to raise it.
    raise: String,
}

/// Fails if the system does not give what the plan takes.
pub fn check(plan: &Plan, recipes: &[Recipe]) -> io::Result<()> {
    let largest = plan.scenarios.iter().filter(|scenario| scenario.connections.is_some());
    let Some(&scenario) = largest.max_by_key(|scenario| plan.connections(**scenario)) else { return Ok(()) };
    let need = Need::of(plan.connections(scenario), recipes.iter().filter_map(|recipe| recipe.own));
    match need.limits().into_iter().find(|limit| limit.needed > limit.allowed) {
        Some(limit) => Err(Error::other(limit.explain(scenario, need.connections))),
        None => Ok(()),
    }
}

impl Need {
    fn of(connections: usize, servers: impl Iterator<Item = Own>) -> Self {
        let connections = connections as u64;
        let stacks = servers.filter_map(|own| match own.hands {
            Hands::ThreadEach { stack } => Some(stack),
            Hands::Enough | Hands::Few(_) => None,
        });
        stacks.fold(Self { connections, ..Self::default() }, |need, stack| Self {
            connections,
            threads: need.threads + connections,
            threads_of_a_process: connections,
            stack_addresses: need.stack_addresses.max(stack * connections),
        })
    }

    /// What the system says of each of these.
    fn limits(self) -> Vec<Limit> {
        let descriptors = self.connections + OTHERS;
        let memory = self.connections * MEMORY_OF_A_CONNECTION + self.threads * MEMORY_OF_A_THREAD;
        let mut limits = vec![
            Limit {
                what: "descriptors in a process",
                needed: descriptors,
                allowed: process::raise_descriptor_limit(),
                raise: format!("raise it with `ulimit -n {descriptors}`, as root if need be"),
            },
            Limit {
                what: "bytes of memory",
                needed: memory,
                allowed: number_in("/proc/meminfo", "MemAvailable:").map_or(u64::MAX, |kib| kib * 1024),
                raise: "that is how much is free (MemAvailable in /proc/meminfo)".to_owned(),
            },
        ];
        if self.threads > 0 {
            limits.extend(self.limits_of_threads());
        }
        limits
    }

    fn limits_of_threads(self) -> Vec<Limit> {
        let running = threads_that_run();
        let threads =
            |allowed: u64, raise: String| Limit { what: "threads", needed: self.threads + OTHERS, allowed, raise };
        let system = |name: &str, of: &str| {
            let limit = first_number(of).unwrap_or(u64::MAX);
            let raise = format!("raise it with `sysctl -w {name}={}`", limit.max(running) + self.threads + OTHERS);
            threads(limit.saturating_sub(running), raise)
        };
        let resource = |resource| getrlimit(resource).current.unwrap_or(u64::MAX);
        let of_the_user = if geteuid().is_root() { u64::MAX } else { resource(Resource::Nproc) };
        let mappings = self.threads_of_a_process * MAPPINGS_OF_A_THREAD + OTHER_MAPPINGS;
        let mut limits = vec![
            system("kernel.threads-max", "/proc/sys/kernel/threads-max"),
            system("kernel.pid_max", "/proc/sys/kernel/pid_max"),
            threads(of_the_user, format!("raise it with `ulimit -u {}`", self.threads + OTHERS)),
            Limit {
                what: "mappings in a process",
                needed: mappings,
                allowed: first_number("/proc/sys/vm/max_map_count").unwrap_or(u64::MAX),
                raise: format!("raise it with `sysctl -w vm.max_map_count={mappings}`"),
            },
            Limit {
                what: "bytes of addresses in a process",
                needed: self.stack_addresses,
                allowed: resource(Resource::As),
                raise: "raise it with `ulimit -v unlimited`".to_owned(),
            },
        ];
        limits.extend(pids_groups().into_iter().filter_map(|folder| {
            let allowed = first_number(folder.join("pids.max"))?; // without a limit it says "max"
            let used = first_number(folder.join("pids.current")).unwrap_or_default();
            let raise = format!(
                "raise {} (a container has an option for it, systemd TasksMax=)",
                folder.join("pids.max").display()
            );
            Some(threads(allowed.saturating_sub(used), raise))
        }));
        if first_number("/proc/sys/vm/overcommit_memory") == Some(2) {
            let committed = |name| number_in("/proc/meminfo", name).map_or(u64::MAX, |kib| kib * 1024);
            limits.push(Limit {
                what: "bytes of addresses",
                needed: self.stack_addresses,
                allowed: committed("CommitLimit:").saturating_sub(committed("Committed_AS:")),
                raise: "let it promise more than it has with `sysctl -w vm.overcommit_memory=0`".to_owned(),
            });
        }
        limits
    }
}

impl Limit {
    fn explain(&self, scenario: Scenario, connections: u64) -> String {
        format!(
            "a limit of the system is in the way: {} connections ({}) need about {} {}, and there are {}. \
             Nothing was started. To go on, {}; or measure less, with --scenario or --only",
            grouped(connections),
            scenario.name,
            grouped(self.needed),
            self.what,
            grouped(self.allowed),
            self.raise
        )
    }
}

/// The number that a file of the kernel begins with, if it does.
fn first_number(file: impl AsRef<Path>) -> Option<u64> {
    fs::read_to_string(file).ok()?.split_whitespace().next()?.parse().ok()
}

/// The number after a name.
fn number_in(file: &str, name: &str) -> Option<u64> {
    let text = fs::read_to_string(file).ok()?;
    text.lines().find_map(|line| line.strip_prefix(name))?.split_whitespace().next()?.parse().ok()
}

/// All threads that there are now: what follows the slash in `0.20 0.18 0.12 1/80 11206`.
fn threads_that_run() -> u64 {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(['/', ' ']).nth(4).and_then(|number| number.parse().ok()).unwrap_or_default()
}

/// The folders of the control groups that may limit the number of threads: that of this process, and those above it.
fn pids_groups() -> Vec<PathBuf> {
    let groups = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let folders = groups.lines().filter_map(|line| {
        let (controllers, path) = line.split_once(':')?.1.split_once(':')?;
        let root = match controllers {
            "" => "/sys/fs/cgroup",
            _ if controllers.split(',').any(|name| name == "pids") => "/sys/fs/cgroup/pids",
            _ => return None,
        };
        Some(Path::new(root).join(path.trim_start_matches('/')))
    });
    folders
        .flat_map(|folder| {
            folder
                .ancestors()
                .take_while(|above| above.starts_with("/sys/fs/cgroup"))
                .map(Path::to_owned)
                .collect::<Vec<_>>()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1024 * 1024;

    fn server(hands: Hands) -> Own {
        Own { hands, ..Own::new("a", "a", "a") }
    }

    #[test]
    fn only_a_thread_for_each_client_needs_threads() {
        let need = Need::of(1_000, [Hands::Enough, Hands::Few(8)].map(server).into_iter());
        assert_eq!(need, Need { connections: 1_000, ..Need::default() });
        let threads = [Hands::ThreadEach { stack: 2 * MIB }, Hands::ThreadEach { stack: 8 * MIB }].map(server);
        let need = Need::of(1_000, threads.into_iter());
        assert_eq!((need.threads, need.threads_of_a_process), (2_000, 1_000), "side by side");
        assert_eq!(need.stack_addresses, 8_000 * MIB, "of the one that takes most");
    }

    #[test]
    fn this_system_is_asked_for_each_limit() {
        let need = Need { connections: 1, threads: 1, threads_of_a_process: 1, stack_addresses: MIB };
        let limits = need.limits();
        for known in
            ["kernel.threads-max", "kernel.pid_max", "vm.max_map_count", "ulimit -n", "ulimit -v", "MemAvailable"]
        {
            assert!(limits.iter().any(|limit| limit.raise.contains(known) && limit.allowed > 0), "{known}: {limits:?}");
        }
        assert!(threads_that_run() > 1, "there is this test, at least, and the program that has started it");
    }
}
