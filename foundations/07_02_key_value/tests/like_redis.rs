//! The same commands for this server and for Redis itself: both answer with the same bytes.

use harness::{Client, Failure, Result, SAFETY, Server, has_tool};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Commands, as a person types them. `\0` and the like stand for bytes that a keyboard does not have.
const SCRIPTS: &[&str] =
    &[include_str!("scripts/strings.txt"), include_str!("scripts/keys.txt"), include_str!("scripts/server.txt")];

/// Bytes after which a connection ends.
const BROKEN: &[&[u8]] = &[
    b"*x\r\n",
    b"*-\r\n",
    b"*01\r\n",
    b"*99999999999999999999\r\n",
    b"*1\r\n:1\r\n",
    b"*1\r\n*1\r\n",
    b"*1\r\n\r\n",
    b"*2\r\n$3\r\nGET\r\nfoo\r\n",
    b"*1\r\n$-1\r\n",
    b"*1\r\n$x\r\n",
    b"*1\r\n$99999999999\r\n",
    b"*0\r\n*-1\r\n\r\nPING\r\n*1\r\n$4\r\nQUIT\r\nPING\r\n",
    b"SET a 'b\r\n",
    b"SET a \"b\"c\r\n",
    b"  PING  \r\n\r\nECHO \"a\\x41\\n\\t\\q\\\"\" \nECHO 'a\\'\\n'\r\nECHO a\"b c\"\r\nQUIT\r\n",
    b"POST / HTTP/1.1\r\nHost: a\r\n\r\n",
    b"Host: a\r\n\r\n",
];

/// Redis itself, on a port of its own, with nothing on the disk.
struct Redis {
    process: Child,
    port: u16,
}

impl Redis {
    /// On a port that was free a moment ago. Somebody else may take it in the meantime: then it ends, and is started again.
    fn start() -> Result<Self> {
        let deadline = Instant::now() + SAFETY;
        loop {
            let mut redis = Self::start_once()?;
            while Instant::now() < deadline && matches!(redis.process.try_wait(), Ok(None)) {
                if redis.client().is_ok_and(|mut client| answer(&mut client, b"PING").is_ok()) {
                    return Ok(redis);
                }
                thread::sleep(Duration::from_millis(2));
            }
            if Instant::now() > deadline {
                return Err(Failure::new("redis-server does not start"));
            }
        }
    }

    fn start_once() -> Result<Self> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut redis = Command::new("redis-server");
        redis.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
        redis.args(["--databases", "1", "--proto-max-bulk-len", "16777216", "--daemonize", "no"]);
        let process = redis.current_dir(std::env::temp_dir()).stdout(Stdio::null()).spawn()?;
        Ok(Self { process, port })
    }

    fn client(&self) -> Result<Client> {
        Client::connect(([127, 0, 0, 1], self.port).into())
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The answer to a command: all that comes before the answer to the next one, which is known.
fn answer(client: &mut Client, command: &[u8]) -> Result<String> {
    const MARK: &[u8] = b"$13\r\nthat was all.\r\n";
    client.send([command, b"\r\nECHO 'that was all.'\r\n"].concat())?;
    let mut answer = Vec::new();
    while !answer.ends_with(MARK) {
        answer.extend(client.bytes(1)?);
    }
    answer.truncate(answer.len() - MARK.len());
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

#[test]
fn every_answer_is_that_of_redis() -> Result {
    if !has_tool("redis-server") {
        return Ok(());
    }
    let (redis, own) = (Redis::start()?, Server::start(env!("CARGO_BIN_EXE_07_02_key_value"))?);
    let mut differences = String::new();
    for script in SCRIPTS {
        let (mut redis, mut own) = (redis.client()?, own.client()?);
        for command in ["FLUSHALL"].into_iter().chain(script.lines().filter(|line| !line.starts_with('#'))) {
            let [expected, found] = [&mut redis, &mut own].map(|client| answer(client, command.as_bytes()));
            let (expected, found) = (expected?, found?);
            if expected != found {
                differences += &format!("\n{command}\n  Redis: {expected:?}\n  here:  {found:?}");
            }
        }
    }
    assert!(differences.is_empty(), "{differences}");
    Ok(())
}

/// A comparison that finds nothing must be able to find something: of themselves, the two tell different things.
#[test]
fn a_different_answer_is_seen() -> Result {
    if !has_tool("redis-server") {
        return Ok(());
    }
    let (redis, own) = (Redis::start()?, Server::start(env!("CARGO_BIN_EXE_07_02_key_value"))?);
    assert_ne!(answer(&mut redis.client()?, b"INFO server")?, answer(&mut own.client()?, b"INFO server")?);
    Ok(())
}

#[test]
fn what_ends_a_connection_to_redis_ends_one_here_after_the_same_words() -> Result {
    if !has_tool("redis-server") {
        return Ok(());
    }
    let (redis, own) = (Redis::start()?, Server::start(env!("CARGO_BIN_EXE_07_02_key_value"))?);
    for broken in BROKEN {
        let [expected, found] = [redis.client()?, own.client()?].map(|mut client| {
            client.send(broken)?;
            client.rest()
        });
        let [expected, found] = [expected?, found?].map(|answer| String::from_utf8_lossy(&answer).into_owned());
        assert_eq!(found, expected, "{:?}", String::from_utf8_lossy(broken));
    }
    Ok(())
}
