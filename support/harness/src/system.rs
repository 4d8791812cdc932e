//! What only the operating system knows of a server, and what only it can do to one.
//!
//! The measurements are those of Linux, most of them from `/proc`, so they exist on Linux only; elsewhere they are `None`.

#[cfg(target_os = "linux")]
use socket2::{Domain, Protocol, Socket, Type};
use std::collections::BTreeMap;
#[cfg(target_os = "linux")]
use std::io::Read;
use std::net::SocketAddr;
use std::sync::Once;
use std::time::Duration;
use std::{fs, process};

/// The code with which shells report that Ctrl-C ended a program.
const ENDED_BY_CTRL_C: i32 = 130;

/// A process that ignores Ctrl-C makes the programs it starts ignore it too, and the background jobs of a script do so. A process
/// that handles it does not. So this process handles it, and ends.
pub(crate) fn stop_ignoring_ctrl_c() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| drop(ctrlc::set_handler(|| process::exit(ENDED_BY_CTRL_C)))); // it fails if there is a handler
}

/// A process, the processes that it has started, and so on. A server may consist of several.
pub(crate) fn family(process: u32) -> Vec<u32> {
    let mut family = vec![process];
    let mut next = 0;
    while let Some(parent) = family.get(next) {
        let threads = fs::read_dir(format!("/proc/{parent}/task")).into_iter().flatten().flatten();
        let children = threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
        let children: Vec<u32> = children.flat_map(|text| numbers(&text)).collect();
        family.extend(children);
        next += 1;
    }
    family
}

fn numbers(text: &str) -> Vec<u32> {
    text.split_whitespace().filter_map(|number| number.parse().ok()).collect()
}

/// The processor time a family of processes has used so far, in user and kernel mode together.
pub(crate) fn cpu_time(process: u32) -> Option<Duration> {
    cpu_time_of(process)?;
    Some(family(process).into_iter().filter_map(cpu_time_of).sum())
}

/// The time on the clock that counts the processor time of one process, in nanoseconds.
#[cfg(target_os = "linux")]
fn cpu_time_of(process: u32) -> Option<Duration> {
    use nix::time::{clock_getcpuclockid, clock_gettime};
    let clock = clock_getcpuclockid(nix::unistd::Pid::from_raw(process.try_into().ok()?)).ok()?;
    Some(clock_gettime(clock).ok()?.into())
}

#[cfg(not(target_os = "linux"))]
fn cpu_time_of(_: u32) -> Option<Duration> {
    None
}

/// Whether a thread of a family of processes computes at this moment, or waits for a processor to compute on.
pub(crate) fn is_busy(process: u32) -> Option<bool> {
    fs::read_dir(format!("/proc/{process}/task")).ok()?;
    let threads = |process| fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    let threads = family(process).into_iter().flat_map(threads);
    let mut stats = threads.filter_map(|thread| fs::read_to_string(thread.path().join("stat")).ok());
    Some(stats.any(|stat| stat.rsplit_once(')').is_some_and(|(_, state)| state.starts_with(" R"))))
}

/// Whether a signal has stopped this process, as Ctrl-Z does. (`None` if the system does not tell.)
pub(crate) fn is_stopped(process: u32) -> Option<bool> {
    Some(state(process)? == 'T')
}

/// Whether this process is no more, or no more than a number that its parent has not asked after.
pub(crate) fn is_gone(process: u32) -> bool {
    state(process).is_none_or(|state| state == 'Z')
}

fn state(process: u32) -> Option<char> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    stat.rsplit_once(") ")?.1.chars().next()
}

/// How many threads a family of processes has.
pub(crate) fn threads(process: u32) -> Option<usize> {
    field_of_stat(process, 20)?;
    let threads: u64 = family(process).into_iter().filter_map(|process| field_of_stat(process, 20)).sum();
    threads.try_into().ok()
}

