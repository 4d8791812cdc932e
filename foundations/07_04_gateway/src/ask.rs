//! One question to one service. Whatever the service does, the result is its answer, or the reason why there is none.

use crate::service::Service;
use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::Bytes;
use hyper::header::LOCATION;
use hyper::{Method, Request, StatusCode};
use hyper_util::client::legacy::{self, connect::HttpConnector};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use std::error::Error;
use std::time::Duration;

/// The longest answer of a service, in bytes.
pub const MAX_ANSWER: usize = 16 * 1024;
/// The longest head of an answer, in bytes. It is also what is read at a time.
const MAX_HEAD: usize = 16 * 1024;
/// How many connections without a request stay open for the next one, for each service, and for how long.
const IDLE: (usize, Duration) = (64, Duration::from_secs(1));

/// What a service has said, or why it has said nothing.
pub type Answer = Result<String, String>;

/// A client of HTTP that keeps its connections. Its clones share them.
pub type Client = legacy::Client<HttpConnector, Empty<Bytes>>;

/// A new client.
pub fn client() -> Client {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    let mut builder = legacy::Client::builder(TokioExecutor::new());
    builder.pool_timer(TokioTimer::new()).pool_max_idle_per_host(IDLE.0).pool_idle_timeout(IDLE.1);
    builder.http1_max_buf_size(MAX_HEAD);
    builder.build(connector)
}

// ANCHOR: ask
/// Asks a service, and returns its answer, or why there is none.
pub async fn ask(client: &Client, method: &Method, service: &Service) -> Answer {
    let mut request = Request::new(Empty::new());
    *request.method_mut() = method.clone();
    *request.uri_mut() = service.url.clone();
    let response = client.request(request).await.map_err(|error| reason(&error))?;
    match response.status() {
        StatusCode::OK => {}
        status if status.is_redirection() && response.headers().contains_key(LOCATION) => {
            return Err(format!("it redirects elsewhere ({status})")); // it could lead anywhere
        }
        status => return Err(format!("it answered {status}")),
    }
    let body = Limited::new(response.into_body(), MAX_ANSWER);
    let body = body.collect().await.map_err(|error| reason(&*error))?;
    Ok(String::from_utf8_lossy(&body.to_bytes()).trim_end().to_owned())
}
// ANCHOR_END: ask

/// The innermost cause. The others only say that there is one.
fn reason(error: &(dyn Error + 'static)) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
