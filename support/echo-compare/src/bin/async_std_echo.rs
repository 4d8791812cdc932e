//! The echo server of step 5.6 on async-std.
//!
//! Run: `cargo run -p echo-compare --bin async_std_echo`
//! Try: `nc 127.0.0.1 7878` in two terminals.
//! You should see: the same as with step 5.6. What was written there, the executor, the reactor and the sockets, is a library here.

use async_std::net::{TcpListener, TcpStream};
use async_std::task;
use echo::{LINGER, Lines};
use futures::{io, prelude::*};
use patience::Patience;
use std::net::Shutdown;
use std::time::Duration;

#[path = "../patience.rs"]
mod patience;

/// How many tasks to have at a time. The next clients wait in the listener's backlog.
const MAX_TASKS: usize = 20_000;

#[async_std::main]
async fn main() {
    let arguments = echo::arguments();
    match TcpListener::bind(&arguments.address).await {
        // A task, too: on a thread of its own it would hand each connection over to another.
        Ok(listener) => task::spawn(run(listener, arguments.delay)).await,
        Err(error) => echo::cannot_listen(&arguments.address, &error),
    }
}

async fn run(listener: TcpListener, delay: Duration) {
    echo::announce(listener.local_addr());
    listener
        .incoming()
        .filter_map(accepted)
        // To await a task that panicked is to panic too: caught here, the panic ends one connection.
        .for_each_concurrent(MAX_TASKS, |stream| task::spawn(serve_client(stream, delay)).catch_unwind().map(drop))
        .await;
}

/// The client, if the system had one.
async fn accepted(stream: io::Result<TcpStream>) -> Option<TcpStream> {
    if let Err(error) = &stream {
        task::sleep(echo::cannot_accept(error)).await;
    }
    stream.ok()
}

/// Serves one client, until either side has had enough.
async fn serve_client(stream: TcpStream, delay: Duration) {
    if let Err(error) = handle_connection(stream, delay).await {
        echo::log(format_args!("gave up on a connection: {error}"));
    }
}

async fn handle_connection(mut stream: TcpStream, delay: Duration) -> io::Result<()> {
    let mut patience = Patience::new(echo::patience(), task::sleep);
    let mut lines = Lines::new();
    let mut buffer = [0; 1024];
    while lines.is_open() {
        let received = patience.limit(stream.read(&mut buffer)).await?;
        lines.receive(&buffer[..received]);
        while let Some(line) = lines.next_line() {
            task::sleep(delay).await;
            patience.limit(stream.write_all(&line)).await?;
        }
        if lines.is_open() {
            task::yield_now().await; // the other tasks that are ready have a turn now
        }
    }
    let Some(refusal) = lines.refusal() else { return Ok(()) };
    stream.shutdown(Shutdown::Write)?; // the client may still be sending: it reads why not to
    patience.limit(io::copy(stream.take(LINGER), &mut io::sink())).await?;
    Err(refusal)
}