/// The names of a process's threads, by their numbers.
pub(crate) fn thread_names(process: u32) -> Option<BTreeMap<u32, String>> {
    let threads = fs::read_dir(format!("/proc/{process}/task")).ok()?.flatten();
    let names = threads.filter_map(|thread| {
        let name = fs::read_to_string(thread.path().join("comm")).ok()?; // or else it has just ended
        Some((thread.file_name().to_str()?.parse().ok()?, name.trim().to_owned()))
    });
    Some(names.collect())
}

/// The memory of a family of processes that is in RAM at present, in bytes. (The one in `status` is not exact: proc(5).)
pub(crate) fn resident_memory(process: u32) -> Option<u64> {
    memory(process, "smaps_rollup", "Rss:")
}

/// The memory that a family of processes may use without asking again, in bytes, whether or not it is in RAM.
pub(crate) fn virtual_memory(process: u32) -> Option<u64> {
    memory(process, "status", "VmSize:")
}

fn memory(process: u32, file: &str, kind: &str) -> Option<u64> {
    let memory_of = |process| {
        let report = fs::read_to_string(format!("/proc/{process}/{file}")).ok()?;
        let kilobytes = report.lines().find_map(|line| line.strip_prefix(kind))?;
        Some(kilobytes.trim().strip_suffix(" kB")?.parse::<u64>().ok()? * 1024)
    };
    memory_of(process)?;
    Some(family(process).into_iter().filter_map(memory_of).sum())
}

/// How many file descriptors a family of processes has open.
pub(crate) fn descriptors(process: u32) -> Option<usize> {
    let descriptors = |process| Some(fs::read_dir(format!("/proc/{process}/fd")).ok()?.count());
    descriptors(process)?;
    Some(family(process).into_iter().filter_map(descriptors).sum())
}

/// How many bytes wait to be read at this end of a TCP connection of IPv4.
///
/// The kernel is asked for this one connection, as sock_diag(7) says. (To print the list in `/proc/net/tcp`, it looks
/// through all its tables, for milliseconds.)
#[cfg(target_os = "linux")]
pub(crate) fn unread(here: SocketAddr, there: SocketAddr) -> Option<u64> {
    const NETLINK: i32 = 16;
    const NETLINK_SOCK_DIAG: i32 = 4;
    const SOCK_DIAG_BY_FAMILY: u16 = 20;
    const NLM_F_REQUEST: u16 = 1;
    const AF_INET: u8 = 2;
    const IPPROTO_TCP: u8 = 6;

    let (SocketAddr::V4(here), SocketAddr::V4(there)) = (here, there) else { return None };
    let mut question = [0; 16 + 56]; // an `nlmsghdr` and an `inet_diag_req_v2`: what is not written remains 0
    let mut write = |at: usize, bytes: &[u8]| question[at..at + bytes.len()].copy_from_slice(bytes);
    write(0, &72_u32.to_ne_bytes()); // its length
    write(4, &SOCK_DIAG_BY_FAMILY.to_ne_bytes());
    write(6, &NLM_F_REQUEST.to_ne_bytes());
    write(16, &[AF_INET, IPPROTO_TCP]);
    write(20, &u32::MAX.to_ne_bytes()); // in whatever state
    write(24, &here.port().to_be_bytes());
    write(26, &there.port().to_be_bytes());
    write(28, &here.ip().octets());
    write(44, &there.ip().octets());
    write(64, &[u8::MAX; 8]); // whatever its cookie
    let mut kernel = Socket::new(Domain::from(NETLINK), Type::DGRAM, Some(Protocol::from(NETLINK_SOCK_DIAG))).ok()?;
    kernel.send(&question).ok()?;
    let mut answer = [0; 1024]; // an `nlmsghdr`, an `inet_diag_msg`, and what was not asked for
    let length = kernel.read(&mut answer).ok()?;
    let is_connection = answer[4..6] == SOCK_DIAG_BY_FAMILY.to_ne_bytes() && length >= 76; // or else there is none
    let unread = u32::from_ne_bytes(answer[72..76].try_into().ok()?); // `idiag_rqueue`
    is_connection.then(|| unread.into())
}

/// Only Linux is asked.
#[cfg(not(target_os = "linux"))]
pub(crate) fn unread(_: SocketAddr, _: SocketAddr) -> Option<u64> {
    None
}

