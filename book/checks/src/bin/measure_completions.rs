//! Measures again what section 3.6 shows of completions and readiness. Needs Linux, `io_uring`, `strace`, `valgrind`, a machine that has nothing
//! else to do, and a minute.
//!
//! Run: `cargo run --bin measure_completions`, then `UPDATE_BOOK=1 cargo test -p book-checks` to rewrite the table.
//! Options after `--` are handed on to `completions_compare`: `-- --rounds 1 --duration 0.2`.

use book_checks::{Result, side_by_side};
use echo_compare::COMPLETIONS;

fn main() -> Result {
    side_by_side::build(&COMPLETIONS)?;
    side_by_side::compare("completions_compare", "completions", &["--rounds", "7", "--duration", "1"])?;
    side_by_side::compare("completions_compare", "completions_counts", &["--count", "--rounds", "1"])
}
