//! A server as a process: started, reached, watched, stopped.

use crate::comparison::Own;
use crate::linux::children::Group;
use crate::linux::process;
use crate::protocol::Protocol;
use std::io::{self, BufRead, BufReader, Error, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};
use std::{iter, thread};

/// How long a server may take to start.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often to look whether it has.
const TICK: Duration = Duration::from_micros(200);
/// How long the end of a server may take that has closed a connection, and what it says about it.
const END: Duration = Duration::from_millis(300);

/// How to start a server.
#[derive(Clone, Debug)]
pub struct Recipe {
    /// The name in the tables.
    pub name: String,
    /// The program and its arguments; `{addr}` and `{port}` stand for the address and the port to listen on.
    pub command: Vec<String>,
    /// One of the servers of this workspace, which choose a free port and print it.
    pub own: Option<Own>,
}

impl Recipe {
    /// The command, without the folder of our own servers.
    pub fn shown(&self) -> String {
        self.own.as_ref().map_or_else(|| shell_words::join(&self.command), |own| own.binary.to_owned())
    }

    /// The same, with more arguments if it is a server of ours.
    pub fn with(&self, arguments: &[&str]) -> Self {
        let arguments = arguments.iter().filter(|_| self.own.is_some()).map(ToString::to_string);
        Self { command: self.command.iter().cloned().chain(arguments).collect(), ..self.clone() }
    }

    /// Starts the server on these cores (none: any), and waits until it listens, as the protocol has it.
    pub fn start(&self, cores: &[usize], protocol: &dyn Protocol) -> io::Result<Server> {
        let address = if self.own.is_some() { None } else { Some(free_address()?) };
        let port = address.map_or(0, |address| address.port());
        let fill =
            |word: &String| word.replace("{addr}", &format!("127.0.0.1:{port}")).replace("{port}", &port.to_string());
        let words: Vec<String> = self.command.iter().map(fill).collect();
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.envs(self.own.iter().flat_map(|own| own.environment.iter().copied()));
        let own_cores = process::cores();
        process::run_on(cores)?; // a child inherits the cores of the thread that starts it
        let started = Group::start(&mut command);
        process::run_on(if cores.is_empty() { &[] } else { &own_cores })?;
        let group = started.map_err(|error| Error::new(error.kind(), format!("cannot start {}: {error}", words[0])))?;
        Server::reach(group, address, protocol.announcement())
    }
}

fn free_address() -> io::Result<SocketAddr> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()
}

/// A server that listens.
pub struct Server {
    group: Group,
    /// Where it listens.
    pub address: SocketAddr,
    complaints: Receiver<String>,
}

impl Server {
    fn reach(mut group: Group, address: Option<SocketAddr>, announcement: &str) -> io::Result<Self> {
        let lines = lines_of(group.0.stdout.take());
        let complaints = lines_of(group.0.stderr.take());
        let reached = match address {
            Some(address) => wait_until_reachable(&mut group, address),
            None => announced(&lines, announcement),
        };
        match reached {
            Ok(address) => Ok(Self { group, address, complaints }),
            Err(error) => Err(explain(&mut group, &complaints, &error)),
        }
    }

    /// The processes of the server.
    pub fn processes(&self) -> Vec<i32> {
        process::members(self.group.id())
    }

    /// Asks the server to end, and waits until it has. (Dropping it does not ask.)
    pub fn end(mut self) -> io::Result<()> {
        self.group.terminate()?;
        let start = Instant::now();
        while self.group.0.try_wait()?.is_none() {
            if start.elapsed() > PATIENCE {
                return Err(Error::other("it does not end on SIGTERM"));
            }
            thread::sleep(TICK);
        }
        Ok(())
    }

    /// Adds to an error that the server ended, if so, and what it complained of first and last.
    pub fn explain(&mut self, error: &Error) -> Error {
        explain(&mut self.group, &self.complaints, error)
    }

    /// Makes one request, and waits for the end of the answer.
    pub fn ask(&self, protocol: &mut dyn Protocol) -> io::Result<()> {
        let mut stream = TcpStream::connect(self.address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.write_all(&protocol.greeting().unwrap_or_else(|| protocol.request()))?;
        let (mut answer, mut buffer) = (Vec::new(), [0; 4096]);
        while protocol.answer(&answer)?.is_none() {
            match stream.read(&mut buffer)? {
                0 => return Err(Error::new(ErrorKind::UnexpectedEof, "the server closed the connection")),
                received => answer.extend_from_slice(&buffer[..received]),
            }
        }
        Ok(())
    }
}

/// The lines of a stream, which is read to its end, so that the writer never waits for a reader.
fn lines_of(stream: Option<impl Read + Send + 'static>) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    if let Some(stream) = stream {
        thread::spawn(move || {
            for line in BufReader::new(stream).split(b'\n').map_while(Result::ok) {
                let _ = sender.send(String::from_utf8_lossy(&line).into_owned());
            }
        });
    }
    receiver
}

/// Reads the address that a server of ours prints.
fn announced(lines: &Receiver<String>, announcement: &str) -> io::Result<SocketAddr> {
    let line = lines.recv_timeout(PATIENCE).map_err(|_| Error::other("it did not say where it listens"))?;
    let address = line.strip_prefix(announcement).and_then(|address| address.trim().parse().ok());
    address.ok_or_else(|| Error::other(format!("it should say where it listens, but said {line:?}")))
}

/// Tries until the server accepts a connection, or ends.
fn wait_until_reachable(group: &mut Group, address: SocketAddr) -> io::Result<SocketAddr> {
    let start = Instant::now();
    while start.elapsed() < PATIENCE && group.0.try_wait()?.is_none() {
        if TcpStream::connect(address).is_ok() {
            return Ok(address);
        }
        thread::sleep(TICK);
    }
    Err(Error::other(format!("it does not listen on {address}")))
}

fn explain(group: &mut Group, complaints: &Receiver<String>, error: &Error) -> Error {
    let start = Instant::now();
    while start.elapsed() < END && matches!(group.0.try_wait(), Ok(None)) {
        thread::sleep(TICK);
    }
    let ended = match group.0.try_wait() {
        Ok(Some(status)) => format!("; it ended ({status})"),
        _ => String::new(),
    };
    let next = || complaints.recv_timeout(END.saturating_sub(start.elapsed())).ok();
    let said = match &iter::from_fn(next).take(1_000).collect::<Vec<_>>()[..] {
        [] => String::new(),
        [first, .., last] if first != last => format!("; it said: {first} … {last}"),
        [first, ..] => format!("; it said: {first}"),
    };
    Error::new(error.kind(), format!("{error}{ended}{said}"))
}
