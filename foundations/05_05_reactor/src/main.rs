//! Step 5.5: an echo server on an executor and a reactor of our own, on one thread.
//!
//! Run: `cargo run --bin 05_05_reactor`
//! Try: `nc 127.0.0.1 7878` in two terminals, and `top` in a third one; then the same with `05_05_zero_timeout`.
//! You should see: neither client waits for the other, and the processor rests while nobody says anything.

use echo::{Arguments, LINGER, Lines};
use executor::Executor;
use mio::net::{TcpListener, TcpStream};
use reactor::Reactor;
use socket::Watched;
use std::future::poll_fn;
use std::io;
use std::net::Shutdown;
use std::process;
use std::task::Poll;
use std::time::Duration;

mod executor;
mod reactor;
mod readiness;
mod sleep;
mod socket;

/// How long to let a failed listener rest: what it lacks, such as descriptors, may come back.
const PAUSE: Duration = Duration::from_millis(100);
/// How many tasks to have at a time. The next peers wait in the listener's backlog.
const MAX_TASKS: usize = 20_000;

fn main() {
    let arguments = echo::arguments();
    match std::net::TcpListener::bind(&arguments.address) {
        Ok(listener) => end(serve(listener, &arguments)),
        Err(error) => echo::cannot_listen(&arguments.address, &error),
    }
}

/// Ends the program because it cannot serve any more.
fn end(ended: io::Result<()>) {
    if let Err(error) = ended {
        echo::log(format_args!("cannot serve any more: {error}"));
        process::exit(1);
    }
}

// ANCHOR: run
fn serve(listener: std::net::TcpListener, arguments: &Arguments) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let reactor = Reactor::new()?;
    let executor = Executor::new(&reactor)?;
    let listener = Watched::new(&reactor, TcpListener::from_std(listener))?;
    executor.block_on(run(executor.clone(), reactor, listener, arguments.delay))?;
    Ok(())
}

async fn run(executor: Executor, reactor: Reactor, listener: Watched<TcpListener>, delay: Duration) {
    echo::announce(listener.get().local_addr());
    loop {
        match listener.accept().await {
            Ok(stream) => executor.spawn(serve_peer(reactor.clone(), stream, delay)).detach(),
            Err(error) => {
                echo::log(format_args!("cannot accept: {error}"));
                reactor.sleep(PAUSE).await;
            }
        }
        pass().await; // there may be many newcomers
        while executor.tasks() >= MAX_TASKS {
            reactor.sleep(PAUSE).await;
        }
    }
}

/// Serves one peer, until either side has had enough.
async fn serve_peer(reactor: Reactor, stream: TcpStream, delay: Duration) {
    if let Err(error) = handle_connection(&reactor, stream, delay).await {
        echo::log(format_args!("gave a connection up: {error}"));
    }
}
// ANCHOR_END: run

// ANCHOR: handle_connection
async fn handle_connection(reactor: &Reactor, stream: TcpStream, delay: Duration) -> io::Result<()> {
    let (mut patience, stream) = (reactor.patience(echo::patience()), Watched::new(reactor, stream)?);
    let mut lines = Lines::new();
    let mut buffer = [0; 1024];
    while lines.is_open() {
        let received = patience.limit(stream.read(&mut buffer)).await?;
        lines.receive(&buffer[..received]);
        while let Some(line) = lines.next_line() {
            reactor.sleep(delay).await;
            patience.limit(stream.write_all(&line)).await?;
        }
        if received == buffer.len() {
            pass().await; // there may be more, but the others come first
        }
    }
    let Some(refusal) = lines.refusal() else { return Ok(()) };
    stream.get().shutdown(Shutdown::Write)?; // the peer may still be sending: it reads why not to
    let mut rest = LINGER;
    while rest > 0 && patience.limit(stream.read(&mut buffer)).await? > 0 {
        rest = rest.saturating_sub(buffer.len() as u64);
        pass().await;
    }
    Err(refusal)
}
// ANCHOR_END: handle_connection

/// Lets the others have a turn.
async fn pass() {
    let mut has_passed = false;
    poll_fn(|context| {
        if has_passed {
            return Poll::Ready(());
        }
        has_passed = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
