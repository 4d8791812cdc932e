//! The parts: each does its one thing so many times, and says how long that took.

use rustix::param::page_size;
use rustix::process::getppid;
#[cfg(target_os = "linux")]
use rustix::thread::{CpuSet, sched_getcpu, sched_setaffinity};
use smol::future::yield_now;
use smol::io::{AsyncReadExt, AsyncWriteExt};
use smol::{Async, LocalExecutor};
use std::future::pending;
use std::hint::black_box;
use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::process::Command;
use std::sync::Mutex;
use std::time::{Duration, Instant};
use std::{fs, thread};

/// Does it so many times.
pub type Part = fn(u32) -> io::Result<Duration>;

/// Each with its name in the data, and its title.
pub const PARTS: [(&str, &str, Part); 9] = [
    ("lock", "a lock that no other thread wants", lock),
    ("wanted_lock", "a lock that another thread wants, too", wanted_lock),
    ("system_call", "a system call", system_call),
    ("task_switch", "from one task to the next", task_switch),
    ("task_switch_for_io", "from one task to the next, because of a socket", task_switch_for_io),
    ("thread_switch", "from one thread to the next", thread_switch),
    ("task", "a task, from its start to its end", task),
    ("thread", "a thread, from its start to its end", thread),
    ("process", "a process, from its start to its end", process),
];

fn lock(times: u32) -> io::Result<Duration> {
    let (mutex, begun) = (Mutex::new(0), Instant::now());
    add(&mutex, times);
    Ok(begun.elapsed())
}

/// Two threads share the work.
fn wanted_lock(times: u32) -> io::Result<Duration> {
    let (mutex, begun) = (Mutex::new(0), Instant::now());
    thread::scope(|scope| {
        scope.spawn(|| add(&mutex, times / 2));
        add(&mutex, times.div_ceil(2));
    });
    Ok(begun.elapsed())
}

fn add(mutex: &Mutex<u32>, times: u32) {
    for _ in 0..times {
        if let Ok(mut value) = black_box(mutex).lock() {
            *value = value.wrapping_add(1);
        }
    }
}

/// One that does as little as possible: it asks which process is the parent.
fn system_call(times: u32) -> io::Result<Duration> {
    let begun = Instant::now();
    for _ in 0..times {
        black_box(getppid());
    }
    Ok(begun.elapsed())
}

// ANCHOR: switches
/// Two tasks on one thread yield to each other. Neither waits for anything.
fn task_switch(times: u32) -> io::Result<Duration> {
    let executor = LocalExecutor::new();
    let tasks = [times / 2, times.div_ceil(2)].map(|turns| executor.spawn(yield_turns(turns)));
    let begun = Instant::now();
    smol::block_on(executor.run(async {
        for task in tasks {
            task.await;
        }
    }));
    Ok(begun.elapsed())
}

async fn yield_turns(turns: u32) {
    for _ in 0..turns {
        yield_now().await;
    }
}

/// Two tasks on one thread pass a byte to and fro: each time, one waits for its socket,
/// as the tasks of a server do.
fn task_switch_for_io(times: u32) -> io::Result<Duration> {
    let (mut asks, mut answers) = Async::<UnixStream>::pair()?;
    let turns = times.div_ceil(2);
    let executor = LocalExecutor::new();
    let other = executor.spawn(async move {
        for _ in 0..turns {
            answers.read_exact(&mut [0]).await?;
            answers.write_all(&[0]).await?;
        }
        io::Result::Ok(())
    });
    let begun = Instant::now();
    smol::block_on(executor.run(async {
        for _ in 0..turns {
            asks.write_all(&[0]).await?;
            asks.read_exact(&mut [0]).await?;
        }
        other.await
    }))?;
    Ok(begun.elapsed())
}

/// Two threads on one processor pass a byte to and fro: each time, one waits, and the other runs.
fn thread_switch(times: u32) -> io::Result<Duration> {
    let ((mut question, mut asks), (mut answer, mut answers)) = (io::pipe()?, io::pipe()?);
    let turns = times.div_ceil(2);
    let both = thread::Builder::new().spawn(move || {
        stay_on_one_processor()?; // the thread that this one starts stays there, too
        thread::Builder::new().spawn(move || {
            for _ in 0..turns {
                question.read_exact(&mut [0])?;
                answers.write_all(&[0])?;
            }
            io::Result::Ok(())
        })?;
        let begun = Instant::now();
        for _ in 0..turns {
            asks.write_all(&[0])?;
            answer.read_exact(&mut [0])?;
        }
        Ok(begun.elapsed())
    })?;
    both.join().unwrap_or_else(|_| Err(io::Error::other("a thread panicked")))
}
// ANCHOR_END: switches

#[cfg(target_os = "linux")]
fn stay_on_one_processor() -> io::Result<()> {
    let mut here = CpuSet::new();
    here.set(sched_getcpu());
    Ok(sched_setaffinity(None, &here)?)
}

/// Elsewhere, the two may have a processor each, and then it takes longer.
#[cfg(not(target_os = "linux"))]
fn stay_on_one_processor() -> io::Result<()> {
    Ok(())
}

// ANCHOR: starts
fn task(times: u32) -> io::Result<Duration> {
    let (executor, begun) = (LocalExecutor::new(), Instant::now());
    smol::block_on(executor.run(async {
        for _ in 0..times {
            executor.spawn(async {}).await;
        }
    }));
    Ok(begun.elapsed())
}

fn thread(times: u32) -> io::Result<Duration> {
    let begun = Instant::now();
    for _ in 0..times {
        let started = thread::Builder::new().spawn(|| {})?;
        started.join().map_err(|_| io::Error::other("a thread panicked"))?;
    }
    Ok(begun.elapsed())
}

fn process(times: u32) -> io::Result<Duration> {
    let begun = Instant::now();
    for _ in 0..times {
        Command::new("true").status()?;
    }
    Ok(begun.elapsed())
}
// ANCHOR_END: starts

/// How many bytes tokio needs for a task that waits and holds nothing.
pub fn memory_of_a_task() -> io::Result<f64> {
    const TASKS: u32 = 100_000;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let before = resident()?;
    (0..TASKS).for_each(|_| drop(runtime.spawn(pending::<()>())));
    Ok((resident()? - before) / f64::from(TASKS))
}

/// The memory that this process occupies, according to Linux.
fn resident() -> io::Result<f64> {
    let pages = fs::read_to_string("/proc/self/statm")?;
    let pages = pages.split_whitespace().nth(1).and_then(|pages| pages.parse::<f64>().ok());
    pages.map(|pages| pages * page_size() as f64).ok_or_else(|| io::Error::other("/proc/self/statm has no number"))
}
