//! One request of a client, from the limit to the answer.

use crate::ask::{Answer, Client, client};
use crate::combine::{Timeouts, one_by_one, together, with_care};
use crate::service::Service;
use clap::ValueEnum;
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{ALLOW, CONTENT_TYPE, HOST, HeaderName, HeaderValue, RETRY_AFTER};
use hyper::{Method, Request, Response, StatusCode, Version};
use serde_json::json;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;

/// How the services are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Way {
    /// One after the other
    OneByOne,
    /// All at the same time
    #[value(name = "join")]
    Together,
    /// All at the same time, each with a time-out and a second try
    #[value(name = "care")]
    WithCare,
}

/// What all requests share.
#[derive(Debug)]
pub struct Gateway {
    client: Client,
    services: Vec<Service>,
    way: Way,
    timeouts: Timeouts,
    limit: usize,
    free: Semaphore,
}

impl Gateway {
    /// A gateway that asks these services in this way, is so patient with each of them, and handles so many requests at a time.
    pub fn new(services: Vec<Service>, way: Way, timeouts: Timeouts, limit: usize) -> Self {
        Self { client: client(), services, way, timeouts, limit, free: Semaphore::new(limit) }
    }

    /// Answers a request. The future of this may be dropped: then the services are no longer asked, and the permit is back.
    // ANCHOR: answer
    pub async fn answer(&self, request: &Request<Incoming>) -> Response<Full<Bytes>> {
        if !has_one_host(request) {
            return text(StatusCode::BAD_REQUEST, "a request needs one Host\n");
        }
        let method = match *request.method() {
            Method::GET | Method::HEAD => Method::GET,
            Method::POST => Method::POST,
            _ => {
                let refusal = text(StatusCode::METHOD_NOT_ALLOWED, "GET or POST, please\n");
                return header(refusal, ALLOW, "GET, HEAD, POST");
            }
        };
        match request.uri().path() {
            "/" => {}
            "/status" => return text(StatusCode::OK, self.status()),
            _ => return text(StatusCode::NOT_FOUND, "there is nothing here but / and /status\n"),
        }
        let Ok(_permit) = self.free.try_acquire() else {
            let refusal = text(StatusCode::SERVICE_UNAVAILABLE, "too many requests are under way\n");
            return header(refusal, RETRY_AFTER, "1");
        };
        self.combined(&self.ask_all(&method).await)
    }
    // ANCHOR_END: answer

    /// Asks all services in its way.
    pub async fn ask_all(&self, method: &Method) -> Vec<Answer> {
        let Self { client, services, timeouts, .. } = self;
        match self.way {
            Way::OneByOne => one_by_one(client, method, services).await,
            Way::Together => together(client, method, services).await,
            Way::WithCare => with_care(client, method, services, *timeouts).await,
        }
    }

    // ANCHOR: combined
    /// One line for each service: what it has said, or why it is missing.
    /// If all of them are missing, the status says so.
    fn combined(&self, answers: &[Answer]) -> Response<Full<Bytes>> {
        let line = |(service, answer): (&Service, &Answer)| {
            let (key, value) = match answer {
                Ok(answer) => ("answer", answer),
                Err(reason) => ("missing", reason),
            };
            format!(r#"{{"service": {}, "{key}": {}}}"#, json!(service.name), json!(value))
        };
        let lines: Vec<String> = self.services.iter().zip(answers).map(line).collect();
        let all_missing = answers.iter().all(Result::is_err);
        let status = if all_missing { StatusCode::BAD_GATEWAY } else { StatusCode::OK };
        header(text(status, format!("[{}]\n", lines.join(",\n "))), CONTENT_TYPE, "application/json")
    }
    // ANCHOR_END: combined

    /// What is under way at this moment, in this gateway and in the whole runtime.
    fn status(&self) -> String {
        let under_way = self.limit - self.free.available_permits();
        format!("requests under way: {under_way}\ntasks: {}\n", Handle::current().metrics().num_alive_tasks())
    }
}

/// Whether the request names one host, as RFC 9112 (section 3.2) demands. Only HTTP/1.0 has none.
fn has_one_host(request: &Request<Incoming>) -> bool {
    match request.headers().get_all(HOST).iter().count() {
        0 => request.version() == Version::HTTP_10,
        number => number == 1,
    }
}

fn text(status: StatusCode, text: impl Into<String>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(text.into()));
    *response.status_mut() = status;
    header(response, CONTENT_TYPE, "text/plain; charset=utf-8")
}

fn header(mut response: Response<Full<Bytes>>, name: HeaderName, value: &'static str) -> Response<Full<Bytes>> {
    response.headers_mut().insert(name, HeaderValue::from_static(value));
    response
}
