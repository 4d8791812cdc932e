//! Step 4.3: an echo server of green threads, on the loop of step 4.1. The handler looks as if it blocked, and does not.
//!
//! Run: `cargo run --bin 04_03_green_threads`
//! Try: `nc 127.0.0.1 7878` in two terminals. Type a line in each.
//! You should see: each line comes back after a second, whatever the other terminal does. One thread serves both.

use corosensei::stack::DefaultStack;
use corosensei::{Coroutine, CoroutineResult, Yielder};
use echo::{LINGER, Lines};
use mio::net::TcpStream;
use readiness::{Event, EventLoop, Wait};
use std::io::{self, ErrorKind, Read, Write};
use std::net::Shutdown;
use std::time::Duration;

/// How much a green thread may have on its stack. These are addresses: memory is taken page by page.
const STACK: usize = 64 * 1024;

fn main() -> io::Result<()> {
    let arguments = echo::arguments();
    match EventLoop::bind(&arguments.address, echo::patience()) {
        Ok(event_loop) => run(event_loop, arguments.delay),
        Err(error) => echo::cannot_listen(&arguments.address, &error),
    }
}

// ANCHOR: run
/// When it pauses, it passes out what it waits for. When it goes on, it gets the result of the wait.
type GreenThread = Coroutine<io::Result<()>, Wait, ()>;

fn run(mut event_loop: EventLoop<GreenThread>, delay: Duration) -> io::Result<()> {
    echo::announce(event_loop.address());
    loop {
        for event in event_loop.turn()? {
            let (token, mut thread, ended) = match event {
                Event::Connected(token, socket) => {
                    let Ok(thread) = start(socket, delay).inspect_err(give_up) else { continue };
                    (token, thread, Ok(()))
                }
                Event::Over(token, thread, ended) => (token, thread, ended),
            };
            if let CoroutineResult::Yield(wait) = thread.resume(ended) {
                event_loop.wait(token, wait, thread);
            }
        }
    }
}

/// Serves one client, until one of the two ends the connection.
fn start(socket: TcpStream, delay: Duration) -> io::Result<GreenThread> {
    Ok(Coroutine::with_stack(DefaultStack::new(STACK)?, move |yielder, _| {
        if let Err(error) = handle_connection(Stream { socket, yielder }, delay) {
            give_up(&error);
        }
    }))
}

fn give_up(error: &io::Error) {
    echo::log(format_args!("gave up on a connection: {error}"));
}
// ANCHOR_END: run

// ANCHOR: handle_connection
fn handle_connection(mut stream: Stream<'_>, delay: Duration) -> io::Result<()> {
    let mut lines = Lines::new();
    let mut buffer = [0; 1024];
    while lines.is_open() {
        let received = stream.read(&mut buffer)?;
        lines.receive(&buffer[..received]);
        while let Some(line) = lines.next_line() {
            stream.sleep(delay)?;
            stream.write_all(&line)?;
        }
    }
    let Some(refusal) = lines.refusal() else { return Ok(()) };
    stream.shutdown(Shutdown::Write)?; // a client that is still sending should read the refusal
    io::copy(&mut stream.take(LINGER), &mut io::sink())?;
    Err(refusal)
}
// ANCHOR_END: handle_connection

// ANCHOR: stream
/// A stream that blocks its green thread, and no other.
struct Stream<'y> {
    socket: TcpStream,
    yielder: &'y Yielder<io::Result<()>, Wait>,
}

impl Stream<'_> {
    fn sleep(&self, time: Duration) -> io::Result<()> {
        self.yielder.suspend(Wait::Time(time))
    }

    fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        self.socket.shutdown(how)
    }

    /// Tries again whenever the socket is ready, until it does not say `WouldBlock`.
    fn retry<T, F>(&mut self, wait: Wait, mut attempt: F) -> io::Result<T>
    where
        F: FnMut(&mut TcpStream) -> io::Result<T>,
    {
        loop {
            match attempt(&mut self.socket) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => self.yielder.suspend(wait)?,
                result => return result,
            }
        }
    }
}

impl Read for Stream<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.retry(Wait::Readable, |socket| socket.read(buffer))
    }
}

impl Write for Stream<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.retry(Wait::Writable, |socket| socket.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.socket.flush()
    }
}
// ANCHOR_END: stream