/// A number out of `/proc/PID/stat`, by its position in proc(5), which counts from 1.
fn field_of_stat(process: u32, position: usize) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, after_name) = stat.rsplit_once(')')?; // the second field, the name, may hold anything
    after_name.split_whitespace().nth(position - 3)?.parse().ok()
}

#[cfg(unix)]
pub(crate) use unix::*;

#[cfg(not(unix))]
pub(crate) use others::*;

#[cfg(not(unix))]
mod others {
    use crate::{Failure, Result};

    pub(crate) fn interrupt(process: u32) -> Result {
        no_signals(process)
    }

    pub(crate) fn terminate(process: u32) -> Result {
        no_signals(process)
    }

    pub(crate) fn kill(process: u32) -> Result {
        no_signals(process)
    }

    pub(crate) fn suspend(process: u32) -> Result {
        no_signals(process)
    }

    pub(crate) fn resume(process: u32) -> Result {
        no_signals(process)
    }

    fn no_signals(process: u32) -> Result {
        Err(Failure::new(format!("only Unix can send a signal to {process}")))
    }

    pub(crate) fn raise_own_descriptor_limit() {}

    pub(crate) fn descriptor_limit() -> Option<u64> {
        None
    }
}

#[cfg(unix)]
mod unix {
    use crate::{Failure, Result};
    use rustix::process::{Pid, Resource, Rlimit, Signal, getrlimit, kill_process, setrlimit};

    /// Asks a process to stop, as Ctrl-C does.
    pub(crate) fn interrupt(process: u32) -> Result {
        signal(process, Signal::INT)
    }

    /// Asks a process to stop, as a service manager does.
    pub(crate) fn terminate(process: u32) -> Result {
        signal(process, Signal::TERM)
    }

    /// Ends a process that is not asked.
    pub(crate) fn kill(process: u32) -> Result {
        signal(process, Signal::KILL)
    }

    /// Stops a family of processes, as Ctrl-Z does.
    pub(crate) fn suspend(process: u32) -> Result {
        super::family(process).into_iter().try_for_each(|process| signal(process, Signal::STOP))
    }

    /// Lets a family of processes go on, as the shell's `fg` does.
    pub(crate) fn resume(process: u32) -> Result {
        super::family(process).into_iter().try_for_each(|process| signal(process, Signal::CONT))
    }

    fn signal(process: u32, signal: Signal) -> Result {
        kill_process(pid(process)?, signal).map_err(|error| Failure::new(format!("cannot signal {process}: {error}")))
    }

    /// Lets this process, and those it starts, open as many descriptors as it may: each client here takes one.
    pub(crate) fn raise_own_descriptor_limit() {
        let limit = getrlimit(Resource::Nofile);
        let wanted = limit.maximum.map_or(20_000, |maximum| maximum.min(20_000));
        if limit.current.is_some_and(|current| current < wanted) {
            let _ = setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), ..limit });
        }
    }

    /// The limit of descriptors that this process cannot exceed.
    pub(crate) fn descriptor_limit() -> Option<u64> {
        getrlimit(Resource::Nofile).maximum
    }

    /// Sets how many descriptors each of a running family of processes may have.
    #[cfg(target_os = "linux")]
    pub(crate) fn limit_descriptors(process: u32, limit: u64) -> Result {
        super::family(process).into_iter().try_for_each(|process| limit_descriptors_of(process, limit))
    }

    #[cfg(target_os = "linux")]
    fn limit_descriptors_of(process: u32, limit: u64) -> Result {
        let limit = Rlimit { current: Some(limit), maximum: getrlimit(Resource::Nofile).maximum };
        match rustix::process::prlimit(Some(pid(process)?), Resource::Nofile, limit) {
            Ok(_) => Ok(()),
            Err(error) => Err(Failure::new(format!("cannot limit the descriptors of {process}: {error}"))),
        }
    }

    fn pid(process: u32) -> Result<Pid> {
        let pid = i32::try_from(process).ok().and_then(Pid::from_raw);
        pid.ok_or_else(|| Failure::new(format!("{process} is not the number of a process")))
    }
}
