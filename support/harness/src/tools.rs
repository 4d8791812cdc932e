//! What a machine has, and how quick it is.

use crate::{Result, system};
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::Duration;
use std::{env, fs};

/// Checks something that has to happen within a time that the server counts: a nap, or its patience. A busy machine may be too slow for it,
/// so it is tried again with five times as much time. A server with a fault fails with both.
///
/// # Errors
///
/// What is wrong even if there is time enough.
pub fn with_time_enough(time: Duration, check: impl Fn(Duration) -> Result) -> Result {
    check(time).or_else(|_| check(5 * time))
}

/// Whether a program that a check needs is here. If not, the check is skipped, and a line says so once for all tests that cargo runs, unless
/// a variable like `REQUIRE_CHROMIUM` says that it must not be.
///
/// # Panics
///
/// If the program is missing and required.
pub fn has_tool(name: &str) -> bool {
    let found =
        env::var_os("PATH").is_some_and(|path| env::split_paths(&path).any(|folder| folder.join(name).is_file()));
    let variable = format!("REQUIRE_{}", name.to_uppercase().replace('-', "_"));
    assert!(found || env::var_os(&variable).is_none(), "{variable} is set, and {name} is not installed");
    if !found {
        say_once(name, &format!("NOT CHECKED: {}, because {name} is not installed", use_of(name)));
    }
    found
}

/// What the tests use a program for.
fn use_of(tool: &str) -> &'static str {
    match tool {
        "chromium" | "firefox" => "the pages and the recordings in this browser",
        "git" => "the patches of experiments and exercises",
        "haproxy" | "nginx" | "redis-server" => {
            "many machines (step 11.3) with this program, and sessions that type its name"
        }
        "node" | "python3" | "redis-benchmark" => "the key-value store (step 7.2) with clients that others wrote",
        "setpriv" | "taskset" => "what happens on fewer processors, or with lower limits",
        "strace" | "valgrind" => "what was counted: system calls, or instructions",
        _ => "the console sessions that type its name",
    }
}

/// Says aloud, once for all tests that cargo runs, what is not checked here, and why.
pub fn not_checked(what: &str) {
    say_once(what, &format!("NOT CHECKED: {what}"));
}

/// What the tests say that need `io_uring` where it is not allowed.
pub const NO_IO_URING: &str = "NOT CHECKED: this system does not allow io_uring, or too little memory for it (ulimit -l), so the tests that need it did nothing";

/// Whether this system lets a program use `io_uring`: many containers do not, and an ordinary user may lock little memory. If not, the tests that need it are skipped, and a line says so
/// once, unless the variable `REQUIRE_IO_URING` says that they must not be.
///
/// # Panics
///
/// If it is not allowed and required.
pub fn has_io_uring() -> bool {
    static IS_ALLOWED: LazyLock<bool> = LazyLock::new(can_have_rings);
    let is_allowed = *IS_ALLOWED;
    assert!(is_allowed || env::var_os("REQUIRE_IO_URING").is_none(), "REQUIRE_IO_URING is set, and it is not allowed");
    if !is_allowed {
        say_once("io_uring", NO_IO_URING);
    }
    is_allowed
}

/// Whether there can be as many rings at a time as the tests of a server start servers, each as large as that of step 3.6.
#[cfg(target_os = "linux")]
fn can_have_rings() -> bool {
    let ring = |_| io_uring::IoUring::builder().setup_cqsize(16_384).build(1_024);
    (0..48).map(ring).collect::<io::Result<Vec<io_uring::IoUring>>>().is_ok()
}

#[cfg(not(target_os = "linux"))]
fn can_have_rings() -> bool {
    false
}

/// Whether a process may open this many descriptors. If not, a check with a crowd is skipped, and a line names the limit once.
pub fn has_descriptors(wanted: u64) -> bool {
    let limit = system::descriptor_limit().unwrap_or(wanted);
    if limit < wanted {
        say_once(
            "descriptors",
            &format!(
                "NOT CHECKED: the hard limit of {limit} descriptors (ulimit -Hn) leaves no room for a crowd of clients"
            ),
        );
    }
    limit >= wanted
}

/// Writes a line to the terminal, if no test has done so since cargo was started. (What a test prints with `eprintln!` is not shown
/// if it passes.)
pub(crate) fn say_once(topic: &str, line: &str) {
    let run = parent().to_string();
    let Some(file) = note_of(topic) else { return };
    if fs::read_to_string(&file).is_ok_and(|told| told == run) {
        return;
    }
    let written = file.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&file, run));
    if written.is_ok() {
        let _ = writeln!(io::stderr(), "{line}");
    }
}

/// Where it is noted which run of cargo has been told: beside the test's own program.
fn note_of(topic: &str) -> Option<PathBuf> {
    let topic: String = topic.chars().map(|letter| if letter.is_alphanumeric() { letter } else { '_' }).collect();
    Some(env::current_exe().ok()?.parent()?.parent()?.join("not_checked").join(topic))
}

#[cfg(unix)]
fn parent() -> u32 {
    std::os::unix::process::parent_id()
}

#[cfg(not(unix))]
fn parent() -> u32 {
    0
}
