//! Step 7.2: a key-value server that speaks Redis's protocol. One thread owns all the keys, so that none of them needs a lock.
//!
//! Run: `cargo run --release --bin 07_02_key_value`
//! Try: `redis-cli -p 7878 SET greeting hello EX 10`, then `redis-cli -p 7878 GET greeting`, and again after ten seconds.
//! You should see: `OK`, `"hello"`, and then `(nil)`.

mod commands;
mod connection;
mod glob;
mod inline;
mod reply;
mod request;
mod session;
mod store;
mod transaction;

use common::command_line;
use connection::Stopping;
use session::{Shared, now};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{Semaphore, watch};
use tokio::{io, select, task, time};

const HELP: &str = "\
Keeps keys and values in memory, and speaks Redis's protocol (RESP2 and RESP3), until Ctrl-C.
Try: redis-cli -p 7878. Port 0 means any free port; Redis's own port is 6379.";

/// How many clients to serve at a time, as in Redis. Further ones get an error, and are disconnected.
const MAX_CLIENTS: usize = 10_000;
/// After how long without a new connection the backlog is empty, and how long to wait for that, once the server is stopping.
const LAST_CLIENTS: (Duration, Duration) = (Duration::from_millis(10), Duration::from_secs(1));
/// How long the answers in flight may take once the server is stopping.
const GRACE: Duration = Duration::from_secs(10);
/// How often to look for keys that have expired, and how many to remove before others have a turn.
const EXPIRY: (Duration, usize) = (Duration::from_millis(100), 1_000);

// ANCHOR: main_func
#[tokio::main(flavor = "local")] // the runtime with a single thread, whose tasks may stay on it
async fn main() -> ExitCode {
    let address = command_line::address_or_help(HELP);
    match (TcpListener::bind(&address).await, signals()) {
        (Ok(listener), Ok(signals)) => run(listener, signals).await,
        (Err(error), _) => command_line::cannot_listen(&address, &error),
        (_, Err(error)) => command_line::fail(format_args!("cannot listen for signals: {error}")),
    }
}

async fn run(listener: TcpListener, mut signals: [Signal; 2]) -> ExitCode {
    common::expect_a_crowd(&listener);
    command_line::announce_as("redis", listener.local_addr());
    let (stop, stopping) = watch::channel(false);
    let clients = Clients { shared: Rc::default(), stopping, permits: Arc::new(Semaphore::new(MAX_CLIENTS)) };
    task::spawn_local(expire_keys(Rc::clone(&clients.shared)));
    select! {
        () = accept(&listener, &clients) => {}
        () = stop_signal(&mut signals) => {}
    }
    command_line::log("finishing the answers in flight; press Ctrl-C again to stop at once");
    accept_backlog(listener, clients).await;
    stop.send_replace(true);
    select! {
        () = stop.closed() => return ExitCode::SUCCESS, // each client has dropped its `stopping`
        () = stop_signal(&mut signals) => {}
        () = time::sleep(GRACE) => {}
    }
    command_line::log("stopped before all answers were sent");
    ExitCode::FAILURE
}
// ANCHOR_END: main_func

fn signals() -> io::Result<[Signal; 2]> {
    Ok([signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?])
}

/// Waits for Ctrl-C, or for the signal that asks a program to end.
async fn stop_signal([interrupt, terminate]: &mut [Signal; 2]) {
    select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}

/// What all connections need.
struct Clients {
    shared: Rc<Shared>,
    stopping: Stopping,
    /// One for each client that may be served at the same time.
    permits: Arc<Semaphore>,
}

// ANCHOR: accept_loop
/// Accepts forever.
async fn accept(listener: &TcpListener, clients: &Clients) {
    loop {
        admit(listener.accept().await, clients).await;
    }
}

async fn admit(accepted: io::Result<(TcpStream, SocketAddr)>, clients: &Clients) {
    match accepted {
        Ok(accepted) => {
            let permit = Arc::clone(&clients.permits).try_acquire_owned().ok();
            task::spawn_local(connection::serve(
                accepted,
                Rc::clone(&clients.shared),
                clients.stopping.clone(),
                permit,
            ));
        }
        Err(error) => time::sleep(command_line::cannot_accept(&error)).await,
    }
}

/// Accepts the clients that have connected already, and drops the listener. Later clients are refused.
async fn accept_backlog(listener: TcpListener, clients: Clients) {
    let (moment, at_most) = LAST_CLIENTS;
    let accept = async {
        while let Ok(accepted) = time::timeout(moment, listener.accept()).await {
            admit(accepted, &clients).await;
        }
    };
    let _ = time::timeout(at_most, accept).await;
}
// ANCHOR_END: accept_loop

// ANCHOR: expire_keys
/// Removes keys that have expired, also those that no client asks for.
async fn expire_keys(shared: Rc<Shared>) {
    let (pause, at_most) = EXPIRY;
    loop {
        let removed = shared.store.borrow_mut().at(now()).expire(at_most);
        if removed < at_most { time::sleep(pause).await } else { task::yield_now().await }
    }
}
// ANCHOR_END: expire_keys

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Result;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    #[tokio::test(flavor = "local")]
    async fn a_client_beyond_the_limit_reads_why_even_if_it_asks_at_once() -> Result<()> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (_stop, stopping) = watch::channel(false);
        let clients = Clients { shared: Rc::default(), stopping, permits: Arc::new(Semaphore::new(1)) };
        task::spawn_local(async move { accept(&listener, &clients).await });
        let mut first = TcpStream::connect(address).await?;
        let mut next = TcpStream::connect(address).await?;
        next.write_all(b"PING\r\n").await?; // unread when the connection is closed, it would reset the connection
        let mut refusal = String::new();
        time::timeout(Duration::from_secs(20), next.read_to_string(&mut refusal)).await??;
        assert_eq!(refusal, "-ERR max number of clients reached\r\n");
        first.write_all(b"PING\r\n").await?;
        let mut answer = [0; 7];
        first.read_exact(&mut answer).await?;
        assert_eq!(&answer, b"+PONG\r\n");
        Ok(())
    }
}
