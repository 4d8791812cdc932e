//! From the first connection to the last: which clients get in, and how the server stops.

use crate::chat::Chat;
use crate::page;
use common::command_line;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use past_urgent::PastUrgent;
use std::convert::Infallible;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;
use std::{io, process};
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::{select, time};

/// How many clients to serve at a time, as in step 7.2. Further ones are refused, and disconnected.
const MAX_CLIENTS: usize = 10_000;
/// What refused clients get.
const REFUSAL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
/// How long one connection may take to end.
const GOODBYE: Duration = Duration::from_secs(1);
/// How long goodbyes may take once the server is stopping.
const GRACE: Duration = Duration::from_secs(5);
/// How many bytes the head of a request may have. (hyper alone would keep 400 kB for each client.)
const MAX_HEAD: usize = 16 * 1024;

/// How long clients that have connected already are still let in, once the server is stopping.
const LAST_CLIENTS: Duration = Duration::from_millis(50);

// ANCHOR: stopping
/// Accepts clients until a signal comes, and then closes their connections.
pub async fn run(listener: TcpListener, mut signals: [Signal; 2], chat: Chat) {
    common::expect_a_crowd(&listener);
    command_line::announce(listener.local_addr());
    select! {
        biased; // clients that wait already are let in first
        () = accept(listener, &chat, MAX_CLIENTS) => {}
        () = async { stop_signal(&mut signals).await; time::sleep(LAST_CLIENTS).await } => {}
    }
    command_line::log("closing all connections; press Ctrl-C again to stop at once");
    chat.stopping.cancel();
    chat.clients.close();
    let all_closed = select! {
        () = chat.clients.wait() => true,
        () = stop_signal(&mut signals) => false,
        () = time::sleep(GRACE) => false,
    };
    if !all_closed {
        command_line::log("stopped before all connections were closed");
        process::exit(1);
    }
}
// ANCHOR_END: stopping

/// Ctrl-C, and the signal that asks a program to end.
pub fn signals() -> io::Result<[Signal; 2]> {
    Ok([signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?])
}

/// Waits for either of them.
async fn stop_signal([interrupt, terminate]: &mut [Signal; 2]) {
    select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}

async fn accept(listener: TcpListener, chat: &Chat, max_clients: usize) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) if chat.clients.len() >= max_clients => drop(stream.try_write(REFUSAL)),
            Ok((stream, _)) => drop(chat.clients.spawn(serve(stream, chat.clone()))),
            Err(error) => time::sleep(command_line::cannot_accept(&error)).await,
        }
    }
}

// ANCHOR: serve
/// Answers requests, until the connection leaves HTTP for WebSocket, or nothing is asked for longer than our patience.
async fn serve(stream: TcpStream, chat: Chat) {
    let was_asked = AtomicBool::new(false);
    let answer = service_fn(async |request| {
        was_asked.store(true, Relaxed);
        Ok::<_, Infallible>(page::answer(request, &chat))
    });
    let _ = stream.set_nodelay(true); // a message is not to wait for the next one
    let stream = TokioIo::new(PastUrgent(stream));
    let mut builder = http1::Builder::new();
    let http = builder.half_close(true).max_buf_size(MAX_HEAD).serve_connection(stream, answer);
    let mut http = pin!(http.with_upgrades());
    let ended = select! {
        biased; // a request that has arrived is answered, even if the server stops
        ended = http.as_mut() => Some(ended),
        () = silence(&was_asked) => None,
        () = chat.stopping.cancelled() => {
            http.as_mut().graceful_shutdown(); // an answer that has begun is finished
            time::timeout(GOODBYE, http).await.ok()
        }
    };
    match ended {
        Some(Ok(())) => {}
        Some(Err(error)) => command_line::log(format_args!("gave up on a connection: {error}")),
        None => command_line::log("gave up on a connection: nothing was asked for, or an answer was not read"),
    }
}

/// Ends when nothing was asked for as long as our patience lasts.
async fn silence(was_asked: &AtomicBool) {
    loop {
        time::sleep(echo::patience()).await;
        if !was_asked.swap(false, Relaxed) {
            return;
        }
    }
}
// ANCHOR_END: serve

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Result;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    /// Many times, because a server that takes either first is right in half of them.
    #[tokio::test]
    async fn a_request_that_has_arrived_when_the_server_stops_is_answered() -> Result<()> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let chat = Chat::default();
        chat.stopping.cancel();
        for _ in 0..50 {
            let mut client = TcpStream::connect(listener.local_addr()?).await?;
            client.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await?;
            let (stream, _) = listener.accept().await?;
            let mut answer = String::new();
            let (_, received) = tokio::join!(serve(stream, chat.clone()), client.read_to_string(&mut answer));
            received?;
            assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer:?}");
        }
        Ok(())
    }

    #[tokio::test]
    async fn a_client_beyond_the_limit_is_refused_and_disconnected() -> Result<()> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let (address, chat) = (listener.local_addr()?, Chat::default());
        let clients = async {
            let mut first = TcpStream::connect(address).await?;
            let mut refusal = Vec::new();
            TcpStream::connect(address).await?.read_to_end(&mut refusal).await?;
            assert_eq!(refusal, REFUSAL);
            first.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await?;
            let mut answer = [0; 15];
            first.read_exact(&mut answer).await?;
            assert_eq!(&answer, b"HTTP/1.1 200 OK");
            Ok(())
        };
        select! {
            () = accept(listener, &chat, 1) => Ok(()),
            ended = clients => ended,
            () = time::sleep(Duration::from_secs(20)) => panic!("the second client is not sent away"),
        }
    }
}
