//! Measures again what chapters 3 and 5 show of the cost of an echo. Needs Linux, `strace`, `valgrind`, a machine that has nothing else to
//! do, and about five minutes.
//!
//! Run: `cargo run --bin measure_echo`, then `UPDATE_BOOK=1 cargo test -p book-checks` to rewrite the tables.
//! Options after `--` are handed on to `echo-compare`: `-- --rounds 1 --duration 0.2`.

use book_checks::ideas::UNWATCHED;
use book_checks::side_by_side::{build, compare};
use book_checks::{Result, patch};
use echo_compare::{COMPARISON, FEW_CLIENTS};

fn main() -> Result {
    build(&COMPARISON)?;
    patch::cargo(&["build", "--release", "--quiet", "--offline", "-p", &patch::binary(&UNWATCHED[6..])])?;
    let timed = ["--rounds", "7", "--duration", "1"];
    compare("echo-compare", "echo", &timed)?;
    compare("echo-compare", "echo_counts", &["--count", "--rounds", "1"])?;
    let unwatched = format!("{}=target/release/{} {{addr}} --delay 0s", "unwatched", patch::binary(UNWATCHED));
    let few = ["--scenario", FEW_CLIENTS.name, "--only", "loop", "--only", "executors", "--server", &unwatched];
    compare("echo-compare", "echo_few", &[&timed[..], &few].concat())
}
