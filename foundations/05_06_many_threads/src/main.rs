//! Step 5.6: the same echo server on several threads.
//!
//! Run: `cargo run --bin 05_06_many_threads`
//! Try: `nc 127.0.0.1 7878` in two terminals, and `ls /proc/$(pgrep 05_06)/task` in a third one (on Linux).
//! You should see: the same as before, and one number for each thread. No client notices which of them serves it.

use echo::{Arguments, LINGER, Lines};
use executor::Executor;
use mio::net::{TcpListener, TcpStream};
use reactor::{Reactor, Registered};
use std::io;
use std::net::Shutdown;
use std::process;
use std::sync::Arc;
use std::thread;
use std::time::Duration;
use wakers::yield_now;

mod executor;
mod scheduler;
mod sync;

/// How long to wait for tasks to finish, when there are too many.
const PAUSE: Duration = Duration::from_millis(100);
/// How many tasks to have at a time. The next clients wait in the listener's backlog.
const MAX_TASKS: usize = 20_000;

fn main() {
    let arguments = echo::arguments();
    let listener = std::net::TcpListener::bind(&arguments.address)
        .unwrap_or_else(|error| echo::cannot_listen(&arguments.address, &error));
    if let Err(error) = serve(listener, &arguments) {
        echo::log(format_args!("cannot continue to serve: {error}"));
        process::exit(1);
    }
}

// ANCHOR: serve
fn serve(listener: std::net::TcpListener, arguments: &Arguments) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let reactor = Arc::new(Reactor::new()?);
    let executor = Arc::new(Executor::new(Arc::clone(&reactor)));
    let listener = Registered::new(&reactor, TcpListener::from_std(listener))?;
    let accepts = executor.spawn(accept_loop(Arc::clone(&executor), reactor, listener, arguments.delay));
    let threads = thread::available_parallelism().map_or(2, |processors| processors.get().max(2));
    executor.block_on(threads, accepts).ok_or_else(|| io::Error::other("the accept loop has panicked"))
}
// ANCHOR_END: serve

// ANCHOR: accept_loop
/// A client's stream, which the reactor knows.
type Stream = Registered<TcpStream>;

async fn accept_loop(
    executor: Arc<Executor>,
    reactor: Arc<Reactor>,
    mut listener: Registered<TcpListener>,
    delay: Duration,
) {
    echo::announce(listener.get().local_addr());
    loop {
        match listener.accept().await {
            Ok(stream) => executor.spawn(serve_client(Arc::clone(&reactor), stream, delay)).detach(),
            Err(error) => reactor.sleep(echo::cannot_accept(&error)).await,
        }
        yield_now().await; // there may be many newcomers
        while executor.tasks() >= MAX_TASKS {
            reactor.sleep(PAUSE).await;
        }
    }
}

/// Serves one client, until it leaves or something fails.
async fn serve_client(reactor: Arc<Reactor>, stream: Stream, delay: Duration) {
    if let Err(error) = handle_connection(&reactor, stream, delay).await {
        echo::log(format_args!("gave up on a connection: {error}"));
    }
}
// ANCHOR_END: accept_loop

// ANCHOR: handle_connection
async fn handle_connection(reactor: &Reactor, mut stream: Stream, delay: Duration) -> io::Result<()> {
    let patience = echo::patience();
    let mut lines = Lines::new();
    let mut buffer = [0; 1024];
    while lines.is_open() {
        let received = reactor.timeout(patience, stream.read(&mut buffer)).await?;
        lines.receive(&buffer[..received]);
        while let Some(line) = lines.next_line() {
            reactor.sleep(delay).await;
            reactor.timeout(patience, stream.write_all(&line)).await?;
        }
        if received == buffer.len() {
            yield_now().await; // there may be more, but the other tasks come first
        }
    }
    let Some(refusal) = lines.refusal() else { return Ok(()) };
    stream.get().shutdown(Shutdown::Write)?; // a client that is still sending should read the refusal
    let mut rest = LINGER;
    while rest > 0 {
        match reactor.timeout(patience, stream.read(&mut buffer)).await? {
            0 => break,
            received => rest = rest.saturating_sub(received as u64),
        }
        yield_now().await;
    }
    Err(refusal)
}
// ANCHOR_END: handle_connection
