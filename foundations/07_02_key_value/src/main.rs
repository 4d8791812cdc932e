//! Step 7.2: a key-value server that speaks Redis's protocol. One thread owns all the keys, so that none of them needs a lock.
//!
//! Run: `cargo run --release --bin 07_02_key_value`
//! Try: `redis-cli -p 7878 SET greeting hello EX 10`, then `redis-cli -p 7878 GET greeting`, and again after ten seconds.
//! You should see: `OK`, `"hello"`, and then `(nil)`.

#[allow(dead_code, reason = "the servers of chapter 9 use more of it")]
mod commands;
mod connection;
mod glob;
mod inline;
mod reply;
mod request;
mod session;
mod store;

use common::command_line;
use session::{Shared, now};
use std::process::ExitCode;
use std::rc::Rc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::{io, select, task, time};

const HELP: &str = "\
Keeps keys and values in memory, and speaks Redis's protocol (RESP2), until Ctrl-C.
Try: redis-cli -p 7878. Port 0 means any free port; Redis's own port is 6379.";

/// How long to let a failed listener rest: what it lacks, such as descriptors, may come back.
const PAUSE: Duration = Duration::from_millis(100);
/// How many clients to serve at a time, as Redis has it. The next ones are told so, and sent away.
const MAX_CLIENTS: usize = 10_000;
/// How long the answers in flight may take once the server was told to stop.
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
        (_, Err(error)) => command_line::cannot_listen("Ctrl-C", &error),
    }
}

async fn run(listener: TcpListener, mut signals: [Signal; 2]) -> ExitCode {
    command_line::announce_as("redis", listener.local_addr());
    let (stop, stopping) = watch::channel(false);
    let shared = Rc::new(Shared::default());
    task::spawn_local(expire_keys(Rc::clone(&shared)));
    select! {
        () = accept(listener, shared, stopping, MAX_CLIENTS) => {}
        () = told_to_stop(&mut signals) => {}
    }
    stop.send_replace(true);
    command_line::log("finishing the answers in flight; press Ctrl-C again to stop at once");
    select! {
        () = stop.closed() => return ExitCode::SUCCESS, // no client has a `stopping` any more
        () = told_to_stop(&mut signals) => {}
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
async fn told_to_stop([interrupt, terminate]: &mut [Signal; 2]) {
    select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}

// ANCHOR: accept_loop
/// Accepts for ever. Who drops this future drops the listener with it, and nobody gets in.
async fn accept(listener: TcpListener, shared: Rc<Shared>, stopping: watch::Receiver<bool>, max_clients: usize) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) if Rc::strong_count(&shared) > max_clients + 1 => connection::refuse(&stream),
            Ok((stream, _)) => drop(task::spawn_local(connection::serve(stream, Rc::clone(&shared), stopping.clone()))),
            Err(error) => {
                command_line::log(format_args!("cannot accept: {error}"));
                time::sleep(PAUSE).await;
            }
        }
    }
}
// ANCHOR_END: accept_loop

// ANCHOR: expire_keys
/// Removes keys whose time has come, also those that nobody asks for any more.
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
    use tokio::net::TcpStream;

    #[tokio::test(flavor = "local")]
    async fn who_is_one_too_many_is_told_so_and_sent_away() -> Result<()> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let shared = Rc::new(Shared::default());
        let (_stop, stopping) = watch::channel(false);
        task::spawn_local(accept(listener, Rc::clone(&shared), stopping, 1));
        let mut first = TcpStream::connect(address).await?;
        let mut next = TcpStream::connect(address).await?;
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
