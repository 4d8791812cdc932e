//! An echo server with one fault, for the suites to find: the environment variable `FAULT` names it. Without one it is sound.
//!
//! Run: `FAULT=reads_once cargo run -p harness --bin echo_mutant`

use echo::{LINGER, Lines};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};
use std::{env, process, thread};

/// What can be wrong with an echo server. Each name says what it does.
const FAULTS: &[&str] = &[
    "",
    "serial",
    "serves_seven_at_a_time",
    "serves_eight_at_a_time",
    "serves_nine_at_a_time",
    "says_ok",
    "reads_once",
    "drops_lines_behind_the_first",
    "wants_an_end",
    "skips_empty_lines",
    "wants_text",
    "greets",
    "wants_short_lines",
    "takes_any_line",
    "resets",
    "does_not_wait",
    "waits_once_for_all",
    "ignores_nonsense",
    "waits_forever",
    "takes_bytes_for_progress",
    "rests_after_each_failed_accept",
    "gives_up_when_interrupted",
    "believes_a_short_read",
    "never_closes",
    "spins",
    "looks_at_all_clients",
];

/// How many clients have come.
static CLIENTS: AtomicUsize = AtomicUsize::new(0);

/// What is wrong with this server.
#[derive(Clone, Copy)]
struct Fault(&'static str);

impl Fault {
    fn is(self, name: &str) -> bool {
        debug_assert!(FAULTS.contains(&name), "{name} is missing from the list");
        self.0 == name
    }
}

fn main() {
    let name = env::var("FAULT").unwrap_or_default();
    let Some(name) = FAULTS.iter().find(|known| **known == name) else {
        echo::log(format_args!("no such fault: {name}"));
        process::exit(2)
    };
    let fault = Fault(name);
    let (address, delay) = if fault.is("ignores_nonsense") {
        (env::args().nth(1).unwrap_or_default(), Duration::ZERO)
    } else {
        let arguments = echo::arguments();
        (arguments.address, arguments.delay)
    };
    match TcpListener::bind(&address) {
        Ok(listener) => run(&listener, delay, fault),
        Err(error) => echo::cannot_listen(&address, &error),
    }
}

fn run(listener: &TcpListener, delay: Duration, fault: Fault) {
    echo::announce(listener.local_addr());
    let workers = match fault {
        _ if fault.is("serves_seven_at_a_time") => 7,
        _ if fault.is("serves_eight_at_a_time") => 8,
        _ if fault.is("serves_nine_at_a_time") => 9,
        _ => 1,
    };
    thread::scope(|scope| {
        if fault.is("spins") {
            scope.spawn(spin);
        }
        (0..workers).for_each(|_| drop(scope.spawn(|| accept(listener, delay, fault, workers > 1))));
    });
}

fn spin() {
    loop {
        std::hint::spin_loop();
    }
}

fn accept(listener: &TcpListener, delay: Duration, fault: Fault, is_pool: bool) {
    for stream in listener.incoming() {
        CLIENTS.fetch_add(1, Relaxed);
        match stream {
            Ok(stream) if is_pool || fault.is("serial") => serve(&stream, delay, fault),
            Ok(stream) => drop(thread::spawn(move || serve(&stream, delay, fault))),
            Err(_) if fault.is("rests_after_each_failed_accept") => thread::sleep(Duration::from_millis(100)),
            Err(error) => thread::sleep(echo::cannot_accept(&error)),
        }
    }
}

fn serve(stream: &TcpStream, delay: Duration, fault: Fault) {
    if let Err(error) = handle_connection(stream, delay, fault) {
        echo::log(format_args!("gave up on a connection: {error}"));
    }
}

/// Waits for something to arrive, as a loop does that learns of arrivals only: it does not look for what has arrived before.
fn wait_for_news(stream: &TcpStream) -> io::Result<()> {
    stream.set_nonblocking(true)?;
    let arrived = || stream.peek(&mut [0; 1024]).unwrap_or(0);
    let (unread, start) = (arrived(), Instant::now());
    while unread > 0 && arrived() == unread {
        if start.elapsed() > echo::patience() {
            return Err(ErrorKind::TimedOut.into());
        }
        thread::sleep(Duration::from_millis(1));
    }
    stream.set_nonblocking(false)
}

/// Writes, and waits for room: beyond all patience, if a byte arrives now and then.
fn write_as_long_as_bytes_come(mut stream: &TcpStream, mut bytes: &[u8]) -> io::Result<()> {
    stream.set_nonblocking(true)?;
    let mut buffer = vec![0; 4 << 20]; // more than may wait
    let mut arrived = || stream.peek(&mut buffer).unwrap_or(0);
    let (mut unread, mut progress) = (arrived(), Instant::now());
    while !bytes.is_empty() {
        match stream.write(bytes) {
            Ok(written) => bytes = &bytes[written..],
            Err(error) if error.kind() == ErrorKind::WouldBlock && progress.elapsed() < echo::patience() => {
                thread::sleep(Duration::from_millis(1));
            }
            Err(error) => return Err(error),
        }
        if arrived() != unread {
            (unread, progress) = (arrived(), Instant::now());
        }
    }
    stream.set_nonblocking(false)
}

fn handle_connection(mut stream: &TcpStream, delay: Duration, fault: Fault) -> io::Result<()> {
    if !fault.is("waits_forever") {
        stream.set_read_timeout(Some(echo::patience()))?;
        stream.set_write_timeout(Some(echo::patience()))?;
    }
    if fault.is("greets") {
        stream.write_all(b"hello\n")?;
    }
    let mut lines = Lines::new();
    let mut buffer = [0; 1024];
    while lines.is_open() {
        let received = match stream.read(&mut buffer) {
            Err(error) if error.kind() == ErrorKind::Interrupted && !fault.is("gives_up_when_interrupted") => continue,
            received => received?,
        };
        lines.receive(&buffer[..received]);
        if fault.is("believes_a_short_read") && received < buffer.len() {
            wait_for_news(stream)?;
        }
        if fault.is("takes_any_line") || fault.is("reads_once") {
            lines = Lines::new();
            stream.write_all(&buffer[..received])?;
            if fault.is("reads_once") || received == 0 {
                return Ok(());
            }
        }
        if fault.is("waits_once_for_all") {
            thread::sleep(delay);
        }
        while let Some(line) = lines.next_line() {
            if !fault.is("does_not_wait") && !fault.is("waits_once_for_all") {
                thread::sleep(delay);
            }
            if fault.is("looks_at_all_clients") {
                (0..CLIENTS.load(Relaxed) * 5).for_each(|_| std::hint::spin_loop());
            }
            if fault.is("takes_bytes_for_progress") {
                write_as_long_as_bytes_come(stream, &line)?;
                continue;
            }
            stream.write_all(&misheard(line, fault))?;
            if fault.is("drops_lines_behind_the_first") {
                while lines.next_line().is_some() {}
            }
        }
    }
    if fault.is("never_closes") {
        thread::sleep(echo::patience());
    }
    let Some(refusal) = lines.refusal() else { return Ok(()) };
    if !fault.is("resets") {
        stream.shutdown(Shutdown::Write)?;
        io::copy(&mut stream.take(LINGER), &mut io::sink())?;
    }
    Err(refusal)
}

/// What the server sends back instead of a line.
fn misheard(line: Vec<u8>, fault: Fault) -> Vec<u8> {
    match fault {
        _ if fault.is("says_ok") => b"ok\n".to_vec(),
        _ if fault.is("wants_an_end") && !line.ends_with(b"\n") => Vec::new(),
        _ if fault.is("skips_empty_lines") && line == b"\n" => Vec::new(),
        _ if fault.is("wants_text") => String::from_utf8_lossy(&line).into_owned().into_bytes(),
        _ if fault.is("wants_short_lines") && line.len() > 1_000 => b"error: too long\n".to_vec(),
        _ => line,
    }
}
