//! The echo server of step 5.6 on smol.
//!
//! Run: `cargo run -p echo-compare --bin smol_echo`
//! Try: `nc 127.0.0.1 7878` in two terminals.
//! You should see: the same as with step 5.6. What was written there, the executor, the reactor and the sockets, is a library here.

use echo::{LINGER, Lines};
use patience::Patience;
use smol::lock::Semaphore;
use smol::net::{TcpListener, TcpStream};
use smol::{Executor, Timer, future, io, prelude::*};
use std::net::Shutdown;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

#[path = "../patience.rs"]
mod patience;

/// How many tasks to have at a time. The next clients wait in the listener's backlog.
const MAX_TASKS: usize = 20_000;

/// The tasks of this program. smol leaves it to the program which threads run them.
static EXECUTOR: Executor<'static> = Executor::new();

fn main() {
    let arguments = echo::arguments();
    let others = thread::available_parallelism().map_or(0, |processors| processors.get() - 1);
    for _ in 0..others {
        thread::spawn(|| smol::block_on(EXECUTOR.run(future::pending::<()>())));
    }
    // A task, too: as the main thread's own future it would stand still while a handler runs.
    smol::block_on(EXECUTOR.run(EXECUTOR.spawn(async move {
        match TcpListener::bind(&arguments.address).await {
            Ok(listener) => run(listener, arguments.delay).await,
            Err(error) => echo::cannot_listen(&arguments.address, &error),
        }
    })));
}

async fn run(listener: TcpListener, delay: Duration) {
    echo::announce(listener.local_addr());
    let places = Arc::new(Semaphore::new(MAX_TASKS));
    loop {
        let place = places.acquire_arc().await;
        match listener.accept().await {
            Ok((stream, _)) => {
                let served = async move {
                    serve_client(stream, delay).await;
                    drop(place);
                };
                EXECUTOR.spawn(served).detach();
            }
            Err(error) => drop(Timer::after(echo::cannot_accept(&error)).await),
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
    let mut patience = Patience::new(echo::patience(), Timer::after);
    let mut lines = Lines::new();
    let mut buffer = [0; 1024];
    while lines.is_open() {
        let received = patience.limit(stream.read(&mut buffer)).await?;
        lines.receive(&buffer[..received]);
        while let Some(line) = lines.next_line() {
            Timer::after(delay).await;
            patience.limit(stream.write_all(&line)).await?;
        }
        if lines.is_open() {
            future::yield_now().await; // the other tasks that are ready have a turn now
        }
    }
    let Some(refusal) = lines.refusal() else { return Ok(()) };
    stream.shutdown(Shutdown::Write)?; // the client may still be sending: it reads why not to
    patience.limit(io::copy(stream.take(LINGER), &mut io::sink())).await?;
    Err(refusal)
}
