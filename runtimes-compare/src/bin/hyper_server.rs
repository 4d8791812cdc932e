//! A yardstick: the same pages from hyper, the HTTP library that most users of tokio would pick.
//!
//! Run: `cargo run --release --bin hyper_server`, then open <http://127.0.0.1:7878>.
//! Its settings are the fastest that were found: `pipeline_flush` answers pipelined requests in one write, `TCP_NODELAY` sends
//! it at once, and there is no timer. So a silent client keeps its connection for good, which the servers of this book don't allow.
//! hyper reads as most programs on tokio do, so a request that urgent data cuts in two waits for its other half, although it has come.

use common::{HELLO, NOT_FOUND, command_line};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::CONTENT_TYPE;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use tokio::net::{TcpListener, TcpStream};
use tokio::{runtime, time};

fn main() {
    let address = command_line::address();
    let runtime = match runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => command_line::cannot_listen(&address, &error),
    };
    // A task, because the future of `block_on` would hand each connection over to another thread.
    let served = runtime.block_on(runtime.spawn(async {
        let address = command_line::address();
        match TcpListener::bind(&address).await {
            Ok(listener) => run(listener).await,
            Err(error) => command_line::cannot_listen(&address, &error),
        }
    }));
    served.unwrap_or_else(|error| command_line::fail(error));
}

async fn run(listener: TcpListener) {
    common::expect_a_crowd(&listener);
    command_line::announce(listener.local_addr());
    loop {
        match listener.accept().await {
            Ok((stream, _)) => drop(tokio::spawn(serve(stream))),
            Err(error) => time::sleep(command_line::cannot_accept(&error)).await,
        }
    }
}

async fn serve(stream: TcpStream) {
    let client = stream.peer_addr();
    if let Err(error) = converse(stream).await {
        command_line::gave_up_on(client, error);
    }
}

async fn converse(stream: TcpStream) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    stream.set_nodelay(true)?;
    http1::Builder::new().pipeline_flush(true).serve_connection(TokioIo::new(stream), service_fn(answer)).await?;
    Ok(())
}

async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let (status, page) = match request.uri().path() {
        "/" => (StatusCode::OK, HELLO),
        "/sleep" => {
            time::sleep(command_line::nap()).await;
            (StatusCode::OK, HELLO)
        }
        _ => (StatusCode::NOT_FOUND, NOT_FOUND),
    };
    let mut response = Response::new(Full::new(Bytes::from_static(page.as_bytes())));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, hyper::header::HeaderValue::from_static("text/html; charset=utf-8"));
    Ok(response)
}
