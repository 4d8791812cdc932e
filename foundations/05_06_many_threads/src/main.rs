//! Step 5.6: the same echo server on several threads.
//!
//! Run: `cargo run --bin 05_06_many_threads`
//! Try: `nc 127.0.0.1 7878` in two terminals, and `ls /proc/$(pgrep 05_06)/task` in a third one (on Linux).
//! You should see: the same as before. One number for each thread, and neither client notices on which of them it is served.

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
use std::thread;
use std::time::Duration;

mod executor;
mod reactor;
mod readiness;
mod ready;
mod sleep;
mod socket;
mod sync;

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

fn serve(listener: std::net::TcpListener, arguments: &Arguments) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let reactor = Reactor::new()?;
    let executor = Executor::new(&reactor);
    let listener = Watched::new(&reactor, TcpListener::from_std(listener))?;
    let threads = thread::available_parallelism().map_or(2, |processors| processors.get().max(2));
    executor.block_on(threads, run(executor.clone(), reactor, listener, arguments.delay))?;
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
