//! Step 3.1: calls that do not block: what they return at once, and what they return when they are ready.
//!
//! Run: `cargo run --bin 03_01_would_block`
//! Try: take `set_nonblocking` away in `never_blocking`, and run it again: it waits for itself. End it with Ctrl-C.
//! You should see: what each call returns at once, mostly that it would have to wait, and what comes of it when the socket is ready.

use common::command_line;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use socket2::{Domain, Socket, Type};
use std::fmt::{Debug, Display};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr};

const TENTH_OF_A_SECOND: Timespec = Timespec { tv_sec: 0, tv_nsec: 100_000_000 };

fn main() {
    command_line::no_arguments(include_str!("main.rs"));
    command_line::finish(run())
}

// ANCHOR: run
fn run() -> io::Result<()> {
    let listener = bound()?;
    listener.listen(1)?;
    show("call", "at once", "when it is ready")?;

    let early_accept = listener.accept();
    let mut here = never_blocking()?;
    let early_connect = here.connect(&listener.local_addr()?);
    wait_until(PollFlags::OUT, &here)?;
    let failure = here.take_error()?.map(|error| error.to_string());
    show("connect", would_wait(early_connect), failure.as_deref().unwrap_or("a connection"))?;
    connect_in_vain()?;
    wait_until(PollFlags::IN, &listener)?;
    let (mut there, _) = listener.accept()?;
    there.set_nonblocking(true)?;
    show("accept", would_wait(early_accept), "a connection")?;

    let mut buffer = [0; 100_000];
    let early_read = here.read(&mut buffer);
    there.write_all(b"hello\n")?;
    wait_until(PollFlags::IN, &here)?;
    show("read", would_wait(early_read), bytes(here.read(&mut buffer)?))?;

    let early_write = fill(&mut here);
    while there.read(&mut buffer).is_ok() {} // makes room
    wait_until(PollFlags::OUT, &here)?;
    show("write", would_wait(early_write), bytes(here.write(b"hello\n")?))?;

    there.shutdown(Shutdown::Write)?;
    wait_until(PollFlags::IN, &here)?;
    show("read", "(the other end has finished)", bytes(here.read(&mut buffer)?))
}
// ANCHOR_END: run

// ANCHOR: in_vain
/// Connects to a port where no program listens, and to a listener whose backlog is full.
fn connect_in_vain() -> io::Result<()> {
    let address = bound()?.local_addr()?; // its socket is closed at the end of this line
    let refused = never_blocking()?;
    let early_connect = refused.connect(&address);
    wait_until(PollFlags::OUT, &refused)?;
    let failure = refused.take_error()?.map(|error| error.kind().to_string());
    show("connect", would_wait(early_connect), failure.as_deref().unwrap_or("a connection"))?;

    let listener = bound()?;
    listener.listen(0)?; // room for one
    let (first, second) = (never_blocking()?, never_blocking()?);
    let _ = first.connect(&listener.local_addr()?);
    wait_until(PollFlags::OUT, &first)?;
    let early_connect = second.connect(&listener.local_addr()?);
    let ready = poll(&mut [PollFd::new(&second, PollFlags::OUT)], Some(&TENTH_OF_A_SECOND))?;
    show("connect", would_wait(early_connect), if ready == 0 { "(no answer)" } else { "a connection" })
}
// ANCHOR_END: in_vain

/// A socket with an address of its own: any free port.
fn bound() -> io::Result<Socket> {
    let socket = never_blocking()?;
    socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into())?;
    Ok(socket)
}

// ANCHOR: parts
/// A socket whose calls return immediately.
fn never_blocking() -> io::Result<Socket> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

/// Waits until the system says that a socket is ready, and does nothing else.
/// This is the only call here that may block.
fn wait_until(ready: PollFlags, socket: &Socket) -> io::Result<()> {
    poll(&mut [PollFd::new(socket, ready)], None)?;
    Ok(())
}

/// Writes until there is room for nothing more.
fn fill(socket: &mut Socket) -> io::Result<()> {
    loop {
        socket.write_all(&[0; 100_000])?;
    }
}
// ANCHOR_END: parts

/// What a call has returned instead of waiting.
fn would_wait(returned: io::Result<impl Debug>) -> String {
    let error = match returned {
        Ok(value) => return format!("{value:?}"),
        Err(error) => error,
    };
    match Errno::from_io_error(&error) {
        Some(Errno::INPROGRESS) => "EINPROGRESS: it has begun".to_owned(),
        Some(Errno::AGAIN) if error.kind() == ErrorKind::WouldBlock => "EAGAIN: ErrorKind::WouldBlock".to_owned(),
        _ => error.to_string(),
    }
}

fn bytes(number: usize) -> String {
    format!("{number} bytes")
}

fn show(call: &str, at_once: impl Display, ready: impl Display) -> io::Result<()> {
    writeln!(io::stdout(), "{call:<8} {:<30} {ready}", at_once.to_string())
}
