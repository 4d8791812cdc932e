//! All services, in three ways.

use crate::ask::{Answer, Client, ask};
use crate::second_try::ask_twice;
use crate::service::Service;
use futures::future::join_all;
use hyper::Method;
use std::time::Duration;
use tokio::time::timeout;

/// How long a service may take.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// All in all.
    pub total: Duration,
    /// Before it is asked a second time.
    pub before_second_try: Duration,
}

// ANCHOR: one_by_one
/// Asks the services one after the other.
/// This is the mistake: each question waits for the answer to the one before.
pub async fn one_by_one(client: &Client, method: &Method, services: &[Service]) -> Vec<Answer> {
    let mut answers = Vec::new();
    for service in services {
        answers.push(ask(client, method, service).await);
    }
    answers
}
// ANCHOR_END: one_by_one

// ANCHOR: together
/// Asks all services, then waits for all answers.
pub async fn together(client: &Client, method: &Method, services: &[Service]) -> Vec<Answer> {
    join_all(services.iter().map(|service| ask(client, method, service))).await
}
// ANCHOR_END: together

// ANCHOR: with_care
/// The same, but each service has a time-out, and a service that fails or is late may get a second try.
pub async fn with_care(
    client: &Client,
    method: &Method,
    services: &[Service],
    Timeouts { total, before_second_try }: Timeouts,
) -> Vec<Answer> {
    let late = || Err(format!("no answer within {}", humantime::format_duration(total)));
    let in_time = async |service| {
        let answer = ask_twice(client, method, service, before_second_try);
        timeout(total, answer).await.unwrap_or_else(|_| late())
    };
    join_all(services.iter().map(in_time)).await
}
// ANCHOR_END: with_care
