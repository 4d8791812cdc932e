//! One more try, if the first one failed or takes long, and if there is a budget for it.

use crate::ask::{Answer, Client, ask};
use crate::service::Service;
use futures::future::select_ok;
use hyper::Method;
use std::pin::pin;
use std::time::Duration;
use tokio::time::timeout;

// ANCHOR: ask_twice
/// Asks a service, and asks it again if the first try has failed, or has no answer after `patience`.
pub async fn ask_twice(client: &Client, method: &Method, service: &Service, patience: Duration) -> Answer {
    service.budget.deposit();
    let mut first = pin!(ask(client, method, service));
    let early = match timeout(patience, &mut first).await {
        Ok(Ok(answer)) => return Ok(answer),
        early => early,
    };
    if !method.is_idempotent() || !service.budget.withdraw() {
        return match early {
            Ok(failed) => failed,
            Err(_) => first.await,
        };
    }
    let second = pin!(ask(client, method, service));
    match early {
        Ok(_) => second.await,
        Err(_) => select_ok([first, second]).await.map(|(answer, _)| answer), // the slower one is dropped
    }
}
// ANCHOR_END: ask_twice
