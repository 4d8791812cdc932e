//! `completions_compare`: what an echo costs on `epoll` and on `io_uring`, with one client and with a thousand.
//!
//! Run: `cargo run --release -p echo-compare --bin completions_compare`, or with `-- --quick` for a first impression.
//! Try: `-- --count` counts system calls and instructions.
//! You should see: a table with a column per server, and where the report is.

use std::process::ExitCode;

fn main() -> ExitCode {
    echo_compare::COMPLETIONS.main()
}
