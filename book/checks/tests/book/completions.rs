//! Section 3.6: what an echo costs on completions.

#![allow(clippy::unwrap_used)] // in helpers, too: a test says what went wrong by failing at that line

use crate::echo_costs::calls;
use book_checks::report::Report;
use book_checks::{assert_none, has_tool, step};
use echo_compare::{ONE_CLIENT, THOUSAND_CLIENTS};
use harness::has_io_uring;
use measure::figure::Measure;

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

#[test]
fn what_completions_cost_was_measured_without_a_failure() {
    for name in ["completions", "completions_counts"] {
        assert_none(Report::committed(name).unwrap().failures());
    }
}

/// One call hands over the sends of many clients, and returns with what has arrived from many.
#[test]
fn with_a_thousand_clients_an_echo_on_completions_takes_less_than_one_call_and_on_readiness_two() {
    let counts = Report::committed("completions_counts").unwrap();
    let calls = |scenario, server| counts.median((Measure::SystemCallsPerRequest, scenario), server).unwrap();
    assert!(calls(THOUSAND_CLIENTS, "ring") < 1.0 && calls(ONE_CLIENT, "ring") < 2.1);
    for server in ["loop", "loops"] {
        assert!(calls(THOUSAND_CLIENTS, server) > 1.9, "{server}");
    }
}

/// In every round, that is: fewer calls do not make it cheaper.
#[test]
fn completions_do_not_save_processor_time_here() {
    let costs = Report::committed("completions").unwrap();
    for scenario in [ONE_CLIENT, THOUSAND_CLIENTS] {
        let [_, ratio, _] = costs.ratio((Measure::CpuPerRequest, scenario), "ring", "loop").unwrap();
        assert!(ratio > 0.95, "{ratio}");
    }
}
