//! Exercise 2 of section 10.2: latency, from the moment when a request is due. Change `latencies`, then run
//! `cargo test -p runtimes-compare --test exercise_due -- --ignored`.

use std::time::Duration;

/// A request is due in each interval, the first one at the beginning. The server takes so long for each, and answers one after the
/// other. How long does each client wait?
fn latencies(_interval: Duration, service: &[Duration]) -> Vec<Duration> {
    service.to_vec() // counted from the moment when the server begins with it
}

#[test]
#[ignore = "exercise 10.2/2: it passes once `latencies` counts from the moment when a request is due"]
fn one_slow_answer_delays_those_after_it() {
    let milliseconds = |times: [u64; 6]| times.map(Duration::from_millis);
    let interval = Duration::from_millis(10);
    let seen = latencies(interval, &milliseconds([1, 35, 1, 1, 1, 1]));
    assert_eq!(seen, milliseconds([1, 35, 26, 17, 8, 1]), "the clients after the slow answer have waited, too");
}
