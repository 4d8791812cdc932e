//! The connections of the gateway's clients.

use crate::gateway::Gateway;
use common::command_line;
use http_body_util::BodyExt;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use past_urgent::PastUrgent;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::time;

/// How long the answer may take that is under way when the time of a connection is up.
const GRACE: Duration = Duration::from_secs(5);
/// How many bytes the head of a request may have. (hyper alone would keep 400 kB for each client.)
const MAX_HEAD: usize = 16 * 1024;

/// Serves clients until the program ends.
pub async fn run(listener: TcpListener, gateway: Gateway) {
    common::expect_a_crowd(&listener);
    command_line::announce(listener.local_addr());
    let gateway = Arc::new(gateway);
    loop {
        match listener.accept().await {
            Ok((stream, _)) => drop(tokio::spawn(serve(stream, Arc::clone(&gateway)))),
            Err(error) => time::sleep(command_line::cannot_accept(&error)).await,
        }
    }
}

// ANCHOR: serve
/// Answers the requests of one connection.
/// If the client closes it, hyper drops the answer that is under way.
async fn serve(stream: TcpStream, gateway: Arc<Gateway>) {
    let answer = service_fn(async |mut request: Request<Incoming>| {
        // We need no body, but hyper sees the end of a connection only after it has read the body.
        while let Some(part) = request.body_mut().frame().await {
            part?;
        }
        Ok::<_, hyper::Error>(gateway.answer(&request).await)
    });
    let _ = stream.set_nodelay(true);
    let stream = TokioIo::new(PastUrgent(stream));
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(echo::patience()).max_buf_size(MAX_HEAD);
    let http = builder.serve_connection(stream, answer);
    let mut http = pin!(http);
    let ended = match time::timeout(echo::patience(), http.as_mut()).await {
        Ok(ended) => Ok(ended),
        Err(_) => {
            command_line::log("gave up on a connection: its time limit has passed");
            http.as_mut().graceful_shutdown();
            time::timeout(GRACE, http).await
        }
    };
    match ended {
        Ok(Ok(())) => {}
        Ok(Err(error)) if error.is_incomplete_message() => {} // the client has left
        Ok(Err(error)) => command_line::log(format_args!("gave up on a connection: {error}")),
        Err(error) => command_line::log(format_args!("gave up on a connection: {error}")),
    }
}
// ANCHOR_END: serve
