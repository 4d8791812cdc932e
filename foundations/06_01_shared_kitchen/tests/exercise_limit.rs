//! Exercise 2 of section 6.1: wait for something, but no longer than this.
//!
//! Check: `cargo test -p shared_kitchen --test exercise_limit -- --ignored`

#[allow(dead_code)] // this needs only a part of it
#[path = "../src/clock.rs"]
mod clock;
#[allow(dead_code)]
#[path = "../src/executor.rs"]
mod executor;

use clock::{Clock, Pace};
use executor::Executor;
use std::rc::Rc;
use std::time::Duration;
use tokio::sync::Mutex;

/// The value of a future, if it is ready within this time.
async fn limit<T>(_clock: &Clock, _time: Duration, future: impl Future<Output = T>) -> Option<T> {
    Some(future.await) // however long it takes
}

/// Fills a cup in ten seconds, and returns when it was ready; or leaves after waiting for three seconds.
async fn customer(clock: Rc<Clock>, soda_machine: Rc<Mutex<()>>) -> Option<Duration> {
    let _turn = limit(&clock, Duration::from_secs(3), soda_machine.lock()).await?;
    clock.sleep(Duration::from_secs(10)).await;
    Some(clock.now())
}

/// Two customers come, and after eight seconds a third. When does each of them have a soda?
fn run() -> Option<Vec<Option<Duration>>> {
    let (clock, executor) = (Rc::new(Clock::new(Pace::Virtual)), Executor::default());
    let soda_machine = Rc::new(Mutex::new(()));
    let comes = || executor.spawn(customer(Rc::clone(&clock), Rc::clone(&soda_machine)));
    executor.run(&clock, async {
        let mut customers = vec![comes(), comes()];
        clock.sleep(Duration::from_secs(8)).await;
        customers.push(comes());
        let mut times = Vec::new();
        for customer in customers {
            times.push(customer.await);
        }
        times
    })
}

#[test]
#[ignore = "exercise 6.1/2: it passes once you have changed `limit`"]
fn a_customer_who_has_left_is_no_longer_in_the_queue() {
    let [first, third] = [10, 20].map(|seconds| Some(Duration::from_secs(seconds)));
    assert_eq!(run(), Some(vec![first, None, third]), "the second waits for too long");
}
