//! The echo server of step 5.6 on tokio.
//!
//! Run: `cargo run -p echo-compare --bin tokio_echo`
//! Try: `nc 127.0.0.1 7878` in two terminals.
//! You should see: the same as with step 5.6. What was written there, the executor, the reactor and the sockets, is a library here.
//! (Step 7.1 is on tokio as well, but promises more: it stops well, serves Unix sockets too, and reads on after a byte of urgent data.)

use echo::{LINGER, Lines};
use patience::Patience;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{self, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::{task, time};

#[path = "../patience.rs"]
mod patience;

/// How many tasks to have at a time. The next clients wait in the listener's backlog.
const MAX_TASKS: usize = 20_000;

#[tokio::main]
async fn main() {
    let arguments = echo::arguments();
    match TcpListener::bind(&arguments.address).await {
        Ok(listener) => run(listener, arguments.delay).await,
        Err(error) => echo::cannot_listen(&arguments.address, &error),
    }
}

async fn run(listener: TcpListener, delay: Duration) {
    echo::announce(listener.local_addr());
    let places = Arc::new(Semaphore::new(MAX_TASKS));
    loop {
        let place = Arc::clone(&places).acquire_owned().await;
        match listener.accept().await {
            Ok((stream, _)) => {
                task::spawn(async move {
                    serve_client(stream, delay).await;
                    drop(place);
                });
            }
            Err(error) => time::sleep(echo::cannot_accept(&error)).await,
        }
    }
}

/// Serves one client, until either side has had enough.
async fn serve_client(stream: TcpStream, delay: Duration) {
    if let Err(error) = handle_connection(stream, delay).await {
        echo::log(format_args!("gave up on a connection: {error}"));
    }
}

async fn handle_connection(mut stream: TcpStream, delay: Duration) -> io::Result<()> {
    let mut patience = Patience::new(echo::patience(), time::sleep);
    let mut lines = Lines::new();
    let mut buffer = [0; 1024];
    while lines.is_open() {
        let received = patience.limit(stream.read(&mut buffer)).await?;
        lines.receive(&buffer[..received]);
        while let Some(line) = lines.next_line() {
            if !delay.is_zero() {
                time::sleep(delay).await; // a millisecond at least
            }
            patience.limit(stream.write_all(&line)).await?;
        }
    }
    let Some(refusal) = lines.refusal() else { return Ok(()) };
    stream.shutdown().await?; // the client may still be sending: it reads why not to
    patience.limit(io::copy(&mut stream.take(LINGER), &mut io::sink())).await?;
    Err(refusal)
}
