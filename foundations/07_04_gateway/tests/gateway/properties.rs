//! The properties that define the gateway. The book's tests see that gateways with a fault do not have them.

use super::services::Services;
use harness::{Client, Failure, Program, Response, Result};
use std::time::Duration;

/// More than a test takes: what ends earlier has not waited for it.
const LONG: &str = "1h";

/// More than a gateway takes that has asked one service and asks the next one.
const ENOUGH: Duration = Duration::from_secs(1);

/// Expects this status, and this text in the body.
pub fn expect(response: Result<Response>, status: u16, text: &str) -> Result {
    let response = response?;
    let body = String::from_utf8_lossy(&response.body).into_owned();
    if response.status == status && body.contains(text) {
        return Ok(());
    }
    Err(Failure::new(format!("expected {status} and {text:?}, not {} and {body:?}", response.status)))
}

/// Sends a request for the page without waiting for the answer.
pub fn send(client: &mut Client, method: &str) -> Result {
    client.send(format!("{method} / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"))
}

/// The last of three services answers first, and the first one last.
pub fn all_services_are_asked_before_one_answers(program: &Program) -> Result {
    let services = Services::new(3)?;
    let gateway = services.gateway(program, &["--timeout", LONG])?;
    let mut client = gateway.client()?;
    send(&mut client, "GET")?;
    let asked = [services.asked(0)?, services.asked_within(1, ENOUGH)?, services.asked_within(2, ENOUGH)?];
    for (number, asked) in asked.into_iter().enumerate().rev() {
        asked.answer(&format!("answer {number}"))?;
    }
    let body = client.response()?.body;
    let expected = r#"[{"service": "s0", "answer": "answer 0"},
 {"service": "s1", "answer": "answer 1"},
 {"service": "s2", "answer": "answer 2"}]
"#;
    if body != expected.as_bytes() {
        return Err(Failure::new(format!("not in their order: {:?}", String::from_utf8_lossy(&body))));
    }
    Ok(())
}

/// The other service is heard, and the answer says which one is missing.
pub fn a_silent_service_costs_its_own_part_only(program: &Program) -> Result {
    let services = Services::new(2)?;
    let gateway = services.gateway(program, &["--timeout", "200ms"])?;
    let mut client = gateway.client()?;
    send(&mut client, "POST")?; // it is asked once only
    let silent = services.asked(1)?;
    services.asked(0)?.answer("here")?;
    let response = client.response()?;
    expect(Ok(response.clone()), 200, "\"answer\": \"here\"")?;
    expect(Ok(response), 200, "\"missing\": \"no answer within 200ms\"")?;
    silent.wait_for_cancellation()
}

/// The first try is never answered. The second one is, and then the gateway no longer waits for the first.
pub fn a_service_that_is_late_is_asked_once_more(program: &Program) -> Result {
    let services = Services::new(1)?;
    let gateway = services.gateway(program, &["--timeout", "20s", "--second-after", "50ms"])?;
    let mut client = gateway.client()?;
    send(&mut client, "GET")?;
    let late = services.asked(0)?;
    services.asked(0)?.answer("the second one")?;
    expect(client.response(), 200, "the second one")?;
    late.wait_for_cancellation()
}

/// A service that always fails is asked for 200 clients: 200 times, and at most 10 + 20 times more.
pub fn a_failing_service_gets_no_storm_of_retries(program: &Program) -> Result {
    let services = Services::new(1)?;
    let gateway = services.gateway(program, &["--timeout", LONG])?;
    let mut asked = 0;
    for _ in 0..200 {
        let mut client = gateway.client()?;
        send(&mut client, "GET")?;
        services.asked(0)?.fail()?;
        asked += 1;
        while client.is_silent()? {
            if let Some(again) = services.asked_already(0)? {
                again.fail()?;
                asked += 1;
            }
        }
        expect(client.response(), 502, "it answered 500 Internal Server Error")?;
    }
    if (201..=230).contains(&asked) { Ok(()) } else { Err(Failure::new(format!("200 clients asked it {asked} times"))) }
}

/// What may not be repeated is not repeated.
pub fn an_order_is_sent_once(program: &Program) -> Result {
    let services = Services::new(1)?;
    let gateway = services.gateway(program, &["--timeout", LONG, "--second-after", "0s"])?;
    let mut client = gateway.client()?;
    send(&mut client, "POST")?;
    let order = services.asked(0)?;
    if order.line != "POST /s0 HTTP/1.1" {
        return Err(Failure::new(format!("not an order: {}", order.line)));
    }
    order.fail()?;
    expect(client.response(), 502, "it answered 500")?;
    match services.asked_already(0)? {
        None => Ok(()),
        Some(_) => Err(Failure::new("the order was sent twice")),
    }
}

/// Two are under way, so the third is sent away. When one of them has its answer, there is room again.
pub fn what_is_too_much_is_refused(program: &Program) -> Result {
    let services = Services::new(1)?;
    let gateway = services.gateway(program, &["--timeout", LONG, "--limit", "2"])?;
    let [mut first, mut second, mut third] = [gateway.client()?, gateway.client()?, gateway.client()?];
    send(&mut first, "GET")?;
    let asked = services.asked(0)?;
    send(&mut second, "GET")?;
    let waits = services.asked(0)?;
    send(&mut third, "GET")?;
    let refused = third.response()?;
    if refused.header("retry-after") != Some("1") {
        return Err(Failure::new(format!("when to come back? {refused:?}")));
    }
    expect(Ok(refused), 503, "too many requests are under way")?;
    asked.answer("one")?;
    expect(first.response(), 200, "one")?;
    send(&mut third, "GET")?;
    services.asked(0)?.answer("three")?;
    expect(third.response(), 200, "three")?;
    waits.answer("two")?;
    expect(second.response(), 200, "two")
}

/// A client leaves, and each of the services sees it.
pub fn a_client_that_leaves_cancels_its_requests(program: &Program) -> Result {
    leaves_after(program, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
}

/// The same after a body that is larger than what a server reads at a time. The server has no use for it.
pub fn a_client_that_leaves_after_a_large_body_cancels_its_requests(program: &Program) -> Result {
    let body = "x".repeat(1_000_000);
    leaves_after(
        program,
        &format!("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n{body}", body.len()),
    )
}

fn leaves_after(program: &Program, request: &str) -> Result {
    let services = Services::new(3)?;
    let gateway = services.gateway(program, &["--timeout", LONG])?;
    let mut client = gateway.client()?;
    client.send(request)?;
    let asked = [services.asked(0)?, services.asked(1)?, services.asked(2)?];
    drop(client);
    asked.into_iter().try_for_each(super::services::Asked::wait_for_cancellation)
}
