//! The gateway of step 7.4: what its pictures say, and properties that find a fault.

#![allow(clippy::expect_used, clippy::unwrap_used)] // in helpers, too: a test says what went wrong by failing at that line

use crate::faults::found;
use crate::measured::timelines;
use book_checks::Result;
use timeline::Kind;

#[allow(dead_code, reason = "the step's own tests use more of it")]
#[path = "../../../../foundations/07_04_gateway/tests/gateway/properties.rs"]
mod properties;
#[allow(dead_code, reason = "the step's own tests use more of it")]
#[path = "../../../../foundations/07_04_gateway/tests/gateway/services.rs"]
mod services;

#[test]
#[ignore = "checks a check, `cargo test --test book --test harness -- --ignored found` does it"]
fn a_gateway_that_loses_its_permit_is_found() {
    found("07_04_gateway+lost_limit", properties::what_is_too_much_is_refused, "no answer within 1s");
}

#[test]
#[ignore = "checks a check, `cargo test --test book --test harness -- --ignored found` does it"]
fn a_gateway_without_a_budget_is_found() {
    found(
        "07_04_gateway+storm",
        properties::a_failing_service_gets_no_storm_of_retries,
        "200 clients asked it 400 times",
    );
}

#[test]
#[ignore = "checks a check, `cargo test --test book --test harness -- --ignored found` does it"]
fn a_gateway_that_repeats_an_order_is_found() {
    found("07_04_gateway+repeated_order", properties::an_order_is_sent_once, "no answer within 1s");
}

#[test]
#[ignore = "checks a check, `cargo test --test book --test harness -- --ignored found` does it"]
fn a_gateway_without_a_time_out_is_found() {
    found("07_04_gateway+no_deadline", properties::a_silent_service_costs_its_own_part_only, "no answer within 1s");
}

#[test]
#[ignore = "checks a check, `cargo test --test book --test harness -- --ignored found` does it"]
fn a_gateway_whose_task_outlives_its_client_is_found() {
    found(
        "07_04_gateway+task_outlives_client",
        properties::a_client_that_leaves_cancels_its_requests,
        "the gateway still waits",
    );
}

#[test]
#[ignore = "checks a check, `cargo test --test book --test harness -- --ignored found` does it"]
fn a_gateway_that_does_not_read_a_body_is_found() {
    found(
        "07_04_gateway+unread_body",
        properties::a_client_that_leaves_after_a_large_body_cancels_its_requests,
        "the gateway still waits",
    );
}

#[test]
fn one_by_one_the_client_waits_for_the_sum_of_all_services() -> Result {
    for picture in timelines("07_04_one_by_one")? {
        let [client, services @ ..] = &picture.rows[..] else { panic!("no rows: {picture:?}") };
        assert!(services.windows(2).all(|pair| pair[0].end() <= pair[1].start()), "{picture:?}");
        let sum: u64 = services.iter().map(|service| service.total(Kind::Served)).sum();
        assert!(services.len() == 3 && client.end() >= sum, "{picture:?}");
    }
    Ok(())
}

#[test]
fn together_the_client_waits_for_the_slowest_service() -> Result {
    for picture in timelines("07_04_together")? {
        let [_, services @ ..] = &picture.rows[..] else { panic!("no rows: {picture:?}") };
        let last_asked = services.iter().map(timeline::Row::start).max();
        let first_answer = services.iter().map(timeline::Row::end).min();
        assert!(services.len() == 3 && last_asked < first_answer, "{picture:?}");
    }
    Ok(())
}
