//! The naive server of section 2.3: it has the idea of the step, and the fault that the page names.

use harness::{Program, Protocol, Result, suite};

fn naive() -> Result<Program> {
    Ok(Program::example("02_03_naive")?.speaking(Protocol::Echo))
}

#[test]
fn the_naive_pool_serves_one_client_at_a_time() -> Result {
    suite::only("lines_come_back_in_their_order", &naive()?)?;
    suite::only("the_second_client_waits_for_the_first", &naive()?)
}
