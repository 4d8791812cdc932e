//! The same commands for this server and for Redis itself: both answer with the same bytes.

use harness::{Client, Failure, Result, SAFETY, Server, at_a_time, has_tool, own_address};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Commands, as a person types them. `\0` and the like are bytes that a keyboard does not have.
const SCRIPTS: &[&str] = &[
    include_str!("scripts/strings.txt"),
    include_str!("scripts/keys.txt"),
    include_str!("scripts/server.txt"),
    include_str!("scripts/transactions.txt"),
];

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
    b"*1\r\n$+4\r\nPING\r\n",
    b"*1\r\n$04\r\nPING\r\n",
    b"*1\r\n$00\r\n\r\n",
    b"*1\r\n$-0\r\n\r\n",
    b"*1\r\n$ 4\r\nPING\r\n",
    b"*1\r\n$4 \r\nPING\r\n",
    b"*1\r\n$\r\nPING\r\n",
    b"*+1\r\n$4\r\nPING\r\n",
    b"*\r\n",
    b"*1\rX$4\rXPINGXX*1\r\n$4\r\nQUIT\r\n",
    b"*2\r\n$4\r\nECHO\r\n$0\r\n\r\n*1\r\n$4\r\nQUIT\r\n",
    b"*1\r\n\xff\r\n",
    b"*1\r\n\n$4\r\nPING\r\n",
    b"*1\n$4\nPING\n*1\r\n$4\r\nQUIT\r\n",
    b"\x0bPING\x0b\n\x0cPING\n \x0b\x0c\nECHO a\x0cb\nECHO 'a'\x0b'b'\nQUIT\n",
    b"ECHO a\tb\n\tPING\t\t\nQUIT\r\n",
    b"PING\rPING\nECHO \ra\r\r\nQUIT\n",
    b"ECHO \"a\"\x0b\nECHO 'a'b\n",
    b"ECHO \"\\xff\\xzz\\\"\nQUIT\n",
    b"MULTI\r\nQUIT\r\n",
    b"POST / HTTP/1.1\r\nHost: a\r\n\r\n",
    b"Host: a\r\n\r\n",
];

/// Redis itself, on a port of its own, with nothing on the disk.
struct Redis {
    process: Child,
    address: SocketAddr,
}

impl Redis {
    /// On a port that was free a moment ago. If another program takes it in the meantime, Redis ends, and is started again.
    fn start() -> Result<Self> {
        let deadline = Instant::now() + SAFETY;
        loop {
            let mut redis = Self::start_once()?;
            while Instant::now() < deadline && matches!(redis.process.try_wait(), Ok(None)) {
                if redis.client().is_ok_and(|mut client| ask(&mut client, "PING").is_ok()) {
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
        let address = own_address()?;
        let mut redis = Command::new("redis-server");
        redis.args([
            "--port",
            &address.port().to_string(),
            "--bind",
            &address.ip().to_string(),
            "--save",
            "",
            "--appendonly",
            "no",
        ]);
        redis.args(["--databases", "1", "--proto-max-bulk-len", "16777216", "--daemonize", "no"]);
        let process = redis.current_dir(std::env::temp_dir()).stdout(Stdio::null()).spawn()?;
        Ok(Self { process, address })
    }

    fn client(&self) -> Result<Client> {
        Client::connect(self.address)
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The next answer, as its bytes: a line, and what this line says that follows.
fn answer(client: &mut Client) -> Result<Vec<u8>> {
    let mut answer = client.line()?;
    let length = str::from_utf8(&answer[1..]).ok().and_then(|number| number.trim_end().parse::<usize>().ok());
    let parts = match (answer[0], length) {
        (b'$' | b'=', Some(length)) => {
            answer.extend(client.bytes(length + "\r\n".len())?);
            0
        }
        (b'*' | b'~', Some(length)) => length,
        (b'%', Some(length)) => 2 * length,
        _ => 0,
    };
    for _ in 0..parts {
        answer.extend(self::answer(client)?);
    }
    Ok(answer)
}

fn ask(client: &mut Client, command: &str) -> Result<String> {
    client.send([command, "\r\n"].concat())?;
    Ok(answer(client)?.escape_ascii().to_string())
}

#[test]
fn every_answer_is_that_of_redis() -> Result {
    if !has_tool("redis-server") {
        return Ok(());
    }
    let (redis, own) = (Redis::start()?, Server::start(env!("CARGO_BIN_EXE_07_02_key_value"))?);
    let mut differences = String::new();
    for (script, version) in SCRIPTS.iter().flat_map(|script| [(script, 2), (script, 3)]) {
        let mut clients = [redis.client()?, own.client()?];
        for client in &mut clients {
            ask(client, &format!("HELLO {version}"))?; // its answer has a number that is the client's own
        }
        for command in ["FLUSHALL"].into_iter().chain(script.lines().filter(|line| !line.starts_with('#'))) {
            let [expected, found] = clients.each_mut().map(|client| ask(client, command));
            let (expected, found) = (expected?, found?);
            if expected != found {
                differences += &format!("\n{command} (RESP{version})\n  Redis: {expected}\n  here:  {found}");
            }
        }
    }
    assert!(differences.is_empty(), "{differences}");
    Ok(())
}

/// A comparison that finds nothing must be able to find something: of themselves, the two say different things.
#[test]
fn a_different_answer_is_seen() -> Result {
    if !has_tool("redis-server") {
        return Ok(());
    }
    let (redis, own) = (Redis::start()?, Server::start(env!("CARGO_BIN_EXE_07_02_key_value"))?);
    assert_ne!(ask(&mut redis.client()?, "INFO server")?, ask(&mut own.client()?, "INFO server")?);
    Ok(())
}

/// Also if it comes byte by byte: what is wrong is not what fits into one packet.
#[test]
fn what_ends_a_connection_to_redis_ends_one_here_after_the_same_words() -> Result {
    if !has_tool("redis-server") {
        return Ok(());
    }
    let (redis, own) = (Redis::start()?, Server::start(env!("CARGO_BIN_EXE_07_02_key_value"))?);
    let differ = |broken: &&[u8]| -> Result<String> {
        let mut expected = redis.client()?;
        expected.send(broken)?;
        let expected = expected.rest()?.escape_ascii().to_string();
        let mut differences = String::new();
        for size in [1, 2, 3, broken.len()] {
            let mut client = own.client()?;
            for piece in broken.chunks(size) {
                if client.send(piece).is_err() || client.wait_until_read().is_err() {
                    break; // it was refused already
                }
            }
            let found = client.rest()?.escape_ascii().to_string();
            if expected != found {
                let broken = broken.escape_ascii();
                differences += &format!("\n{broken} in pieces of {size}\n  Redis: {expected}\n  here:  {found}");
            }
        }
        Ok(differences)
    };
    let differences = at_a_time(8, BROKEN, differ).into_iter().collect::<Result<String>>()?;
    assert!(differences.is_empty(), "{differences}");
    Ok(())
}
