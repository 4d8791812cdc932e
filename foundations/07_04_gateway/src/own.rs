//! Three services to ask if you have none: what a shop wants to know of a thing that it sells.

use crate::service::Service;
use common::command_line;
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::future::pending;
use std::io;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::time;

/// Their names, and what they say.
const ANSWERS: [(&str, &str); 3] =
    [("price", "12.50 euros\n"), ("stock", "3 are left\n"), ("reviews", "4 of 5 stars\n")];

/// How the services behave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Behavior {
    /// How long each of them takes to answer.
    pub delay: Duration,
    /// Each of them answers every Nth request with an error.
    pub fail_every: Option<NonZeroU32>,
    /// The last of them does not answer at all.
    pub silent: bool,
}

/// Starts the three.
///
/// # Errors
///
/// If they cannot listen.
pub async fn start(behavior: &Behavior) -> io::Result<Vec<Service>> {
    let mut services = Vec::new();
    for (number, (name, answer)) in ANSWERS.into_iter().enumerate() {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        common::expect_a_crowd(&listener);
        let url = format!("http://{}/{name}", listener.local_addr()?);
        services.push(url.parse().map_err(io::Error::other)?);
        let behavior = Behavior { silent: behavior.silent && number + 1 == ANSWERS.len(), ..behavior.clone() };
        tokio::spawn(run(listener, Arc::new(DemoService { name, answer, behavior, asked: AtomicU32::new(0) })));
    }
    Ok(services)
}

struct DemoService {
    name: &'static str,
    answer: &'static str,
    behavior: Behavior,
    asked: AtomicU32,
}

async fn run(listener: TcpListener, own: Arc<DemoService>) {
    loop {
        let (stream, _) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                time::sleep(command_line::cannot_accept(&error)).await;
                continue;
            }
        };
        let own = Arc::clone(&own);
        tokio::spawn(async move {
            let _ = stream.set_nodelay(true);
            let answer = service_fn(async |request| Ok::<_, Infallible>(own.answer(&request).await));
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), answer).await; // it may have been cancelled
        });
    }
}

impl DemoService {
    async fn answer(&self, _: &Request<Incoming>) -> Response<Full<Bytes>> {
        let asked = self.asked.fetch_add(1, Relaxed) + 1;
        let mut cancelled = SaysCancelled(Some(self.name));
        time::sleep(self.behavior.delay).await;
        if self.behavior.silent {
            pending::<()>().await;
        }
        cancelled.0 = None;
        let mut response = Response::new(Full::from(self.answer));
        if self.behavior.fail_every.is_some_and(|every| asked % every == 0) {
            *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        }
        response
    }
}

// ANCHOR: says_cancelled
/// Logs that a request was cancelled, if it is dropped before its answer is there.
struct SaysCancelled(Option<&'static str>);

impl Drop for SaysCancelled {
    fn drop(&mut self) {
        if let Some(name) = self.0 {
            command_line::log(format_args!("{name}: cancelled"));
        }
    }
}
// ANCHOR_END: says_cancelled
