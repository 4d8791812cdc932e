//! Step 7.3: a chat over WebSocket. What one says, all others hear; and who does not listen holds nobody up.
//!
//! Run: `cargo run --bin 07_03_chat`, then open <http://127.0.0.1:7878> in two windows.
//! Try: give each window a name, and write something in one of them. Then press Ctrl-C in the server's terminal.
//! You should see: the other window shows it. When the server stops, both say so, and come back as soon as it is back.

use chat::Chat;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::pin::pin;
use std::time::Duration;
use std::{io, process};
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::{select, time};

mod chat;
mod client;
#[path = "../../../common/command_line.rs"]
mod command_line;
mod page;
mod room;

/// How long to let a failed listener rest: what it lacks, such as descriptors, may come back.
const PAUSE: Duration = Duration::from_millis(100);
/// How long goodbyes may take once the server was told to stop.
const GRACE: Duration = Duration::from_secs(5);

#[tokio::main]
async fn main() {
    let address = command_line::address();
    match (TcpListener::bind(&address).await, signals()) {
        (Ok(listener), Ok(signals)) => run(listener, signals).await,
        (Err(error), _) => command_line::cannot_listen(&address, &error),
        (_, Err(error)) => command_line::cannot_listen("Ctrl-C", &error),
    }
}

// ANCHOR: stopping
async fn run(listener: TcpListener, mut signals: [Signal; 2]) {
    command_line::announce(listener.local_addr());
    let chat = Chat::default();
    select! {
        () = accept(listener, &chat) => {}
        () = told_to_stop(&mut signals) => {} // and nobody gets in any more
    }
    command_line::log("telling everyone; press Ctrl-C again to stop at once");
    chat.stopping.cancel();
    chat.clients.close();
    let all_told = select! {
        () = chat.clients.wait() => true,
        () = told_to_stop(&mut signals) => false,
        () = time::sleep(GRACE) => false,
    };
    if !all_told {
        command_line::log("stopped before everyone was told");
        process::exit(1);
    }
}
// ANCHOR_END: stopping

fn signals() -> io::Result<[Signal; 2]> {
    Ok([signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?])
}

/// Waits for Ctrl-C, or for the signal that asks a program to end.
async fn told_to_stop([interrupt, terminate]: &mut [Signal; 2]) {
    select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}

async fn accept(listener: TcpListener, chat: &Chat) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => drop(chat.clients.spawn(serve(stream, chat.clone()))),
            Err(error) => {
                command_line::log(format_args!("cannot accept: {error}"));
                time::sleep(PAUSE).await;
            }
        }
    }
}

// ANCHOR: serve
/// Answers requests, until the connection leaves HTTP for WebSocket, or patience ends.
async fn serve(stream: TcpStream, chat: Chat) {
    let answer = service_fn(async |request| Ok::<_, Infallible>(page::answer(request, &chat)));
    let _ = stream.set_nodelay(true); // a message is not to wait for the next one
    let http =
        http1::Builder::new().half_close(true).timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), answer);
    let mut http = pin!(http.with_upgrades());
    let ended = select! {
        ended = time::timeout(echo::patience(), http.as_mut()) => ended,
        () = chat.stopping.cancelled() => {
            http.as_mut().graceful_shutdown();
            time::timeout(GRACE, http).await
        }
    };
    match ended {
        Ok(Ok(())) => {}
        Ok(Err(error)) => command_line::log(format_args!("gave a connection up: {error}")),
        Err(error) => command_line::log(format_args!("gave a connection up: {error}")),
    }
}
// ANCHOR_END: serve
