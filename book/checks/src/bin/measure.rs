//! Measures again what the book shows as measured. Needs Linux and `strace`, and takes half a minute.
//!
//! Run: `cargo run -p book-checks --bin measure`, then `UPDATE_BOOK=1 cargo test -p book-checks` to redraw the figures.

use book_checks::Result;
use book_checks::measured::blocked::Blocked;
use book_checks::measured::forgotten_await::Endings;
use book_checks::measured::threads::Threads;
use book_checks::measured::trace::{TRACES, Trace};

fn main() -> Result {
    for (step, scene) in TRACES {
        Trace::measure(step, scene)?;
    }
    Endings::measure()?;
    Blocked::measure()?;
    for step in ["09_04_concurrent_server", "09_05_parallel_server"] {
        Threads::measure(step)?;
    }
    Ok(())
}
