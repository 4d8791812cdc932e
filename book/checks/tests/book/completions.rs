//! Section 3.6: what an echo costs on completions.

#![allow(clippy::unwrap_used)] // in helpers, too: a test says what went wrong by failing at that line

use crate::echo_costs::calls;
use book_checks::{has_tool, step};
use harness::has_io_uring;

/// One that hands over the send, and one that hands over the next receive and waits.
#[test]
fn an_echo_on_completions_takes_two_system_calls_at_most() {
    if !has_tool("strace") || !has_io_uring() {
        return;
    }
    let echoes = 200;
    let calls = calls(&step::program("03_06_completions").unwrap(), echoes);
    let entered = calls.get("io_uring_enter").copied().unwrap_or_default();
    assert!((echoes..2 * echoes + 20).contains(&entered), "{calls:?}");
    assert!(!calls.contains_key("recvfrom") && !calls.contains_key("sendto"), "{calls:?}");
}
