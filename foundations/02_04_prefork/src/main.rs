//! Step 2.4: eight processes share one listener, and each serves one client at a time. If one dies, another takes its place.
//!
//! Run: `cargo run --bin 02_04_prefork`
//! Try: `nc 127.0.0.1 7878` in two terminals, and type a line in each. Then `pkill -n 02_04_prefork`, which kills one process.
//! You should see: at most one client loses its connection. The other client is served, and so are new clients.

#![cfg_attr(not(unix), allow(dead_code, unused_imports))] // there, this step only says what it lacks

use echo::{Arguments, LINGER, Lines};
use std::io::{self, ErrorKind, PipeReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::{self, Command};
use std::time::Duration;
use std::{env, thread};
#[cfg(unix)]
use {
    rustix::process::{WaitOptions, wait},
    std::os::fd::{AsFd, OwnedFd},
    std::path::Path,
};

/// How long to rest before a worker is replaced.
const PAUSE: Duration = Duration::from_millis(100);
/// How many processes serve connections, each one at a time.
const WORKERS: usize = 8;
/// A process that finds this in its environment is a worker.
const IS_WORKER: &str = "PREFORK_WORKER";

#[cfg(not(unix))]
fn main() {
    echo::log("only on Unix can a process hand its listener to another one as a file descriptor");
    process::exit(1);
}

#[cfg(unix)]
fn main() {
    let Arguments { address, delay } = echo::arguments();
    let listen = || TcpListener::bind(&address).unwrap_or_else(|error| echo::cannot_listen(&address, &error));
    let ended = if env::var_os(IS_WORKER).is_some() { work(delay) } else { supervise(&listen()) };
    if let Err(error) = ended {
        echo::log(format_args!("cannot continue: {error}"));
        process::exit(1);
    }
}

// ANCHOR: parent
/// The parent accepts nothing. It starts the workers, and replaces those that end.
#[cfg(unix)]
fn supervise(listener: &TcpListener) -> io::Result<()> {
    let (lifeline, _parent_holds) = io::pipe()?;
    let program = env::current_exe()?; // now, because a new build may take its place
    for _ in 0..WORKERS {
        start_worker(&program, listener, &lifeline)?;
    }
    echo::announce(listener.local_addr());
    while let Some((worker, _)) = wait(WaitOptions::empty())? {
        echo::log(format_args!("worker {worker} has ended, and another one takes its place"));
        thread::sleep(PAUSE); // or workers that end immediately would keep the parent busy
        while let Err(error) = start_worker(&program, listener, &lifeline) {
            echo::log(format_args!("cannot start a worker: {error}"));
            thread::sleep(PAUSE);
        }
    }
    Ok(())
}
// ANCHOR_END: parent

// ANCHOR: start_worker
/// Starts a copy of the program. Its standard input is the listener,
/// and its standard output is a pipe that it reads from.
#[cfg(unix)]
fn start_worker(program: &Path, listener: &TcpListener, lifeline: &PipeReader) -> io::Result<()> {
    let mut worker = Command::new(program);
    worker.args(env::args_os().skip(1)).env(IS_WORKER, "");
    worker.stdin(OwnedFd::from(listener.try_clone()?)).stdout(lifeline.try_clone()?);
    worker.spawn().map(drop) // the parent waits for any of its workers
}
// ANCHOR_END: start_worker

// ANCHOR: worker
/// A worker is the server of step 2.1, with a listener that it did not bind. It ends with its parent.
#[cfg(unix)]
fn work(delay: Duration) -> io::Result<()> {
    let listener = TcpListener::from(io::stdin().as_fd().try_clone_to_owned()?);
    let mut lifeline = PipeReader::from(io::stdout().as_fd().try_clone_to_owned()?);
    thread::Builder::new().spawn(move || {
        let _ = io::copy(&mut lifeline, &mut io::sink()); // blocks while the parent lives
        process::exit(0);
    })?;
    for stream in listener.incoming() {
        match stream {
            Ok(stream) => serve(&stream, delay),
            Err(error) => thread::sleep(echo::cannot_accept(&error)),
        }
    }
    Ok(())
}
// ANCHOR_END: worker

/// Serves one client, until one of the two ends the connection.
fn serve(stream: &TcpStream, delay: Duration) {
    if let Err(error) = handle_connection(stream, delay) {
        echo::log(format_args!("gave up on a connection: {error}"));
    }
}

// ANCHOR: handle_connection
fn handle_connection(mut stream: &TcpStream, delay: Duration) -> io::Result<()> {
    stream.set_read_timeout(Some(echo::patience()))?;
    stream.set_write_timeout(Some(echo::patience()))?;
    let mut lines = Lines::new();
    let mut buffer = [0; 1024];
    while lines.is_open() {
        let received = match stream.read(&mut buffer) {
            Err(error) if error.kind() == ErrorKind::Interrupted => continue, // by Ctrl-Z
            received => received?,
        };
        lines.receive(&buffer[..received]);
        while let Some(line) = lines.next_line() {
            thread::sleep(delay);
            stream.write_all(&line)?;
        }
    }
    let Some(refusal) = lines.refusal() else { return Ok(()) };
    stream.shutdown(Shutdown::Write)?; // a client that is still sending should read the refusal
    io::copy(&mut stream.take(LINGER), &mut io::sink())?;
    Err(refusal)
}
// ANCHOR_END: handle_connection
