//! Step 7.1: over a Unix socket, the same handler does the same; and what becomes of the socket's file.

#![allow(clippy::unwrap_used)] // in helpers, too: a test says what went wrong by failing at that line

use harness::{Program, Result, SAFETY};
use rustix::process::{Pid, Signal, kill_process};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus, Stdio};
use std::time::Duration;

fn program() -> Program {
    Program::echo(env!("CARGO_BIN_EXE_07_01_echo_streams"))
}

/// A path for a socket of this test: a path must be short, and no other test may have it.
fn path(test: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("echo_{test}_{}.socket", std::process::id()));
    let _ = fs::remove_file(&path); // from a run that was interrupted
    path
}

/// A server that listens on a Unix socket. It is killed when dropped.
struct Server {
    child: Child,
    path: PathBuf,
}

impl Server {
    /// Starts it, and waits until it says that it listens.
    fn start(program: &Program, path: &Path) -> Result<Self> {
        let address = format!("unix:{}", path.display());
        let child = program.command().arg(&address).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let mut server = Self { child, path: path.to_owned() };
        let mut line = String::new();
        BufReader::new(server.child.stdout.take().unwrap()).read_line(&mut line)?;
        assert_eq!(line, format!("listening on {address}\n"));
        Ok(server)
    }

    fn connect(&self) -> Result<UnixStream> {
        let stream = UnixStream::connect(&self.path)?;
        stream.set_read_timeout(Some(SAFETY))?;
        Ok(stream)
    }

    fn signal(&self) -> Result {
        let process = Pid::from_raw(self.child.id().try_into().unwrap()).unwrap();
        Ok(kill_process(process, Signal::TERM).map_err(std::io::Error::from)?)
    }

    /// Waits until it says this.
    fn wait_for_log(&mut self, text: &str) -> Result {
        let mut line = String::new();
        BufReader::new(self.child.stderr.as_mut().unwrap()).read_line(&mut line)?;
        assert!(line.contains(text), "{line}");
        Ok(())
    }

    fn ended(&mut self) -> Result<ExitStatus> {
        Ok(self.child.wait()?)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_file(&self.path);
    }
}

/// What comes back of this, up to the end, when nothing comes after it.
fn echo(mut stream: UnixStream, text: &str) -> Result<String> {
    stream.write_all(text.as_bytes())?;
    stream.shutdown(Shutdown::Write)?;
    let mut received = String::new();
    stream.read_to_string(&mut received)?;
    Ok(received)
}

#[test]
fn lines_come_back_over_a_unix_socket_also_after_the_end() -> Result {
    let server = Server::start(&program(), &path("lines"))?;
    let text = "one\ntwo\nthe last needs no end";
    assert_eq!(echo(server.connect()?, text)?, text);
    Ok(())
}

#[test]
fn a_line_comes_back_before_the_client_says_more() -> Result {
    let server = Server::start(&program(), &path("flush"))?;
    let (mut silent, mut stream) = (server.connect()?, server.connect()?);
    silent.write_all(b"half a li")?;
    let mut reader = BufReader::new(stream.try_clone()?);
    for line in ["one\n", "two\n"] {
        stream.write_all(line.as_bytes())?;
        let mut received = String::new();
        reader.read_line(&mut received)?;
        assert_eq!(received, line);
    }
    Ok(())
}

#[test]
fn a_stale_socket_is_replaced() -> Result {
    let path = path("stale");
    let mut first = Server::start(&program(), &path)?;
    first.child.kill()?; // it has no time to tidy up
    first.child.wait()?;
    assert!(path.exists());
    let second = Server::start(&program(), &path)?;
    assert_eq!(echo(second.connect()?, "hello\n")?, "hello\n");
    Ok(())
}

#[test]
fn a_path_in_use_is_named_and_stays_in_use() -> Result {
    let path = path("in_use");
    let server = Server::start(&program(), &path)?;
    let ended = program().run(&[&format!("unix:{}", path.display())])?;
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.log.contains(path.to_str().unwrap()) && ended.log.contains("in use"), "{ended:?}");
    assert_eq!(echo(server.connect()?, "hello\n")?, "hello\n");
    Ok(())
}

#[test]
fn a_file_that_is_no_socket_is_left_alone() -> Result {
    let path = path("file");
    fs::write(&path, "precious")?;
    let ended = program().run(&[path.to_str().unwrap()])?; // with a `/` in it, it is a path
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert_eq!(fs::read_to_string(&path)?, "precious");
    Ok(fs::remove_file(&path)?)
}

#[test]
fn a_signal_takes_the_socket_away_and_lines_in_flight_come_back() -> Result {
    let path = path("signal");
    let mut server = Server::start(&program().delay(Duration::from_millis(150)), &path)?;
    let mut idle = server.connect()?;
    let mut stream = server.connect()?;
    stream.write_all(b"one\ntwo\n")?;
    let mut reader = BufReader::new(stream);
    let mut received = String::new();
    reader.read_line(&mut received)?; // so `two` has arrived
    server.signal()?;
    assert_eq!(idle.read(&mut [0])?, 0, "an idle client is disconnected");
    assert!(UnixStream::connect(&path).is_err(), "no client is accepted now");
    reader.read_to_string(&mut received)?;
    assert_eq!(received, "one\ntwo\n");
    assert_eq!(server.ended()?.code(), Some(0));
    assert!(!path.exists(), "the file of the socket is still there");
    Ok(())
}

#[test]
fn a_refused_client_that_stays_holds_nothing_up() -> Result {
    let mut server = Server::start(&program(), &path("refused"))?;
    let mut stream = server.connect()?;
    stream.write_all(&b"x".repeat(9_000))?;
    let mut refusal = String::new();
    stream.try_clone()?.read_to_string(&mut refusal)?;
    assert!(refusal.starts_with("error: a line may have"), "{refusal}");
    server.signal()?;
    assert_eq!(server.ended()?.code(), Some(0));
    Ok(())
}

#[test]
fn a_second_signal_ends_it_at_once() -> Result {
    let path = path("twice");
    let mut server = Server::start(&program().delay(Duration::from_millis(50)), &path)?;
    let mut stream = server.connect()?;
    stream.write_all(&b"x\n".repeat(500))?; // all of them would take 25 s
    stream.read_exact(&mut [0; 2])?;
    server.signal()?;
    server.wait_for_log("finishing the lines in flight")?;
    server.signal()?;
    assert_eq!(server.ended()?.code(), Some(1));
    assert!(!path.exists());
    Ok(())
}
