//! How not to wait for sockets: an echo server on the executor of step 5.3. Each task that waits asks the system whenever it has a turn.
//!
//! Run: `cargo run --bin 05_05_zero_timeout`
//! Try: `nc 127.0.0.1 7878` in two terminals, and `top` in a third one.
//! You should see: it works, and it keeps a whole processor busy although nobody says anything.

use echo::{LINGER, Lines};
use executor::{Executor, Outcome};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::AsFd;
use std::future::poll_fn;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::task::Poll;
use std::time::{Duration, Instant};

#[allow(dead_code)] // nobody awaits a task here
#[path = "../../05_03_wait/src/executor.rs"]
mod executor;

/// How long to let a failed listener rest: what it lacks, such as descriptors, may come back.
const PAUSE: Duration = Duration::from_millis(100);

fn main() {
    let arguments = echo::arguments();
    match TcpListener::bind(&arguments.address) {
        Ok(listener) => {
            let executor = Executor::default();
            executor.spawn(run(executor.clone(), listener, arguments.delay)).detach();
            executor.run_until_empty();
        }
        Err(error) => echo::cannot_listen(&arguments.address, &error),
    }
}

async fn run(executor: Executor, listener: TcpListener, delay: Duration) -> Outcome {
    echo::announce(listener.local_addr());
    loop {
        match accept(&listener).await {
            Ok(stream) => executor.spawn(serve(stream, delay)).detach(),
            Err(error) => {
                echo::log(format_args!("cannot accept: {error}"));
                sleep(PAUSE).await;
            }
        }
    }
}

async fn accept(listener: &TcpListener) -> io::Result<TcpStream> {
    ready(listener, PollFlags::IN, Duration::MAX).await?;
    listener.set_nonblocking(true)?; // whoever has knocked may be gone already
    Ok(listener.accept()?.0)
}

/// Serves one peer, until either side has had enough.
async fn serve(stream: TcpStream, delay: Duration) -> Outcome {
    if let Err(error) = handle_connection(&stream, delay).await {
        echo::log(format_args!("gave a connection up: {error}"));
    }
    Ok("served")
}

async fn handle_connection(mut stream: &TcpStream, delay: Duration) -> io::Result<()> {
    stream.set_nonblocking(true)?;
    let patience = echo::patience();
    let mut lines = Lines::new();
    let mut buffer = [0; 1024];
    while lines.is_open() {
        ready(stream, PollFlags::IN, patience).await?;
        let received = stream.read(&mut buffer)?;
        lines.receive(&buffer[..received]);
        while let Some(line) = lines.next_line() {
            sleep(delay).await;
            let mut rest = &line[..];
            while !rest.is_empty() {
                ready(stream, PollFlags::OUT, patience).await?;
                let sent = stream.write(rest)?;
                rest = &rest[sent..];
            }
        }
    }
    let Some(refusal) = lines.refusal() else { return Ok(()) };
    stream.shutdown(Shutdown::Write)?; // the peer may still be sending: it reads why it should not
    let mut rest = LINGER;
    while rest > 0 {
        ready(stream, PollFlags::IN, patience).await?;
        match stream.read(&mut buffer)? {
            0 => break,
            received => rest = rest.saturating_sub(received as u64),
        }
    }
    Err(refusal)
}

// ANCHOR: ready
/// Waits until this socket is ready, and no longer than `patience`.
async fn ready(socket: &impl AsFd, wanted: PollFlags, patience: Duration) -> io::Result<()> {
    let start = Instant::now();
    loop {
        pass().await;
        let mut asked = [PollFd::new(socket, wanted)];
        match poll(&mut asked, Some(&Timespec::default())) {
            Ok(0) if start.elapsed() >= patience => return Err(ErrorKind::TimedOut.into()),
            Ok(0) => {} // "not yet", at once: the timeout is zero
            Ok(_) => return Ok(()),
            Err(error) => return Err(error.into()),
        }
    }
}

async fn sleep(time: Duration) {
    let start = Instant::now();
    while start.elapsed() < time {
        pass().await;
    }
}
// ANCHOR_END: ready

/// Lets the others have a turn.
async fn pass() {
    let mut has_passed = false;
    poll_fn(|_| if std::mem::replace(&mut has_passed, true) { Poll::Ready(()) } else { Poll::Pending }).await;
}
