//! What is asked for over HTTP: the page, or a way into the room. Everything else is refused.

use crate::chat::Chat;
use crate::client;
use common::command_line;
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{
    ALLOW, CONNECTION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, ORIGIN, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use hyper::http::HeaderValue;
use hyper::http::uri::Authority;
use hyper::{HeaderMap, Method, Request, Response, StatusCode, Version};
use std::fmt::Display;
use std::net::IpAddr;
use tokio_tungstenite::tungstenite::error::{Error, ProtocolError};
use tokio_tungstenite::tungstenite::handshake::server::create_response_with_body;

const PAGE: &str = include_str!("page.html");
/// The page needs nothing from elsewhere, so nothing from elsewhere may get in.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; img-src data:";

type Answer = Response<Full<Bytes>>;

// ANCHOR: answer
/// Answers one request. One for `/chat` begins a conversation.
pub fn answer(request: Request<Incoming>, chat: &Chat) -> Answer {
    let headers = request.headers();
    match (request.uri().path(), request.method()) {
        _ if !has_one_host(&request) => refusal(StatusCode::BAD_REQUEST, "a request needs one Host"),
        _ if !is_ours(headers, &chat.hosts) => {
            refusal(StatusCode::MISDIRECTED_REQUEST, "this server does not have that name")
        }
        ("/", &Method::GET | &Method::HEAD) => page(),
        ("/", _) => not_allowed("GET, HEAD"),
        ("/chat", &Method::GET) if !is_from_here(headers) => {
            refusal(StatusCode::FORBIDDEN, "pages of other sites may not chat here")
        }
        ("/chat", &Method::GET) => enter(request, chat),
        ("/chat", _) => not_allowed("GET"),
        _ => refusal(StatusCode::NOT_FOUND, "there is nothing here but / and /chat"),
    }
}
// ANCHOR_END: answer

// ANCHOR: origin
/// Whether the page that asks is our own.
/// A browser says where its page is from; other programs have no page.
fn is_from_here(headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(ORIGIN) else { return true };
    let origin = origin.to_str().unwrap_or_default();
    let host = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    host.is_some_and(|host| headers.get(HOST).is_some_and(|here| here == host))
}

/// Whether the name in `Host` is ours: an address, `localhost`, or a name that we were given.
/// A browser always sends this header.
fn is_ours(headers: &HeaderMap, hosts: &[String]) -> bool {
    let Some(host) = headers.get(HOST) else { return true };
    let host = host.to_str().ok().and_then(|host| host.parse::<Authority>().ok());
    host.is_some_and(|host| {
        let name = host.host();
        let address = name.trim_start_matches('[').trim_end_matches(']');
        address.parse::<IpAddr>().is_ok()
            || name.eq_ignore_ascii_case("localhost")
            || hosts.iter().any(|ours| name.eq_ignore_ascii_case(ours))
    })
}
// ANCHOR_END: origin

// ANCHOR: enter
/// Lets a client in that speaks WebSocket: the answer says so, and from then on the connection is no longer one of HTTP.
fn enter(mut request: Request<Incoming>, chat: &Chat) -> Answer {
    match create_response_with_body(&request, Full::default) {
        Ok(response) => {
            let (upgrade, chat) = (hyper::upgrade::on(&mut request), chat.clone());
            chat.clients.clone().spawn(async move {
                match upgrade.await {
                    Ok(upgraded) => client::converse(upgraded, chat).await,
                    Err(error) => command_line::log(format_args!("gave up on a connection: {error}")),
                }
            });
            response
        }
        Err(error) if is_key(&error) => refusal(StatusCode::BAD_REQUEST, error),
        Err(error) => {
            let mut refusal = refusal(StatusCode::UPGRADE_REQUIRED, error);
            refusal.headers_mut().insert(CONNECTION, HeaderValue::from_static("upgrade"));
            refusal.headers_mut().insert(UPGRADE, HeaderValue::from_static("websocket"));
            refusal.headers_mut().insert(SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
            refusal
        }
    }
}
// ANCHOR_END: enter

/// Whether the client speaks the right version of WebSocket, but badly.
fn is_key(error: &Error) -> bool {
    matches!(error, Error::Protocol(ProtocolError::MissingSecWebSocketKey | ProtocolError::InvalidSecWebSocketKey))
}

fn page() -> Answer {
    let mut page = Response::new(Full::from(PAGE));
    page.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    page.headers_mut().insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    page
}

fn not_allowed(methods: &'static str) -> Answer {
    let mut refusal = refusal(StatusCode::METHOD_NOT_ALLOWED, format_args!("only {methods} is understood here"));
    refusal.headers_mut().insert(ALLOW, HeaderValue::from_static(methods));
    refusal
}

/// Whether the request names one host, as RFC 9112 (section 3.2) demands. Only HTTP/1.0 has none.
fn has_one_host(request: &Request<Incoming>) -> bool {
    match request.headers().get_all(HOST).iter().count() {
        0 => request.version() == Version::HTTP_10,
        number => number == 1,
    }
}

fn refusal(status: StatusCode, reason: impl Display) -> Answer {
    let mut refusal = Response::new(Full::from(format!("{reason}\n")));
    *refusal.status_mut() = status;
    refusal.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    refusal
}
