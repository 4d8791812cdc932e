//! Where a thread is at this moment: the stack of another thread, taken while it is blocked.
//!
//! A thread can walk only its own stack. So it gets a signal, and the handler of the signal walks the stack, wherever the thread happens
//! to be, and records the addresses. Another thread finds out later which lines of source code these are.

#![allow(unsafe_code, reason = "a handler of signals may do very little, and the compiler cannot check how little")]

use backtrace::SymbolName;
use nix::errno::Errno;
use nix::sys::pthread::{Pthread, pthread_kill, pthread_self};
use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, sigaction};
use std::ffi::c_int;
use std::fmt::{self, Display, Formatter};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// How deep a stack is looked at.
const DEPTH: usize = 64;
/// How long the thread may take to answer.
const PATIENCE: Duration = Duration::from_millis(100);
/// A signal that nothing else in this program uses.
const SIGNAL: Signal = Signal::SIGUSR2;

/// What the handler has found: addresses, and how many; `NOT_YET` until it has.
static FRAMES: [AtomicUsize; DEPTH] = [const { AtomicUsize::new(0) }; DEPTH];
static FOUND: AtomicUsize = AtomicUsize::new(NOT_YET);
const NOT_YET: usize = usize::MAX;

// ANCHOR: handler
/// Runs on the thread that got the signal, in the middle of whatever it does.
/// So it must not allocate memory or take a lock.
extern "C" fn record_stack(_: c_int) {
    let errno = Errno::last_raw(); // the thread may be about to look at it
    let mut depth = 0;
    let record = |frame: &backtrace::Frame| {
        FRAMES[depth].store(frame.ip().addr(), Ordering::Relaxed);
        depth += 1;
        depth < DEPTH
    };
    // SAFETY: one handler runs at a time: the next signal is sent only when this is answered,
    // or after a while.
    unsafe { backtrace::trace_unsynchronized(record) };
    FOUND.store(depth, Ordering::Release);
    Errno::set_raw(errno);
}
// ANCHOR_END: handler

/// A thread that can be asked where it is.
#[derive(Clone, Copy, Debug)]
pub struct Thread(Pthread);

impl Thread {
    /// The calling thread.
    pub fn current() -> Self {
        Self(pthread_self())
    }
}

/// From now on, threads can be asked where they are.
///
/// # Errors
///
/// If the system does not take the handler.
pub fn prepare() -> io::Result<()> {
    // Most system calls that the signal interrupts are begun again.
    let action = SigAction::new(SigHandler::Handler(record_stack), SaFlags::SA_RESTART, SigSet::empty());
    // SAFETY: the handler walks the stack and stores numbers; it allocates no memory and takes no lock.
    unsafe { sigaction(SIGNAL, &action)? };
    Ok(())
}

/// A call in a program's own code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// What was called: a function of a library, if the program's own code is not at the top.
    pub function: String,
    /// The file.
    pub file: PathBuf,
    /// The line.
    pub line: u32,
}

impl Display for Call {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}, in {}", self.file.display(), self.line, self.function)
    }
}

/// Reads the line numbers of the program. That takes a moment, and would be done at the first look at a stack otherwise.
pub fn read_line_numbers() {
    drop(backtrace::Backtrace::new());
}

/// The addresses of a stack, its top first.
#[derive(Clone, Debug)]
pub struct Stack(Vec<usize>);

// ANCHOR: of
impl Stack {
    /// That of another thread. `None` if it does not answer.
    pub fn of(thread: Thread) -> Option<Self> {
        static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
        let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        FOUND.store(NOT_YET, Ordering::Relaxed);
        pthread_kill(thread.0, SIGNAL).ok()?;
        let asked = Instant::now();
        while FOUND.load(Ordering::Acquire) == NOT_YET {
            if asked.elapsed() > PATIENCE {
                return None;
            }
            thread::sleep(Duration::from_micros(100));
        }
        let frames = &FRAMES[..FOUND.load(Ordering::Acquire)];
        Some(Self(frames.iter().map(|frame| frame.load(Ordering::Relaxed)).collect()))
    }

    /// The innermost call in the program's own code. `None` if the program has no line numbers.
    pub fn own_call(&self) -> Option<Call> {
        innermost_own(self.0.iter().flat_map(|address| symbols(*address)))
    }
}
// ANCHOR_END: of

/// The functions at an address: several, if one was compiled into the other.
fn symbols(address: usize) -> Vec<(String, Option<(PathBuf, u32)>)> {
    let mut found = Vec::new();
    backtrace::resolve(std::ptr::without_provenance_mut(address), |symbol| {
        let name = symbol.name().as_ref().map(without_hash).unwrap_or_default();
        found.push((name, symbol.filename().map(Path::to_owned).zip(symbol.lineno())));
    });
    found
}

fn without_hash(name: &SymbolName) -> String {
    format!("{name:#}")
}

/// Of a stack, from its top: the first function whose source is in this workspace (but for this file), and what it has called.
fn innermost_own(stack: impl Iterator<Item = (String, Option<(PathBuf, u32)>)>) -> Option<Call> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2)?;
    let mut called = None;
    for (name, place) in stack {
        if let Some((file, line)) = place
            && let Ok(file) = file.strip_prefix(workspace)
            && !file.ends_with(file!())
            && !file.starts_with("target")
        {
            return Some(Call { function: called.unwrap_or(name), file: file.to_owned(), line });
        }
        called = Some(name);
    }
    None
}
