//! Section 3.5: what a wake-up costs.

use book_checks::measured::wake_up::{CALLS, IDLE, WakeUp, WakeUps};
use book_checks::{Result, patch, step};
use harness::{Program, Protocol, has_descriptors};
use std::thread;
use std::time::Duration;

/// From ten idle clients to ten thousand, or to a thousand where there is no room for more.
#[test]
fn a_wake_up_costs_more_with_each_idle_client_but_not_with_epoll() -> Result {
    let committed = WakeUps::committed()?;
    let growth = |call| committed.growth(call).unwrap_or_default();
    assert!(growth("select") > 2.0 && growth("poll") > 10.0, "{} and {}", growth("select"), growth("poll"));
    assert!(growth("epoll") <= 1.1, "{}", growth("epoll"));
    Ok(())
}

/// The order holds in each round: what a busy machine adds, it adds to all.
#[test]
fn beside_ten_thousand_idle_clients_poll_costs_many_times_as_much_as_epoll() -> Result {
    let committed = WakeUps::committed()?;
    let range = |call| committed.range(call, IDLE[2], |round| round.cpu).unwrap_or_default();
    assert!(range("poll")[0] > range("epoll")[2] * 200.0, "{:?} and {:?}", range("poll"), range("epoll"));
    assert!(committed.range("select", IDLE[2], |round| round.cpu).is_none());
    Ok(())
}

/// The same on this machine now, with fewer clients, and without an optimizing compiler.
#[cfg(target_os = "linux")]
#[test]
fn a_wake_up_still_costs_what_it_did() -> Result {
    if !has_descriptors(4_000) {
        return Ok(());
    }
    let server = step::program("03_05_select_poll_epoll")?.speaking(Protocol::Echo);
    let growth = |call| -> Result<f64> {
        let [few, many] = [10, 1_000].map(|idle| WakeUp::observe(&server, call, idle, 300));
        Ok(many?.cpu / few?.cpu)
    };
    for attempt in 1.. {
        let grown = CALLS.map(growth).into_iter().collect::<Result<Vec<f64>>>()?;
        if grown[0] > 2.0 && grown[1] > 2.0 && grown[2] < 1.5 {
            break;
        }
        assert!(
            attempt < 4,
            "with {CALLS:?}, a thousand idle clients make a wake-up {grown:?} times as expensive as ten"
        );
    }
    Ok(())
}

/// What arrives during a delay is reported at each call, and the client does not take it.
#[cfg(target_os = "linux")]
#[test]
fn a_client_that_is_watched_during_its_delay_keeps_the_server_busy() -> Result {
    let is_busy = |program: Program| -> Result<bool> {
        let server = program.speaking(Protocol::Echo).delay(Duration::from_secs(5)).start()?;
        let mut client = server.client()?;
        client.send("hello\n")?;
        client.finish_sending()?;
        thread::sleep(Duration::from_millis(300)); // the line was read, and the end is there
        let looks = (0..20).filter(|_| {
            thread::sleep(Duration::from_millis(2));
            server.is_busy() == Some(true)
        });
        Ok(looks.count() > 10)
    };
    let step = "03_05_select_poll_epoll";
    assert!(!is_busy(step::program(step)?)?);
    assert!(is_busy(patch::program(&format!("{step}+watched_during_delay"))?)?);
    Ok(())
}
