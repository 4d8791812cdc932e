//! Step 4.2: an echo server of coroutines, on the loop of step 4.1. A handler that has to wait pauses, and goes on later from the same place.
//!
//! Run: `cargo run --bin 04_02_coroutines`
//! Try: `nc 127.0.0.1 7878` in two terminals. Type a line in each.
//! You should see: each line comes back after a second, whatever the other terminal does. One thread serves both.

use echo::{LINGER, Lines};
use mio::net::TcpStream;
use readiness::{Event, EventLoop, Wait};
use std::cell::Cell;
use std::future::poll_fn;
use std::io::{self, ErrorKind, Read, Write};
use std::net::Shutdown;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

fn main() -> io::Result<()> {
    let arguments = echo::arguments();
    match EventLoop::bind(&arguments.address, echo::patience()) {
        Ok(event_loop) => run(event_loop, &Handover::default(), arguments.delay),
        Err(error) => echo::cannot_listen(&arguments.address, &error),
    }
}

// ANCHOR: run
/// The messages between the loop and a coroutine.
#[derive(Default)]
struct Handover {
    /// From the coroutine: what it waits for.
    wanted: Cell<Option<Wait>>,
    /// From the loop: the result of the wait.
    ended: Cell<Option<io::Result<()>>>,
}

type Coroutine<'handover> = Pin<Box<dyn Future<Output = ()> + 'handover>>;

fn run<'handover>(
    mut event_loop: EventLoop<Coroutine<'handover>>,
    handover: &'handover Handover,
    delay: Duration,
) -> io::Result<()> {
    echo::announce(event_loop.address());
    loop {
        for event in event_loop.turn()? {
            let (token, mut coroutine, ended) = match event {
                Event::Connected(token, socket) => (token, start(Stream { socket, handover }, delay), None),
                Event::Over(token, coroutine, ended) => (token, coroutine, Some(ended)),
            };
            handover.ended.set(ended);
            let progress = coroutine.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            if let (Poll::Pending, Some(wait)) = (progress, handover.wanted.take()) {
                event_loop.wait(token, wait, coroutine);
            }
        }
    }
}

/// Serves one client, until one of the two ends the connection.
fn start(stream: Stream<'_>, delay: Duration) -> Coroutine<'_> {
    Box::pin(async move {
        let ended = handle_connection(stream, delay).await;
        ended.unwrap_or_else(|error| echo::log(format_args!("gave up on a connection: {error}")));
    })
}
// ANCHOR_END: run

// ANCHOR: handle_connection
async fn handle_connection(mut stream: Stream<'_>, delay: Duration) -> io::Result<()> {
    let mut lines = Lines::new();
    let mut buffer = [0; 1024];
    while lines.is_open() {
        let received = stream.read(&mut buffer).await?;
        lines.receive(&buffer[..received]);
        while let Some(line) = lines.next_line() {
            stream.sleep(delay).await?;
            stream.write_all(&line).await?;
        }
    }
    let Some(refusal) = lines.refusal() else { return Ok(()) };
    stream.socket.shutdown(Shutdown::Write)?; // a client that is still sending should read the refusal
    let mut rest = LINGER;
    while rest > 0 {
        match stream.read(&mut buffer).await? {
            0 => break,
            received => rest = rest.saturating_sub(received as u64),
        }
    }
    Err(refusal)
}
// ANCHOR_END: handle_connection

// ANCHOR: stream
struct Stream<'handover> {
    socket: TcpStream,
    handover: &'handover Handover,
}

impl Stream<'_> {
    async fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.retry(Wait::Readable, |socket| socket.read(buffer)).await
    }

    async fn write_all(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            match self.retry(Wait::Writable, |socket| socket.write(bytes)).await? {
                0 => return Err(ErrorKind::WriteZero.into()),
                written => bytes = &bytes[written..],
            }
        }
        Ok(())
    }

    async fn sleep(&self, time: Duration) -> io::Result<()> {
        self.wait(Wait::Time(time)).await
    }

    /// Tries again whenever the socket is ready, until it does not say `WouldBlock`.
    async fn retry<T, F>(&mut self, wait: Wait, mut attempt: F) -> io::Result<T>
    where
        F: FnMut(&mut TcpStream) -> io::Result<T>,
    {
        loop {
            match attempt(&mut self.socket) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => self.wait(wait).await?,
                result => return result,
            }
        }
    }

    /// Pauses until the wait is over.
    async fn wait(&self, wait: Wait) -> io::Result<()> {
        self.handover.wanted.set(Some(wait));
        poll_fn(|_| self.handover.ended.take().map_or(Poll::Pending, Poll::Ready)).await
    }
}
// ANCHOR_END: stream
