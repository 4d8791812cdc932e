//! What the kernel reports of processes, and what a program can ask it for: CPU time, memory, cores, descriptors.

use nix::time::{clock_getcpuclockid, clock_gettime};
use nix::unistd::Pid;
use procfs::process::{Process, all_processes};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
use rustix::time::ClockId;
use std::io::{self, Error};
use std::time::Duration;

/// The CPU time of processes, user and system, in nanoseconds, of all their threads, those included that have ended.
pub fn cpu_time(processes: &[i32]) -> io::Result<Duration> {
    processes.iter().try_fold(Duration::ZERO, |sum, &process| {
        let clock = clock_getcpuclockid(Pid::from_raw(process))?;
        Ok(sum + Duration::from(clock_gettime(clock)?))
    })
}

/// The CPU time of processes in ticks of the kernel's clock, as far as it has shared it out: so coarse that it tells shares, not times.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ticks {
    /// In the programs themselves.
    user: u64,
    /// In the kernel, on their behalf.
    kernel: u64,
}

impl Ticks {
    /// What processes have used up to now.
    pub fn of(processes: &[i32]) -> io::Result<Self> {
        processes.iter().try_fold(Self::default(), |sum, &process| {
            let stat = Process::new(process).and_then(|process| process.stat()).map_err(Error::other)?;
            Ok(Self { user: sum.user + stat.utime, kernel: sum.kernel + stat.stime })
        })
    }

    /// The kernel's share of the time since then; `None` if there were too few ticks to tell.
    pub fn kernel_share_since(self, before: Self) -> Option<f64> {
        const ENOUGH: u64 = 20;
        let [user, kernel] = [self.user.saturating_sub(before.user), self.kernel.saturating_sub(before.kernel)];
        (user + kernel >= ENOUGH).then(|| kernel as f64 / (user + kernel) as f64)
    }
}

/// The CPU time of this process.
pub fn own_cpu_time() -> Duration {
    Duration::try_from(rustix::time::clock_gettime(ClockId::ProcessCPUTime)).unwrap_or_default()
}

/// The bytes of memory that processes occupy ("resident set").
///
/// The exact sum over their mappings: the cheaper counters of `/proc/PID/statm` lag behind by up to 64 pages a thread.
pub fn resident_bytes(processes: &[i32]) -> io::Result<u64> {
    processes.iter().try_fold(0, |sum, &process| {
        let mappings = Process::new(process).and_then(|process| process.smaps_rollup()).map_err(Error::other)?;
        let rss = |map: &procfs::process::MemoryMap| map.extension.map.get("Rss").copied().unwrap_or_default();
        Ok(sum + mappings.memory_map_rollup.iter().map(rss).sum::<u64>())
    })
}

/// How much of the system processes take up.
#[derive(Clone, Copy, Debug, Default)]
pub struct Extent {
    /// The addresses that they have reserved, whether or not there is memory behind them.
    pub virtual_bytes: u64,
    /// What the kernel needs to know which memory is behind which of them.
    pub page_table_bytes: u64,
    /// Their threads.
    pub threads: i64,
}

/// How much of the system processes take up.
pub fn extent(processes: &[i32]) -> io::Result<Extent> {
    processes.iter().try_fold(Extent::default(), |sum, &process| {
        let process = Process::new(process).map_err(Error::other)?;
        let (stat, status) = (process.stat().map_err(Error::other)?, process.status().map_err(Error::other)?);
        Ok(Extent {
            virtual_bytes: sum.virtual_bytes + stat.vsize,
            page_table_bytes: sum.page_table_bytes + status.vmpte.unwrap_or_default() * 1024,
            threads: sum.threads + stat.num_threads,
        })
    })
}

/// The processes of a server: those of its group, and all that these have started, in whatever group.
pub fn members(group: i32) -> Vec<i32> {
    let Ok(processes) = all_processes() else { return vec![group] };
    let stats = processes.flatten().filter_map(|process| process.stat().ok());
    let stats: Vec<_> = stats.filter(|stat| stat.state != 'Z').collect();
    let mut members = Vec::new();
    loop {
        let before = members.len();
        for stat in &stats {
            if !members.contains(&stat.pid) && (stat.pgrp == group || members.contains(&stat.ppid)) {
                members.push(stat.pid);
            }
        }
        if members.len() == before {
            return members;
        }
    }
}

/// The cores that this thread may run on.
pub fn cores() -> Vec<usize> {
    let Ok(set) = sched_getaffinity(None) else { return Vec::new() };
    (0..CpuSet::MAX_CPU).filter(|&core| set.is_set(core)).collect()
}

/// Lets this thread, and what it starts from now on, run on these cores only; no cores mean no change.
pub fn run_on(cores: &[usize]) -> io::Result<()> {
    if cores.is_empty() {
        return Ok(());
    }
    let mut set = CpuSet::new();
    cores.iter().for_each(|&core| set.set(core));
    Ok(sched_setaffinity(None, &set)?)
}

/// Raises the limit on open descriptors as far as it goes, for this process and what it starts, and tells what it is now.
pub fn raise_descriptor_limit() -> u64 {
    const ENOUGH: u64 = 65_536;
    let limit = getrlimit(Resource::Nofile);
    let now = limit.current.unwrap_or(u64::MAX);
    let possible = [limit.maximum.map_or(ENOUGH, |maximum| maximum.max(ENOUGH)), limit.maximum.unwrap_or(ENOUGH)];
    for wanted in possible.into_iter().filter(|&wanted| wanted > now) {
        let maximum = limit.maximum.map(|maximum| maximum.max(wanted)); // above the old maximum only root may go
        if setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum }).is_ok() {
            return wanted;
        }
    }
    now
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_of_the_kernel_is_told_if_there_are_ticks_enough() {
        let before = Ticks { user: 100, kernel: 1_000 };
        let after = |user: u64, kernel: u64| Ticks { user: 100 + user, kernel: 1_000 + kernel };
        assert_eq!(after(10, 30).kernel_share_since(before), Some(0.75));
        assert_eq!(after(3, 9).kernel_share_since(before), None);
        assert_eq!(before.kernel_share_since(before), None);
    }
}
