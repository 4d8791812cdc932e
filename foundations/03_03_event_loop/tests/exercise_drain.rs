//! Exercise 2 of section 3.3: the naive loop, without forgetting anything. Change `examples/naive.rs`, then run
//! `cargo test -p event_loop --test exercise_drain -- --ignored`.

use harness::{Program, Protocol, Result, suite};

#[test]
#[ignore = "exercise 3.3/2: it passes once the naive loop reads and accepts until `WouldBlock`"]
fn the_naive_loop_takes_all_there_is() -> Result {
    let naive = Program::example("03_03_naive")?.speaking(Protocol::Echo);
    let server = naive.start()?;
    let mut client = server.client()?;
    client.send([b'a'; 3000])?;
    client.bytes(3000)?;
    (0..10).try_for_each(|_| suite::only("the_last_to_connect_can_be_the_first_to_be_answered", &naive))
}
